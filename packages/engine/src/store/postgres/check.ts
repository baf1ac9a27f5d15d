import type pg from 'pg';
import { StoreMissingError } from '../../errors/index.ts';
import { type StoreFinding, schemaFinding } from '../raw/index.ts';
import type { PostgresAddress } from './address.ts';
import { migrations } from './migrations.ts';
import { schemaVersion, withClient } from './open.ts';
import { SCHEMA } from './pool.ts';

/** What PostgreSQL itself says is not as it should be: a failed build of an index, constraints and triggers turned off. */
const BROKEN = `
  select 'the index ' || i.indexrelid::regclass || ' is not valid' as finding
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = $1::regnamespace and not i.indisvalid
  union all
  select 'the constraint ' || conname || ' is not validated' from pg_constraint
  where connamespace = $1::regnamespace and not convalidated
  union all
  select 'the trigger ' || tgname || ' is turned off' from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = $1::regnamespace and not t.tgisinternal and t.tgenabled = 'D'`;

/** Looks at a database, also while servers use it, and changes nothing. Throws `StoreMissingError`, `StartupError`. */
export function checkPostgres(address: PostgresAddress): Promise<StoreFinding[]> {
  return withClient(address, async (client) => {
    const version = await schemaVersion(client, address);
    if (version === 0)
      throw new StoreMissingError(`There is no store in the PostgreSQL database ${address.shown}`);
    const broken = await client.query<{ finding: string }>(BROKEN, [SCHEMA]);
    return [
      { name: 'server', ok: true, detail: `PostgreSQL ${await serverVersion(client)}, ${address.shown}` },
      schemaFinding(version, migrations.length),
      {
        name: 'integrity',
        ok: broken.rows.length === 0,
        detail: broken.rows.map(({ finding }) => finding).join('; '),
      },
    ];
  });
}

async function serverVersion(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  return rows[0]?.server_version ?? '';
}

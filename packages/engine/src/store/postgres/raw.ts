import { Kysely, PostgresDialect, sql } from 'kysely';
import type { RawStore, RawTable, Rows } from '../raw/index.ts';
import type { PostgresAddress } from './address.ts';
import { connectionPool, SCHEMA } from './pool.ts';

/** The tables of a database, which is taken as it is. */
export async function openRawPostgres(address: PostgresAddress): Promise<RawStore> {
  const pool = connectionPool(address, { maxConnections: 2 });
  const db = new Kysely<Rows>({ dialect: new PostgresDialect({ pool }) });
  const close = async () => {
    await db.destroy();
    await pool.end();
  };
  // A batch waits for the other side, and the last statement for nothing less than all that was written.
  const withoutLimits = (transaction: Kysely<Rows>) =>
    sql`select set_config('statement_timeout', '0', true),
      set_config('idle_in_transaction_session_timeout', '0', true)`.execute(transaction);
  try {
    const tables = await tablesOf(db);
    return {
      shown: `The PostgreSQL database ${address.shown}`,
      db,
      tables,
      schema: await schemaOf(db),
      async prepareToRead(transaction) {
        await withoutLimits(transaction);
      },
      async prepareToWrite(transaction) {
        await withoutLimits(transaction);
        const names = sql.join(tables.map(({ name }) => sql.table(name)));
        await sql`lock table ${names} in exclusive mode`.execute(transaction);
      },
      async countOn(transaction, { name, counted = '' }) {
        await sql`
          select setval(pg_get_serial_sequence(${`${SCHEMA}.${name}`}, ${counted}), coalesce(max(${sql.ref(counted)}), 0) + 1, false)
          from ${sql.table(name)}`.execute(transaction);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function schemaOf(db: Kysely<Rows>): Promise<number> {
  const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(db);
  return rows[0]?.version ?? 0;
}

async function tablesOf(db: Kysely<Rows>): Promise<RawTable[]> {
  const columns = await sql<{ table: string; column: string; counted: boolean; position: number | null }>`
    select t.relname::text as table, c.attname::text as column, c.attidentity <> '' as counted,
      array_position(k.conkey, c.attnum)::int as position
    from pg_class t
      join pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped
      left join pg_constraint k on k.conrelid = t.oid and k.contype = 'p'
    where t.relnamespace = ${SCHEMA}::regnamespace and t.relkind = 'r' and t.relname <> 'schema_version'
    order by t.relname`.execute(db);
  const references = await sql<{ table: string; parent: string }>`
    select t.relname::text as table, p.relname::text as parent
    from pg_constraint r join pg_class t on t.oid = r.conrelid join pg_class p on p.oid = r.confrelid
    where r.contype = 'f' and t.relnamespace = ${SCHEMA}::regnamespace`.execute(db);
  const byTable = Map.groupBy(columns.rows, ({ table }) => table);
  return [...byTable].map(([name, own]) => ({
    name,
    columns: own.map(({ column }) => column).sort(),
    key: own
      .filter(({ position }) => position !== null)
      .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
      .map(({ column }) => column),
    counted: own.find(({ counted }) => counted)?.column,
    refersTo: references.rows.filter(({ table }) => table === name).map(({ parent }) => parent),
  }));
}

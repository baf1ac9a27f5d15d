import { Kysely, PostgresDialect, sql } from 'kysely';
import type { OpenStoreOptions } from '../open-options.ts';
import type { Store } from '../ports.ts';
import { type SqlDriver, sqlStore, type Tables } from '../sql/index.ts';
import type { PostgresAddress } from './address.ts';
import { appendEvents } from './append-events.ts';
import { isLost } from './errors.ts';
import { openWhenUp } from './open.ts';
import { connectionPool } from './pool.ts';

const driver: SqlDriver = {
  locksRows: true,
  async takeTurns(transaction, name) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction);
  },
  isWorthRepeating: isLost,
  appendEvents,
};

/**
 * The store in the schema `patchbay` of a PostgreSQL database, which several processes may share. Throws `StartupError`
 * when it cannot be used.
 */
export async function openPostgresStore(
  address: PostgresAddress,
  options: OpenStoreOptions = {},
): Promise<Store> {
  await openWhenUp(address, options);
  const pool = connectionPool(address, options);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    ...sqlStore(db, driver),
    isShared: true,
    async close() {
      await db.destroy();
      // Kysely ends what it has used.
      await pool.end();
    },
  };
}

import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Store } from '../ports.ts';
import { type SqlDialect, sqlStore, type Tables } from '../sql/index.ts';
import { parseAddress } from './address.ts';
import { appendEvents } from './append-events.ts';
import { hotDeliveries } from './deliveries.ts';
import { isLost } from './errors.ts';
import { migrateDatabase } from './open.ts';
import { connectionPool } from './pool.ts';
import { jobWakeups } from './wakeups.ts';

export interface PostgresOptions {
  /** Of the pool; each is a process of the server's. */
  maxConnections?: number;
}

const DEFAULT_CONNECTIONS = 10;

const dialect: SqlDialect = {
  locksRows: true,
  async takeTurns(transaction, name) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction);
  },
  isWorthRepeating: isLost,
};

/**
 * The store in the schema `patchbay` of a PostgreSQL database, which several processes may share. Brings it to the newest
 * schema. Throws `StartupError` when it cannot be used.
 */
export async function openPostgresStore(
  url: string,
  { maxConnections = DEFAULT_CONNECTIONS }: PostgresOptions = {},
): Promise<Store> {
  const address = parseAddress(url);
  await migrateDatabase(address);
  const pool = connectionPool(address, maxConnections);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const wakeups = jobWakeups(address);
  return {
    ...sqlStore(db, {
      ...dialect,
      appendEvents,
      deliveries: hotDeliveries,
      async addWakeups(_db, lanes, afterCommit) {
        if (lanes.length > 0) afterCommit(() => wakeups.add(lanes));
      },
      wakeups,
    }),
    async close() {
      await wakeups.close();
      await db.destroy();
      // Kysely ends what it has used.
      await pool.end();
    },
  };
}

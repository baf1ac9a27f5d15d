import { Kysely, PostgresDialect, sql } from 'kysely';
import type { OpenStoreOptions } from '../open-options.ts';
import type { Store } from '../ports.ts';
import { backupLines, endingWith } from '../raw/index.ts';
import { type SqlDialect, sqlStore, type Tables } from '../sql/index.ts';
import type { PostgresAddress } from './address.ts';
import { appendEvents } from './append-events.ts';
import { hotDeliveries } from './deliveries.ts';
import { isLost } from './errors.ts';
import { listen } from './listener.ts';
import { openWhenUp } from './open.ts';
import { connectionPool, SCHEMA } from './pool.ts';
import { openRawPostgres } from './raw.ts';
import { jobWakeups } from './wakeups.ts';

const dialect: SqlDialect = {
  locksRows: true,
  rowsAtOnce: undefined,
  contains: (text, part) => sql`strpos(${text}, ${part}) > 0`,
  async takeTurns(transaction, name) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction);
  },
  onDisk: async () => {},
  isWorthRepeating: isLost,
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
  const listener = await listen(address, options);
  const pool = connectionPool(address, options);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const wakeups = jobWakeups(address);
  return {
    ...sqlStore(db, {
      ...dialect,
      observer: options.observer,
      appendEvents,
      deliveries: hotDeliveries,
      async addWakeups(_db, lanes, afterCommit) {
        if (lanes.length > 0) afterCommit(() => wakeups.add(lanes));
      },
      wakeups,
    }),
    isShared: true,
    async time() {
      const { rows } = await sql<{ ms: string }>`
        select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(db);
      return new Date(Number(rows[0]?.ms));
    },
    async figures() {
      const { rows } = await sql<{ bytes: number }>`
        select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint as bytes from pg_class
        where relnamespace = ${SCHEMA}::regnamespace and relkind in ('r', 'm')`.execute(db);
      return { bytes: Number(rows[0]?.bytes), connections: pool.figures() };
    },
    changes: listener.feed,
    async backup(now) {
      const raw = await openRawPostgres(address);
      return endingWith(raw.close, backupLines(raw, now));
    },
    async close() {
      await wakeups.close();
      await listener.close();
      await db.destroy();
      // Kysely ends what it has used.
      await pool.end();
    },
  };
}

export { checkPostgres } from './check.ts';
export { migrateDatabase, schemaVersion, withClient } from './open.ts';
export { migrateWakeups } from './wakeups.ts';
export { openRawPostgres };

import { statSync } from 'node:fs';
import { Kysely, sql } from 'kysely';
import { nobodyElse } from '../changes.ts';
import type { OpenStoreOptions } from '../open-options.ts';
import type { Store } from '../ports.ts';
import { backupLines, endingWith } from '../raw/index.ts';
import { type SqlDialect, sqlStore, type Tables } from '../sql/index.ts';
import { eventAppender } from './append-events.ts';
import { commitsTo } from './commits.ts';
import { hotDeliveries } from './deliveries.ts';
import { kyselyDatabase, nodeSqliteDialect } from './dialect.ts';
import { migrations } from './migrations.ts';
import { openDatabase } from './open.ts';
import { copyOf, removeCopy } from './snapshot.ts';
import { timerWakeups } from './wakeups.ts';

/** One connection, which a transaction has for itself. */
const sqlite: Omit<SqlDialect, 'onDisk'> = {
  locksRows: false,
  // It answers within this process: a few milliseconds each.
  rowsAtOnce: 5000,
  contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
  takeTurns: async () => {},
  isWorthRepeating: () => false,
};

/** The store on one SQLite file, which this process holds alone. Throws `StartupError` when it cannot be used. */
export function openSqliteStore(path: string, { observer }: Pick<OpenStoreOptions, 'observer'> = {}): Store {
  const file = openDatabase(path);
  // Of a process that was killed.
  removeCopy(path);
  // Whoever ran deliveries of this file before has ended, however that was.
  file.exec('delete from delivery_workers');
  const commits = commitsTo(path, file);
  const database = kyselyDatabase(file, commits.ensureUsable);
  const dialect: SqlDialect = { ...sqlite, observer, onDisk: commits.onDisk };
  const wakeups = timerWakeups();
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database, commits) });
  return {
    ...sqlStore(db, {
      ...dialect,
      appendEvents: eventAppender(database, dialect),
      deliveries: hotDeliveries(database, dialect),
      async addWakeups(_db, lanes, afterCommit) {
        afterCommit(() => wakeups.add(lanes));
      },
      // There is no other process.
      wakeups: { share: async () => {}, listen: wakeups.listen },
    }),
    isShared: false,
    time: async () => undefined,
    figures: async () => ({ bytes: sizeOf(path) + sizeOf(`${path}-wal`) }),
    changes: nobodyElse,
    async backup(now) {
      const copied = await copyOf(db, file, path);
      return endingWith(copied.close, backupLines(copied, now));
    },
    async close() {
      await commits.close();
      await db.destroy();
      // Kysely closes what it has used.
      if (file.isOpen) file.close();
    },
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The same on both drivers. */
export const NEWEST_SCHEMA = migrations.length;

export { checkSqlite } from './check.ts';
export { fileVersion } from './file-check.ts';
export { openRawSqlite, readRawSqlite, readSqliteFile } from './raw.ts';

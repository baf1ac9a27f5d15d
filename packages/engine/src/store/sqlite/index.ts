import { Kysely } from 'kysely';
import type { Store } from '../ports.ts';
import { type SqlDialect, sqlStore, type Tables } from '../sql/index.ts';
import { eventAppender } from './append-events.ts';
import { kyselyDatabase, nodeSqliteDialect } from './dialect.ts';
import { openDatabase } from './open.ts';

/** One connection, which a transaction has for itself. */
const dialect: SqlDialect = {
  locksRows: false,
  takeTurns: async () => {},
  isWorthRepeating: () => false,
};

/** The store on one SQLite file, which this process holds alone. Throws `StartupError` when it cannot be used. */
export function openSqliteStore(path: string): Store {
  const file = openDatabase(path);
  const database = kyselyDatabase(file);
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database) });
  return {
    ...sqlStore(db, { ...dialect, appendEvents: eventAppender(database, dialect) }),
    isShared: false,
    async close() {
      await db.destroy();
      // Kysely closes what it has used.
      if (file.isOpen) file.close();
    },
  };
}

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/** Kysely on Node's own SQLite. */
export function nodeSqliteDialect(database: SqliteDatabase): SqliteDialect {
  return new SqliteDialect({ database });
}

/**
 * Node's SQLite in the shape that Kysely asks for. A transaction of which a statement failed is not committed, as on
 * PostgreSQL: SQLite alone would keep the rest of it.
 */
export function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  let hasFailed = false;
  const watched = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  return {
    close: () => database.close(),
    prepare(text): SqliteStatement {
      if (text === 'begin') hasFailed = false;
      if (text === 'commit' && hasFailed) throw new Error('A statement of the transaction failed.');
      const statement = watched(() => database.prepare(text));
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => watched(() => statement.all(...values(parameters))),
        run: (parameters) => watched(() => statement.run(...values(parameters))),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  type DatabaseConnection,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type { Commits } from './commits.ts';

/** Kysely on Node's own SQLite. */
export function nodeSqliteDialect(database: SqliteDatabase, commits?: Commits): SqliteDialect {
  const dialect = new SqliteDialect({ database });
  if (commits !== undefined) dialect.createDriver = () => new CommittingDriver(database, commits);
  return dialect;
}

/** Tells where transactions begin and end. */
class CommittingDriver extends SqliteDriver {
  readonly #commits: Commits;

  constructor(database: SqliteDatabase, commits: Commits) {
    super({ database });
    this.#commits = commits;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    this.#commits.begin();
    try {
      await super.beginTransaction(connection);
    } catch (error) {
      this.#commits.end();
      throw error;
    }
  }

  /** One that fails is rolled back. */
  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#commits.end();
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } finally {
      this.#commits.end();
    }
  }
}

/**
 * Node's SQLite in the shape that Kysely asks for. A transaction of which a statement failed is not committed, as on
 * PostgreSQL: SQLite alone would keep the rest of it. `ensureUsable` is asked before whatever is not a rollback.
 */
export function kyselyDatabase(database: DatabaseSync, ensureUsable = () => {}): SqliteDatabase {
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
      if (text !== 'rollback') ensureUsable();
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

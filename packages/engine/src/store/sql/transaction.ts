import type { Database, SqlDialect } from './dialect.ts';

/** A transaction that lost against others this often is told so. */
const MAX_ATTEMPTS = 5;

/** Runs `work` in a transaction, again if it lost against another; within one that is open already, as a part of it. */
export async function inTransaction<T>(
  db: Database,
  dialect: SqlDialect,
  work: (transaction: Database) => Promise<T>,
): Promise<T> {
  if (db.isTransaction) return work(db);
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !dialect.isWorthRepeating(error)) throw error;
    }
  }
}

import type { StoreObserver } from '../observer.ts';
import type { Database, SqlDialect } from './dialect.ts';

/** A transaction that lost against others this often is told so. */
const MAX_ATTEMPTS = 5;

/**
 * Runs `work` in a transaction, again if it lost against another; within one that is open already, as a part of it. It resolves
 * when what it has done is on the disk.
 */
export async function inTransaction<T>(
  db: Database,
  dialect: SqlDialect,
  work: (transaction: Database) => Promise<T>,
): Promise<T> {
  if (db.isTransaction) return work(db);
  const { observer } = dialect;
  for (let attempt = 1; ; attempt++) {
    const begun = performance.now();
    const tell = (outcome: Parameters<StoreObserver['transactionEnded']>[0]) =>
      observer?.transactionEnded(outcome, (performance.now() - begun) / 1000);
    try {
      const result = await db.transaction().execute(work);
      await dialect.onDisk();
      tell('committed');
      return result;
    } catch (error) {
      const isRepeated = attempt < MAX_ATTEMPTS && dialect.isWorthRepeating(error);
      tell(isRepeated ? 'repeated' : 'failed');
      if (!isRepeated) throw error;
    }
  }
}

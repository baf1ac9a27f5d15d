import type { BucketStore } from '../lane-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { inTransaction } from './transaction.ts';

export function bucketStore(db: Database, dialect: SqlDialect): BucketStore {
  return {
    change: (key, step) =>
      inTransaction(db, dialect, async (transaction) => {
        // There may be no row to lock.
        await dialect.takeTurns(transaction, `bucket ${key}`);
        const row = await transaction
          .selectFrom('delivery_buckets')
          .selectAll()
          .where('key', '=', key)
          .executeTakeFirst();
        const before = row && { tokens: Number(row.tokens), refilledAt: Number(row.refilled_at) };
        const { after, result } = step(before);
        if (after === before) return result;
        if (after === undefined) {
          await transaction.deleteFrom('delivery_buckets').where('key', '=', key).execute();
          return result;
        }
        const columns = { tokens: after.tokens, refilled_at: after.refilledAt };
        await transaction
          .insertInto('delivery_buckets')
          .values({ key, ...columns })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(columns))
          .execute();
        return result;
      }),
  };
}

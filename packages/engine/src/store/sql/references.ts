import type { ReferenceStore } from '../ports.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { inTransaction } from './transaction.ts';

export function referenceStore(db: Database, dialect: SqlDialect): ReferenceStore {
  return {
    async replace(spaceId, source, targets) {
      await inTransaction(db, dialect, async (trx) => {
        // Two that replace those of one source would otherwise both add theirs.
        await dialect.takeTurns(trx, JSON.stringify([source.type, source.id]));
        await trx
          .deleteFrom('object_references')
          .where('source_type', '=', source.type)
          .where('source_id', '=', source.id)
          .execute();
        if (targets.length === 0) return;
        await trx
          .insertInto('object_references')
          .values(
            targets.map((target) => ({
              space_id: spaceId,
              source_type: source.type,
              source_id: source.id,
              target_type: target.type,
              target_id: target.id,
            })),
          )
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
    },
    async countByTarget(spaceId, type) {
      const rows = await db
        .selectFrom('object_references')
        .select(['target_id', (eb) => eb.fn.countAll<number>().as('count')])
        .where('space_id', '=', spaceId)
        .where('target_type', '=', type)
        .groupBy('target_id')
        .execute();
      return new Map(rows.map((row) => [row.target_id, row.count]));
    },
  };
}

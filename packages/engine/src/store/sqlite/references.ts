import type { Kysely } from 'kysely';
import type { ReferenceStore } from '../ports.ts';
import type { Tables } from './tables.ts';

export function referenceStore(db: Kysely<Tables>): ReferenceStore {
  return {
    async replace(spaceId, source, targets) {
      await db.transaction().execute(async (trx) => {
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

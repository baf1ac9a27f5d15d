import type { SpaceStore } from '../ports.ts';
import type { Database } from './dialect.ts';

export function spaceStore(db: Database): SpaceStore {
  return {
    async list() {
      const rows = await db.selectFrom('spaces').selectAll().orderBy('id').execute();
      return rows.map(({ id, reserved, attributes }) => ({
        id,
        reserved: reserved === 1,
        attributes: JSON.parse(attributes),
      }));
    },
    async create({ id, reserved, attributes }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('spaces')
        .values({ id, reserved: Number(reserved), attributes: JSON.stringify(attributes) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async update({ id, attributes }) {
      const { numUpdatedRows } = await db
        .updateTable('spaces')
        .set({ attributes: JSON.stringify(attributes) })
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async delete(id) {
      // Everything in the space goes with it: the tables say so.
      const { numDeletedRows } = await db.deleteFrom('spaces').where('id', '=', id).executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

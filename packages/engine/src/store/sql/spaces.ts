import type { SpaceStore } from '../ports.ts';
import { type DeliveryDriver, deleteDeliveries } from './deliveries.ts';
import type { Database } from './dialect.ts';
import { inTransaction } from './transaction.ts';

export function spaceStore(db: Database, driver: DeliveryDriver): SpaceStore {
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
    delete: (id) =>
      inTransaction(db, driver, async (transaction) => {
        // Everything else in the space goes with it: the tables say so.
        await deleteDeliveries(transaction, driver, id);
        const { numDeletedRows } = await transaction
          .deleteFrom('spaces')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        return numDeletedRows === 1n;
      }),
  };
}

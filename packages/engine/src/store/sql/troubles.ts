import type { TroubleRecord, TroubleStore } from '../trouble-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

export function troubleStore(db: Database, dialect: SqlDialect): TroubleStore {
  return {
    async list(connectorIds) {
      if (connectorIds.length === 0) return [];
      const rows = await db
        .selectFrom('delivery_troubles')
        .selectAll()
        .where('connector_id', 'in', [...connectorIds])
        .execute();
      return rows.map(troubleRecord);
    },
    change: (connectorId, step) =>
      inTransaction(db, dialect, async (transaction) => {
        // There may be no row to lock.
        await dialect.takeTurns(transaction, `trouble ${connectorId}`);
        const row = await transaction
          .selectFrom('delivery_troubles')
          .selectAll()
          .where('connector_id', '=', connectorId)
          .executeTakeFirst();
        const before = row && troubleRecord(row);
        const { after, result } = step(before);
        if (after === before) return result;
        if (after === undefined) {
          await transaction.deleteFrom('delivery_troubles').where('connector_id', '=', connectorId).execute();
          return result;
        }
        const { kind, since } = after;
        await transaction
          .insertInto('delivery_troubles')
          .values({ connector_id: connectorId, kind, since })
          .onConflict((conflict) => conflict.column('connector_id').doUpdateSet({ kind, since }))
          .execute();
        return result;
      }),
  };
}

function troubleRecord({ connector_id, kind, since }: Tables['delivery_troubles']): TroubleRecord {
  return { connectorId: connector_id, kind: kind as TroubleRecord['kind'], since };
}

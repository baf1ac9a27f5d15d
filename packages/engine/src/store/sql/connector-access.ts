import type { ConnectorAccess, ConnectorAccessStore } from '../connector-access-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

export function connectorAccessStore(db: Database, dialect: SqlDialect): ConnectorAccessStore {
  const rowOf = (on: Database, connectorId: string) =>
    on.selectFrom('connector_access').selectAll().where('connector_id', '=', connectorId).executeTakeFirst();
  return {
    async get(connectorId) {
      const row = await rowOf(db, connectorId);
      return row && fromRow(row);
    },
    async list(spaceId) {
      const rows = await db
        .selectFrom('connector_access')
        .innerJoin('connectors', 'connectors.id', 'connector_access.connector_id')
        .select(['connector_id', 'owner', 'rules'])
        .where('space_id', '=', spaceId)
        .execute();
      return new Map(rows.map((row) => [row.connector_id, fromRow(row)]));
    },
    change: (spaceId, connectorId, step) =>
      inTransaction(db, dialect, async (transaction) => {
        // Locked, so that others wait for their turn and it does not go meanwhile.
        const connector = await transaction
          .selectFrom('connectors')
          .select('id')
          .where('id', '=', connectorId)
          .where('space_id', '=', spaceId)
          .$if(dialect.locksRows, (rows) => rows.forUpdate())
          .executeTakeFirst();
        if (connector === undefined) return undefined;
        const before = await rowOf(transaction, connectorId);
        const after = step(before && fromRow(before));
        const { owner, ...rules } = after;
        const columns = { owner, rules: JSON.stringify(rules) };
        await transaction
          .insertInto('connector_access')
          .values({ connector_id: connectorId, ...columns })
          .onConflict((conflict) => conflict.column('connector_id').doUpdateSet(columns))
          .execute();
        return after;
      }),
  };
}

function fromRow({ owner, rules }: Pick<Tables['connector_access'], 'owner' | 'rules'>): ConnectorAccess {
  return { owner, ...(JSON.parse(rules) as Omit<ConnectorAccess, 'owner'>) };
}

import { sql } from 'kysely';
import type { DeliveryStore, EndedCount } from '../delivery-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { timeWindows } from './time-windows.ts';

/** How deliveries ended within a time, by connector. */
export function endedDeliveries(db: Database, { rowsAtOnce }: SqlDialect): Pick<DeliveryStore, 'ended'> {
  return {
    async ended({ spaceId, from, to, exceptConnectorIds = [] }) {
      const counts = new Map<string, EndedCount>();
      const windows = timeWindows(db, {
        table: 'deliveries',
        column: 'ended_at',
        of: sql`ended_at is not null`,
        from,
        to: { time: to, isIncluded: false },
        order: 'newest',
        size: rowsAtOnce,
      });
      for await (const window of windows) {
        const { rows } = await sql<{ connector_id: string; state: string; count: number }>`
          select connector_id, state, count(*) as count from deliveries
          where ${window} and space_id = ${spaceId} and state in ('delivered', 'dead', 'discarded')
          group by connector_id, state`.execute(db);
        for (const { connector_id: connectorId, state, count } of rows) {
          const before = counts.get(connectorId) ?? { connectorId, delivered: 0, failed: 0 };
          before[state === 'delivered' ? 'delivered' : 'failed'] += count;
          counts.set(connectorId, before);
        }
      }
      for (const connectorId of exceptConnectorIds) counts.delete(connectorId);
      return [...counts.values()];
    },
  };
}

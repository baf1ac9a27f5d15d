import type { EventStore } from '../event-port.ts';
import type { Database } from './dialect.ts';

const DEFAULT_LIMIT = 100;

/** What is asked of the event log; how it is written is each driver's own. */
export function eventQueries(db: Database): Pick<EventStore, 'find'> {
  return {
    async find({ spaceId, connectorId, executionUuid, action, limit = DEFAULT_LIMIT }) {
      let query = db.selectFrom('events').selectAll();
      if (spaceId !== undefined) query = query.where('space_id', '=', spaceId);
      if (connectorId !== undefined) query = query.where('connector_id', '=', connectorId);
      if (executionUuid !== undefined) query = query.where('execution_uuid', '=', executionUuid);
      if (action !== undefined) query = query.where('action', '=', action);
      const rows = await query.orderBy('seq', 'desc').limit(limit).execute();
      return rows.map((row) => ({
        timestamp: row.timestamp,
        action: row.action,
        spaceId: row.space_id,
        connectorId: row.connector_id,
        executionUuid: row.execution_uuid,
        outcome: row.outcome,
        document: JSON.parse(row.document),
      }));
    },
  };
}

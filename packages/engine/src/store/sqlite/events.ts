import { type Kysely, sql } from 'kysely';
import type { EventStore } from '../ports.ts';
import type { Tables } from './tables.ts';

const DEFAULT_LIMIT = 100;

export function eventStore(db: Kysely<Tables>): EventStore {
  return {
    async append(events) {
      // One statement and one parameter, however many events: about four times as fast as a row of values each.
      await sql`
        insert into events (timestamp, action, space_id, connector_id, execution_uuid, outcome, document)
        select value ->> 'timestamp', value ->> 'action', value ->> 'spaceId', value ->> 'connectorId',
               value ->> 'executionUuid', value ->> 'outcome', value -> 'document'
        from json_each(${JSON.stringify(events)}) order by key`.execute(db);
    },
    async find({ spaceId, connectorId, executionUuid, action, limit = DEFAULT_LIMIT }) {
      let query = db.selectFrom('events').selectAll();
      if (spaceId !== undefined) query = query.where('space_id', '=', spaceId);
      if (connectorId !== undefined) query = query.where('connector_id', '=', connectorId);
      if (executionUuid !== undefined) query = query.where('execution_uuid', '=', executionUuid);
      if (action !== undefined) query = query.where('action', '=', action);
      const rows = await query.orderBy('timestamp', 'desc').orderBy('seq', 'desc').limit(limit).execute();
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

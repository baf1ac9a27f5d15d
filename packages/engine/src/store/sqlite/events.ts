import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { EventStore } from '../ports.ts';
import type { Tables } from './tables.ts';

const DEFAULT_LIMIT = 100;

export function eventStore(db: Kysely<Tables>, database: DatabaseSync): EventStore {
  // Prepared once and bound per document: the event log is by far the most written table.
  const insert = database.prepare(
    `insert into events (timestamp, action, space_id, connector_id, execution_uuid, outcome, document)
     values (?, ?, ?, ?, ?, ?, cast(? as text))`,
  );
  return {
    async append(events) {
      // Held alone, so that no other transaction is open on the one connection meanwhile.
      await db.connection().execute(async () => {
        database.exec('begin');
        try {
          for (const event of events) {
            const { timestamp, action, spaceId, connectorId, executionUuid, outcome, document } = event;
            insert.run(timestamp, action, spaceId, connectorId, executionUuid, outcome, document);
          }
          database.exec('commit');
        } catch (error) {
          database.exec('rollback');
          throw error;
        }
      });
    },
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

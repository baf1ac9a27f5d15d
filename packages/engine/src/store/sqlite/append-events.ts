import type { SqliteDatabase } from 'kysely';
import { inTransaction, type SqlDialect, type SqlDriver } from '../sql/index.ts';

/** Writes events with one statement, prepared once and bound per document: the event log is by far the most written table. */
export function eventAppender(database: SqliteDatabase, dialect: SqlDialect): SqlDriver['appendEvents'] {
  const insert = database.prepare(
    `insert into events (timestamp, action, space_id, connector_id, type_id, execution_uuid, outcome, source,
       duration_ms, delivery_id, attempt, document)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, cast(? as text))`,
  );
  // In a transaction, so that no other one is open on the one connection meanwhile.
  return (db, events) =>
    inTransaction(db, dialect, async () => {
      for (const event of events) {
        insert.run([
          event.timestamp,
          event.action,
          event.spaceId,
          event.connectorId,
          event.typeId,
          event.executionUuid,
          event.outcome,
          event.source,
          event.durationMs,
          event.deliveryId,
          event.attempt,
          event.document,
        ]);
      }
    });
}

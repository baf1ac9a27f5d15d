import { sql } from 'kysely';
import type { EventEntry } from '../event-port.ts';
import type { Database } from '../sql/index.ts';

/** A batch is one statement, with one parameter a column. */
export async function appendEvents(db: Database, events: readonly EventEntry[]): Promise<void> {
  if (events.length === 0) return;
  const column = <T>(value: (event: EventEntry) => T) => sql`${events.map(value)}::text[]`;
  await sql`
    insert into events (timestamp, action, space_id, connector_id, execution_uuid, outcome, document)
    select timestamp, action, space_id, connector_id, execution_uuid, outcome, document
    from unnest(
      ${column(({ timestamp }) => timestamp)}, ${column(({ action }) => action)},
      ${column(({ spaceId }) => spaceId)}, ${column(({ connectorId }) => connectorId)},
      ${column(({ executionUuid }) => executionUuid)}, ${column(({ outcome }) => outcome)},
      ${column(({ document }) => Buffer.from(document.buffer, document.byteOffset, document.length).toString())}
    ) with ordinality as
      batch (timestamp, action, space_id, connector_id, execution_uuid, outcome, document, position)
    order by position`.execute(db);
}

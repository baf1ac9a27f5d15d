import { sql } from 'kysely';
import type { EventEntry } from '../event-port.ts';
import type { Database } from '../sql/index.ts';
import { isPlain } from './text.ts';
import { textArray } from './text-array.ts';

/** A batch is one statement, with one parameter a column. */
export async function appendEvents(db: Database, events: readonly EventEntry[]): Promise<void> {
  if (events.length === 0) return;
  const texts = (value: (event: EventEntry) => string | Uint8Array | null) =>
    sql`${textArray(events.map(value))}::text[]`;
  const numbers = (value: (event: EventEntry) => number | null) => sql`${events.map(value)}::bigint[]`;
  await sql`
    insert into events (timestamp, action, space_id, connector_id, type_id, execution_uuid, outcome, source,
      duration_ms, delivery_id, attempt, document)
    select timestamp, action, space_id, connector_id, type_id, execution_uuid, outcome, source,
      duration_ms, delivery_id, attempt, document
    from unnest(
      ${texts(({ timestamp }) => timestamp)}, ${texts(({ action }) => action)},
      ${texts(({ spaceId }) => spaceId)}, ${texts(({ connectorId }) => connectorId)},
      ${texts(({ typeId }) => typeId)}, ${texts(({ executionUuid }) => executionUuid)},
      ${texts(({ outcome }) => outcome)}, ${texts(({ source }) => source)},
      ${numbers(({ durationMs }) => durationMs)}, ${texts(({ deliveryId }) => deliveryId)},
      ${numbers(({ attempt }) => attempt)},
      ${texts(({ document }) => documentText(document))}
    ) with ordinality as
      batch (timestamp, action, space_id, connector_id, type_id, execution_uuid, outcome, source,
        duration_ms, delivery_id, attempt, document, position)
    order by position`.execute(db);
}

/** Sent as the bytes that it is, if PostgreSQL takes them. */
function documentText(document: Uint8Array): string | Uint8Array {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.length);
  return isPlain(bytes) ? bytes : bytes.toString();
}

import type { EventEntry, EventRecord } from './event-port.ts';

/** Events for tests: the facts given, and others that are as good as any. */
export function testEvent(facts: Partial<EventRecord> = {}): EventRecord {
  return {
    timestamp: '2026-01-01T00:00:00.000Z',
    action: 'execute',
    spaceId: 'default',
    connectorId: 'c1',
    typeId: '.webhook',
    executionUuid: 'e1',
    outcome: 'success',
    source: 'http_request',
    durationMs: 10,
    deliveryId: null,
    attempt: null,
    document: { message: 'action executed' },
    ...facts,
  };
}

export function testEntry(facts: Partial<EventRecord> = {}): EventEntry {
  const { document, ...fields } = testEvent(facts);
  return { ...fields, document: Buffer.from(JSON.stringify(document)) };
}

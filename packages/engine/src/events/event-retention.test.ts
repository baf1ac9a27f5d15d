import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteStore, type Store } from '../store/index.ts';
import { logLines, type TempFolder, tempFolder } from '../testing/index.ts';
import { createEventRetention, type EventRetentionOptions } from './event-retention.ts';

const DAY = 24 * 60 * 60_000;
const now = new Date('2026-06-01T00:00:00.000Z');
const { signal } = new AbortController();

let folder: TempFolder;
let store: Store;
beforeEach(() => {
  folder = tempFolder();
  store = openSqliteStore(folder.file('patchbay.sqlite'));
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

/** So many events of a kilobyte each, one a day up to today. */
const append = (count: number) =>
  store.events.append(
    Array.from({ length: count }, (_, n) => ({
      timestamp: new Date(now.getTime() - (count - 1 - n) * DAY).toISOString(),
      action: 'execute',
      spaceId: n % 2 === 0 ? 'default' : 'other',
      connectorId: 'c1',
      typeId: '.webhook',
      executionUuid: String(n),
      outcome: 'success',
      source: 'http_request',
      durationMs: 1,
      deliveryId: null,
      attempt: null,
      document: Buffer.from(JSON.stringify({ text: 'x'.repeat(1000) })),
    })),
  );

async function sweep(options: Partial<EventRetentionOptions> = {}, until = signal) {
  const { lines, logger } = logLines();
  const retention = createEventRetention({
    store: store.events,
    keepMs: 90 * DAY,
    maxBytes: 1024 ** 3,
    log: logger('event-log'),
    now: () => now,
    ...options,
  });
  await retention.sweep(until);
  const left = await store.events.find({ limit: 10_000 });
  return { left: left.length, oldest: left.at(-1)?.timestamp, lines };
}

it('removes what is older than it is kept, in all spaces, and more than one batch of it', async () => {
  await append(600);
  const { left, oldest, lines } = await sweep();
  expect([left, oldest]).toEqual([91, '2026-03-03T00:00:00.000Z']);
  expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'debug: event log: removed 509 events older than patchbay.events.retention',
  ]);
});

it('removes the oldest where there is more than it may hold, and says that it did', async () => {
  await append(90);
  const { left, oldest, lines } = await sweep({ maxBytes: 70 * 1000 });
  expect(left).toBeGreaterThan(35);
  expect(left).toBeLessThan(60);
  expect(oldest).toBe(new Date(now.getTime() - (left - 1) * DAY).toISOString());
  expect(lines).toMatchObject([
    {
      level: 'warn',
      message: `event log: removed ${90 - left} events that were not old yet: it had grown past patchbay.events.maxSize`,
    },
  ]);
  expect((await sweep({ maxBytes: 70 * 1000 })).left).toBe(left);
});

it('leaves everything else alone', async () => {
  await append(90);
  expect(await sweep()).toMatchObject({ left: 90, lines: [] });
});

it('stops when it is told to', async () => {
  await append(600);
  expect((await sweep({}, AbortSignal.abort())).left).toBe(600);
});

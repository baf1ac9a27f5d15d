import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventEntry, EventRecord, EventStore } from '../store/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import { logLines, type TempFolder, tempFolder } from '../testing/index.ts';
import { createEventLog } from './event-log.ts';

/** Longer than documents wait to be written together. */
const A_WHILE_MS = 1000;

describe('the event log', () => {
  let folder: TempFolder;
  let store: Store;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    folder = tempFolder();
    store = openSqliteStore(folder.file('patchbay.sqlite'));
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
    folder[Symbol.dispose]();
  });

  /** An event store that counts its writes and refuses as many as it is told. */
  function counting(): EventStore & { writes: number[]; refuse: number } {
    const counted = {
      ...store.events,
      writes: [] as number[],
      refuse: 0,
      async append(events: readonly EventEntry[]) {
        counted.writes.push(events.length);
        if (counted.refuse-- > 0) throw new Error('disk full');
        await store.events.append(events);
      },
    };
    return counted;
  }

  const open = (events: EventStore = store.events) => {
    const { lines, logger } = logLines();
    return { log: createEventLog({ store: events, log: logger('event-log') }), lines };
  };

  /** In the order in which they were written. */
  const written = async () => {
    const found = await store.events.find({ limit: 200_000 });
    return found.map(({ executionUuid }) => Number(executionUuid)).reverse();
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

  it('writes what was recorded together, a moment later', async () => {
    const events = counting();
    const { log } = open(events);
    for (const n of numbers(10)) log.record(event(n));
    expect(events.writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    expect(events.writes).toEqual([10]);
    expect(await written()).toEqual(numbers(10));
    log.record(event(10));
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    await vi.waitFor(async () => expect(await written()).toEqual(numbers(11)));
  });

  it('does not wait when there is much to write', async () => {
    const { log } = open();
    for (const n of numbers(1000)) log.record(event(n));
    await vi.waitFor(async () => expect(await written()).toEqual(numbers(1000)));
  });

  it('has everything written that was recorded before a flush', async () => {
    const { log } = open();
    for (const n of numbers(3)) log.record(event(n));
    await log.flush();
    expect(await written()).toEqual(numbers(3));
    await log.flush();
    expect(await written()).toEqual(numbers(3));
  });

  it('writes what is left when it closes', async () => {
    const { log } = open();
    for (const n of numbers(3)) log.record(event(n));
    await log.close();
    expect(await written()).toEqual(numbers(3));
  });

  it('keeps the order over many writes that come on top of each other', async () => {
    const { log } = open();
    const flushes: Promise<void>[] = [];
    for (const n of numbers(3000)) {
      log.record(event(n));
      if (n % 97 === 0) flushes.push(log.flush());
    }
    await Promise.all([...flushes, log.flush()]);
    expect(await written()).toEqual(numbers(3000));
  });

  it('tries again what the store refused, before what came later, and says so', async () => {
    const events = counting();
    events.refuse = 2;
    const { log, lines } = open(events);
    log.record(event(0));
    log.record(event(1));
    await vi.advanceTimersByTimeAsync(A_WHILE_MS / 4);
    log.record(event(2));
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    expect(await written()).toEqual([0, 1, 2]);
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'error event log: writing failed, trying again: disk full',
      'error event log: writing failed, trying again: disk full',
    ]);
  });

  it('tells whoever flushes that the store refuses, and loses nothing by it', async () => {
    const events = counting();
    events.refuse = 1;
    const { log } = open(events);
    log.record(event(0));
    await expect(log.flush()).rejects.toThrow('disk full');
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    expect(await written()).toEqual([0]);
  });

  it('puts what was recorded during a refused write behind it', async () => {
    const events = counting();
    events.refuse = 1;
    const { log } = open({
      ...events,
      append(batch) {
        if (events.refuse > 0) log.record(event(1));
        return events.append(batch);
      },
    });
    log.record(event(0));
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    expect(await written()).toEqual([0, 1]);
  });

  it('drops the oldest, and counts them, when the store refuses for too long', async () => {
    const events = counting();
    events.refuse = Number.POSITIVE_INFINITY;
    const { log, lines } = open(events);
    for (const n of numbers(100_003)) log.record(event(n));
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    expect(lines.map(({ message }) => message)).toContain(
      'event log: 3 documents dropped, the store has refused them for too long',
    );
    events.refuse = 0;
    await log.close();
    const [first] = await written();
    expect(first).toBe(3);
    expect(await written()).toHaveLength(100_000);
  });
});

function event(n: number): EventRecord {
  return {
    timestamp: '2026-01-01T00:00:00.000Z',
    action: 'execute',
    spaceId: 'default',
    connectorId: 'c1',
    typeId: '.webhook',
    executionUuid: String(n),
    outcome: 'success',
    source: 'http_request',
    durationMs: 1,
    deliveryId: null,
    attempt: null,
    document: { n },
  };
}

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventQuery, EventRecord, StoredEvent } from './event-port.ts';
import type { StoreUnderTest } from './port-suite.ts';
import type { Store } from './ports.ts';
import { testEntry, testEvent } from './test-event.ts';

/** What every driver must do for the event log. */
export function eventPortSuite(driver: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the event port on ${driver}`, () => {
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.remove());

    const append = (...facts: Partial<EventRecord>[]) => store.events.append(facts.map(testEntry));
    const uuids = (found: readonly { executionUuid: string }[]) =>
      found.map(({ executionUuid }) => executionUuid);
    const find = async (query: EventQuery = {}) => uuids(await store.events.find(query));

    describe('appending', () => {
      it('writes all of a batch or nothing, and goes on after a refusal', async () => {
        const broken = { connectorId: null as unknown as string };
        await expect(append({}, broken)).rejects.toThrow();
        expect(await store.events.find({})).toEqual([]);
        await append({});
        expect(await store.events.find({})).toEqual([{ seq: expect.any(Number), ...testEvent() }]);
      });

      it('takes an empty batch', async () => {
        await append();
        expect(await find()).toEqual([]);
      });

      it('does not mix a batch with the other writes of the moment', async () => {
        await Promise.all([
          store.meta.set('a', '1'),
          append({}, {}),
          store.roles.put({ name: 'ops', body: {} }),
          append({}),
        ]);
        expect(await find()).toHaveLength(3);
        expect(await store.roles.list()).toHaveLength(1);
      });

      it('gives back any document', async () => {
        await fc.assert(
          fc.asyncProperty(jsonMap, async (document) => {
            await append({ document });
            expect((await store.events.find({ limit: 1 }))[0]?.document).toEqual(document);
          }),
          { numRuns: 50 },
        );
      });

      it('keeps the facts of a run that took weeks, as one may that was lost', async () => {
        const facts = { durationMs: 5_000_000_000, deliveryId: 'd1', attempt: 3 };
        await append(facts);
        expect(await store.events.find({})).toMatchObject([facts]);
      });
    });

    describe('finding', () => {
      it('gives the newest first, and those of one moment as they were written', async () => {
        await append({ executionUuid: 'a' }, { executionUuid: 'b' });
        await append(
          { executionUuid: 'c' },
          { executionUuid: 'late', timestamp: '2025-12-31T00:00:00.000Z' },
        );
        expect(await find()).toEqual(['c', 'b', 'a', 'late']);
        expect(await find({ order: 'oldest' })).toEqual(['late', 'a', 'b', 'c']);
      });

      it.each<[EventQuery, string[]]>([
        [{ spaceIds: ['other'] }, ['3']],
        [{ spaceIds: ['other', 'default'] }, ['5', '4', '3', '2', '1']],
        [{ connectorIds: ['c2'] }, ['2']],
        [{ connectorIds: ['c2', 'c1', 'c2'], spaceIds: ['default'], limit: 3 }, ['5', '4', '2']],
        [{ executionUuids: ['1'] }, ['1']],
        [{ executionUuids: ['1', '3', '4'], spaceIds: ['other'] }, ['3']],
        [{ executionUuids: ['1', '3'], connectorIds: ['c2'] }, []],
        [{ actions: ['execute-start'] }, ['4']],
        [{ outcomes: ['failure'], spaceIds: ['default'] }, ['5']],
        [{ typeIds: ['.slack'] }, ['2']],
        [{ sources: ['alert'] }, ['3']],
        [{ deliveryIds: ['d1'], connectorIds: ['c1'] }, ['5']],
        [{ spaceIds: ['default'], connectorIds: ['c1'], limit: 1 }, ['5']],
        [{ connectorIds: ['c1'], actions: ['nothing'] }, []],
        [{ connectorIds: [] }, []],
        [{ outcomes: [] }, []],
        [{ from: at(3) }, ['5', '4', '3']],
        [{ to: at(3) }, ['2', '1']],
        [{ from: at(2), to: at(4), connectorIds: ['c1'] }, ['3']],
        [{ executionUuids: ['1', '2', '3'], from: at(2), to: at(3) }, ['2']],
      ])('finds by %j', async (query, expected) => {
        await append(
          { executionUuid: '1', timestamp: at(1) },
          { executionUuid: '2', timestamp: at(2), connectorId: 'c2', typeId: '.slack' },
          { executionUuid: '3', timestamp: at(3), spaceId: 'other', source: 'alert' },
          { executionUuid: '4', timestamp: at(4), action: 'execute-start', outcome: null },
          { executionUuid: '5', timestamp: at(5), outcome: 'failure', deliveryId: 'd1', attempt: 1 },
        );
        expect(await find(query)).toEqual(expected);
      });

      it('gives 100 unless told', async () => {
        await append(...Array.from({ length: 150 }, () => ({})));
        expect(await find()).toHaveLength(100);
        expect(await find({ limit: 500 })).toHaveLength(150);
      });

      it('goes on behind a place, whatever has come in since', async () => {
        await append(...['a', 'b', 'c', 'd'].map((executionUuid) => ({ executionUuid })));
        const first = await store.events.find({ limit: 2 });
        await append({ executionUuid: 'new' }, { executionUuid: 'newer', timestamp: at(1) });
        expect(uuids(first)).toEqual(['d', 'c']);
        expect(await find({ after: first[1] })).toEqual(['b', 'a']);
        expect(await find({ after: first[1], order: 'oldest' })).toEqual(['d', 'new', 'newer']);
      });
    });

    describe('many events', () => {
      /** More than are looked at in one go, many of them of one moment. */
      const MANY = 13_000;
      const all = Array.from({ length: MANY }, (_, n) =>
        testEvent({
          timestamp: at(n % 7 === 0 ? Math.floor(n / 100) : 40 + (n % 5)),
          executionUuid: String(n),
          spaceId: n % 10 === 3 ? 'other' : 'default',
          connectorId: `c${n % 3}`,
          action: n % 2 === 0 ? 'execute' : 'execute-start',
          outcome: n % 2 === 0 ? (n % 500 === 0 ? 'failure' : 'success') : null,
          durationMs: n % 2 === 0 ? n * 3 : null,
          attempt: n % 4 === 0 ? 1 : null,
          document: {},
        }),
      );

      it('are found and counted as if they were looked at one by one', async () => {
        for (let n = 0; n < MANY; n += 1000) await append(...all.slice(n, n + 1000));
        const queries: EventQuery[] = [
          { limit: 20 },
          { outcomes: ['failure'] },
          { outcomes: ['failure'], order: 'oldest' },
          { connectorIds: ['c2', 'c1'], spaceIds: ['other'], limit: 7000 },
          { order: 'oldest', from: at(20), to: at(42), limit: 20_000 },
          { order: 'oldest', after: { timestamp: at(41), seq: 6000 }, limit: 9000 },
          { order: 'newest', after: { timestamp: at(43), seq: 6000 }, connectorIds: ['c0'], limit: 9000 },
        ];
        for (const query of queries)
          expect(await find(query), JSON.stringify(query)).toEqual(uuids(foundIn(all, query)));
        for (const filter of [{}, { connectorIds: ['c1'] }, { spaceIds: ['other'], from: at(42) }]) {
          const ended = foundIn(all, { ...filter, actions: ['execute'], limit: MANY });
          const tallies = await store.events.tally(filter);
          for (const tally of tallies) {
            const those = ended.filter(
              ({ connectorId, outcome, attempt }) =>
                connectorId === tally.connectorId &&
                outcome === tally.outcome &&
                (attempt !== null) === tally.isDelivery,
            );
            expect(tally.count).toBe(those.length);
            expect(tally.totalMs).toBe(sum(those.map(({ durationMs }) => durationMs ?? 0)));
            expect(sum(tally.durations.map(([, count]) => count))).toBe(those.length);
          }
          expect(sum(tallies.map(({ count }) => count))).toBe(ended.length);
        }
      });
    });

    describe('counting', () => {
      it('tells how many there are of each outcome, of all or of the newest', async () => {
        await append(
          ...Array.from({ length: 30 }, (_, n) => ({
            timestamp: at(n),
            spaceId: n % 3 === 0 ? 'other' : 'default',
            outcome: n < 25 ? 'success' : 'failure',
            executionUuid: String(n),
          })),
          { timestamp: at(100), action: 'execute-start', outcome: null },
        );
        const count = async (...asked: Parameters<Store['events']['outcomes']>) =>
          Object.fromEntries(await store.events.outcomes(...asked));
        expect(await count({})).toEqual({ success: 25, failure: 5, null: 1 });
        expect(await count({ actions: ['execute'], spaceIds: ['default'] })).toEqual({
          success: 16,
          failure: 4,
        });
        expect(await count({ actions: ['execute'] }, 7)).toEqual({ success: 2, failure: 5 });
        expect(await count({ actions: ['execute'], from: at(3), to: at(6) }, 7)).toEqual({ success: 3 });
        expect(await count({ executionUuids: ['1', '29'] }, 7)).toEqual({ success: 1, failure: 1 });
        expect(await count({ outcomes: [] })).toEqual({});
      });

      it('can leave out documents that have not got a text', async () => {
        await append(
          { executionUuid: 'a', document: { message: 'Disk "full"\u0000' } },
          { executionUuid: 'b', document: { message: 'disk full' } },
        );
        const has = (text: string, ignoresCase: boolean) => find({ documentHas: { text, ignoresCase } });
        expect(await has('Disk', false)).toEqual(['a']);
        expect(await has('disk', true)).toEqual(['b', 'a']);
        expect(await has('\\"full', false)).toEqual(['a']);
        expect(await has('%', false)).toEqual([]);
      });

      it('tells how the runs of each connector ended and how long they took', async () => {
        await append(
          { durationMs: 999 },
          { durationMs: 999 },
          { durationMs: 1234 },
          { durationMs: 12_345, outcome: 'failure' },
          { durationMs: 123_456, outcome: 'failure', deliveryId: 'd1', attempt: 2 },
          { connectorId: 'c2', durationMs: 0 },
          { action: 'execute-start', outcome: null, durationMs: null },
          { action: 'execute-timeout', outcome: null, durationMs: null },
        );
        const tallies = await store.events.tally({ spaceIds: ['default'] });
        const c1 = { connectorId: 'c1', isDelivery: false };
        expect(tallies).toHaveLength(4);
        expect(tallies).toEqual(
          expect.arrayContaining([
            {
              ...c1,
              outcome: 'success',
              count: 3,
              totalMs: 3232,
              durations: [
                [999, 2],
                [1230, 1],
              ],
            },
            { ...c1, outcome: 'failure', count: 1, totalMs: 12_345, durations: [[12_300, 1]] },
            {
              ...c1,
              outcome: 'failure',
              isDelivery: true,
              count: 1,
              totalMs: 123_456,
              durations: [[123_000, 1]],
            },
            {
              connectorId: 'c2',
              outcome: 'success',
              isDelivery: false,
              count: 1,
              totalMs: 0,
              durations: [[0, 1]],
            },
          ]),
        );
        expect(await store.events.tally({ spaceIds: ['other'] })).toEqual([]);
        expect(await store.events.tally({ connectorIds: [] })).toEqual([]);
      });
    });

    describe('reading in the order of writing', () => {
      it('gives what was written after one, with its document as it is kept', async () => {
        await append({ executionUuid: 'a', timestamp: at(9), document: { a: ['\0'] } });
        await append({ executionUuid: 'b' }, { executionUuid: 'c' });
        const first = await store.events.written(0, 2);
        expect(uuids(first)).toEqual(['a', 'b']);
        expect(await store.events.last()).toBe((first[1]?.seq ?? 0) + 1);
        expect(first[0]).toMatchObject({
          timestamp: at(9),
          action: 'execute',
          document: '{"a":["\\u0000"]}',
        });
        expect(uuids(await store.events.written(first[1]?.seq ?? 0, 10))).toEqual(['c']);
      });
    });

    describe('pruning', () => {
      it('removes the oldest in steps, and never the one written last', async () => {
        await append(
          { executionUuid: 'a', timestamp: at(1) },
          { executionUuid: 'b', timestamp: at(2), spaceId: 'other' },
          { executionUuid: 'c', timestamp: at(3) },
          { executionUuid: 'd', timestamp: at(4) },
          { executionUuid: 'e', timestamp: at(0) },
        );
        expect(await store.events.pruneOlder(at(4), 2)).toBe(2);
        expect(await store.events.pruneOlder(at(4), 2)).toBe(1);
        expect(await store.events.pruneOlder(at(4), 2)).toBe(0);
        expect(await find()).toEqual(['d', 'e']);
        expect(await store.events.pruneFirst(5)).toBe(1);
        expect(await store.events.pruneFirst(5)).toBe(0);
        const before = (await store.events.written(0, 10))[0]?.seq ?? 0;
        await append({ executionUuid: 'f' });
        expect(uuids(await store.events.written(before, 10))).toEqual(['f']);
      });

      it('by several at once removes each one once', async () => {
        await append(...Array.from({ length: 100 }, (_, n) => ({ timestamp: at(n) })));
        const removed = await Promise.all(Array.from({ length: 4 }, () => store.events.pruneFirst(20)));
        expect(sum(removed)).toBe(100 - (await find({ limit: 1000 })).length);
        expect(sum(removed)).toBeGreaterThan(0);
      });

      it('is decided by a size that is about right', async () => {
        expect(await store.events.size()).toEqual({ events: 0, bytes: 0 });
        const document = { text: 'x'.repeat(989) };
        await append(...Array.from({ length: 1000 }, () => ({ document })));
        const { events, bytes } = await store.events.size();
        expect(events).toBe(1000);
        expect(bytes / 1000).toBeGreaterThan(1000);
        expect(bytes / 1000).toBeLessThan(2000);
      });
    });
  });
}

function at(second: number): string {
  return new Date(Date.parse(testEvent().timestamp) + second * 1000).toISOString();
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** What a query gives, of events that were written in this order. */
function foundIn(events: readonly EventRecord[], query: EventQuery): StoredEvent[] {
  const { order = 'newest', after, limit = 100 } = query;
  const isAmong = (list: readonly string[] | undefined, value: string | null) =>
    list === undefined || (value !== null && list.includes(value));
  const place = (event: Pick<StoredEvent, 'timestamp' | 'seq'>) =>
    `${event.timestamp} ${String(event.seq).padStart(9, '0')}`;
  const found = events
    .map((event, n) => ({ ...event, seq: n + 1 }))
    .filter(
      (event) =>
        isAmong(query.spaceIds, event.spaceId) &&
        isAmong(query.connectorIds, event.connectorId) &&
        isAmong(query.actions, event.action) &&
        isAmong(query.outcomes, event.outcome) &&
        (query.from === undefined || event.timestamp >= query.from) &&
        (query.to === undefined || event.timestamp < query.to),
    )
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
  if (order === 'newest') found.reverse();
  return found
    .filter(
      (event) =>
        after === undefined ||
        (order === 'newest' ? place(event) < place(after) : place(event) > place(after)),
    )
    .slice(0, limit);
}

/** A map as it is after one trip through JSON: without the negative zero. */
const jsonMap = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((map) => JSON.parse(JSON.stringify(map)) as Record<string, unknown>);

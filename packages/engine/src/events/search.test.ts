import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { EventQuery, StoredEvent } from '../store/index.ts';
import { readKql } from './kql/index.ts';
import { searchEvents } from './search.ts';

/** A store of so many events, the newest first, of which every seventh is about a disk. */
function storeOf(count: number) {
  const events = Array.from({ length: count }, (_, n) => ({
    seq: count - n,
    timestamp: new Date(count - n).toISOString(),
    outcome: n % 2 === 0 ? 'success' : 'failure',
    document: { message: n % 7 === 0 ? `disk ${n}` : 'nothing' },
  })) as unknown as StoredEvent[];
  return {
    events,
    find: vi.fn(async ({ after, limit = 100 }: EventQuery) => {
      const from = after === undefined ? 0 : events.findIndex(({ seq }) => seq === after.seq) + 1;
      return events.slice(from, from + limit);
    }),
    outcomes: vi.fn(async () => new Map([['success', 1]])),
  };
}

const search = (store: ReturnType<typeof storeOf>) => searchEvents(store, () => new Date(0));
const kql = readKql('message: disk');

it('gives page after page all that match, once, whatever the pages are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1200 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 500 }),
      fc.boolean(),
      async (count, limit, lookAtMost, isAsked) => {
        const store = storeOf(count);
        const found: StoredEvent[] = [];
        for (let after: EventQuery['after']; ; ) {
          const page = await search(store).find({ after, ...(isAsked && { kql }) }, { limit, lookAtMost });
          expect(page.events.length).toBeLessThanOrEqual(limit);
          found.push(...page.events);
          if (page.next === undefined) break;
          after = page.next;
        }
        const expected = store.events.filter((_, n) => !isAsked || n % 7 === 0);
        expect(found.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
      },
    ),
    { numRuns: 100 },
  );
});

it('reads no more than it is told to when little matches', async () => {
  const store = storeOf(2000);
  const page = await search(store).find({ kql: readKql('message: tape') }, { limit: 10, lookAtMost: 500 });
  expect([page.events, page.next?.seq]).toEqual([[], 1501]);
  expect(store.find).toHaveBeenCalledTimes(2);
});

it('leaves to the store what it can count by itself, and counts the rest', async () => {
  const store = storeOf(1000);
  expect(await search(store).outcomes({ kql: readKql('event.outcome: success') })).toEqual(
    new Map([['success', 1]]),
  );
  expect(store.outcomes).toHaveBeenCalledWith({ outcomes: ['success'] }, undefined);
  const counts = await search(store).outcomes({ kql }, 100);
  expect(counts.get('success')).toBe(50);
  expect(counts.get('failure')).toBe(50);
  expect([...(await search(store).outcomes({ kql })).values()]).toEqual([72, 71]);
});

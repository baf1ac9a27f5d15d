import { setImmediate as othersTurn } from 'node:timers/promises';
import type { EventPlace, EventQuery, EventStore, StoredEvent } from '../store/index.ts';
import { both, type KqlNode, needleOf, predicateOf, pushedDown } from './kql/index.ts';

/** What is asked of the event log: by its fields, and of its documents in Kibana's query language. */
export interface EventSearch extends Omit<EventQuery, 'limit' | 'documentHas'> {
  kql?: KqlNode | undefined;
}

export interface SearchOptions {
  limit: number;
  /** After so many documents that were read and do not match it is enough for now. Left out: never. */
  lookAtMost?: number;
}

export interface FoundEvents {
  events: StoredEvent[];
  /** Behind which one there may be more; undefined: there was nothing more. */
  next: EventPlace | undefined;
}

export interface Searching {
  find(search: EventSearch, options: SearchOptions): Promise<FoundEvents>;
  /** How many of each outcome there are: of all, or of the newest so many. */
  outcomes(
    search: Omit<EventSearch, 'order' | 'after'>,
    newest?: number,
  ): Promise<Map<string | null, number>>;
}

/** How many documents are read and looked at before others have their turn. */
const BATCH = 250;

export function searchEvents(store: Pick<EventStore, 'find' | 'outcomes'>, now: () => Date): Searching {
  /** What the store is asked, and what it cannot tell. */
  function plan({ kql, ...query }: EventSearch) {
    if (kql === undefined) return { query, matches: undefined };
    const { filter, rest } = pushedDown(kql);
    const pushed: EventQuery = { ...query, ...both(query, filter) };
    if (rest === undefined) return { query: pushed, matches: undefined };
    return { query: { ...pushed, documentHas: needleOf(rest) }, matches: predicateOf(rest, now()) };
  }

  /** All that match, in batches, and behind which one each batch ends. */
  async function* matching(search: EventSearch, most: number) {
    const { query, matches } = plan(search);
    const size = matches === undefined ? Math.min(most, BATCH) : BATCH;
    for (let { after } = query; ; ) {
      const read = await store.find({ ...query, after, limit: size });
      after = read.at(-1) ?? after;
      const isLast = read.length < size;
      yield {
        events: matches === undefined ? read : read.filter(({ document }) => matches(document)),
        after,
        read,
        isLast,
      };
      if (isLast) return;
      await othersTurn();
    }
  }

  return {
    async find(search, { limit, lookAtMost = Number.POSITIVE_INFINITY }) {
      const found: StoredEvent[] = [];
      let looked = 0;
      for await (const { events, after, read, isLast } of matching(search, limit)) {
        found.push(...events);
        if (found.length >= limit) {
          const next = found[limit - 1];
          const isAll = isLast && found.length === limit && read.at(-1) === next;
          return { events: found.slice(0, limit), next: isAll ? undefined : next };
        }
        looked += read.length;
        if (!isLast && looked >= lookAtMost) return { events: found, next: after };
      }
      return { events: found, next: undefined };
    },

    async outcomes(search, newest = Number.POSITIVE_INFINITY) {
      const { query, matches } = plan(search);
      if (matches === undefined) return store.outcomes(query, Number.isFinite(newest) ? newest : undefined);
      const counts = new Map<string | null, number>();
      let left = newest;
      for await (const { events } of matching(search, BATCH)) {
        for (const { outcome } of events.slice(0, left)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        left -= events.length;
        if (left <= 0) break;
      }
      return counts;
    },
  };
}

import type { WrittenEvent } from '../../store/index.ts';

/**
 * Numbers are given before transactions end: on a store that several processes share, one that is smaller may appear behind one
 * that was read. So much later it has appeared, or never will: no transaction that writes events lasts as long.
 */
const SETTLED_AFTER_MS = 60_000;

/** Tells how far events that were read can be relied on to be all that there are. */
export interface Settled {
  /** Those in front of the first gap that may still be filled. `after` is the number in front of them. */
  upTo(after: number, events: readonly WrittenEvent[], last: number): readonly WrittenEvent[];
}

export function settledEvents(now: () => Date): Settled {
  /** What the highest number was, and when. */
  let seen: { at: number; last: number }[] = [];
  let settled = 0;
  return {
    upTo(after, events, last) {
      const at = now().getTime();
      const newest = seen.at(-1);
      if (newest === undefined || last > newest.last) seen.push({ at, last });
      const old = seen.filter((mark) => mark.at <= at - SETTLED_AFTER_MS);
      settled = Math.max(settled, old.at(-1)?.last ?? 0);
      seen = seen.filter((mark) => !old.includes(mark));
      let previous = after;
      for (const [n, { seq }] of events.entries()) {
        if (seq !== previous + 1 && seq - 1 > settled) return events.slice(0, n);
        previous = seq;
      }
      return events;
    },
  };
}

import { LRUCache } from 'lru-cache';

export interface RateLimit {
  /** Milliseconds. */
  lookbackWindow: number;
  limit: number;
}

/** Keys that are counted at once; the longest unseen are forgotten first. */
const MAX_KEYS = 10_000;

/** Counts a use of a key, such as a user, and says whether there were more than the limit within the window. In this process only. */
export function createRateLimit({ lookbackWindow, limit }: RateLimit): (key: string, now: Date) => boolean {
  const uses = new LRUCache<string, number[]>({ max: MAX_KEYS });
  return (key, now) => {
    const at = now.getTime();
    // One more than the limit is as good as any number more.
    const recent = [...(uses.get(key) ?? []), at]
      .filter((use) => use > at - lookbackWindow)
      .slice(-(limit + 1));
    uses.set(key, recent);
    return recent.length > limit;
  };
}

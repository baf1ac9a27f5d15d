import { LRUCache } from 'lru-cache';

export interface RateLimit {
  /** Milliseconds. */
  lookbackWindow: number;
  limit: number;
}

/** Users that are counted at once; the longest unseen are forgotten first. */
const MAX_USERS = 10_000;

/** Counts a use, and says whether there were more than the limit within the window. In this process only. */
export function createRateLimit({ lookbackWindow, limit }: RateLimit): (user: string, now: Date) => boolean {
  const uses = new LRUCache<string, number[]>({ max: MAX_USERS });
  return (user, now) => {
    const at = now.getTime();
    // One more than the limit is as good as any number more.
    const recent = [...(uses.get(user) ?? []), at]
      .filter((use) => use > at - lookbackWindow)
      .slice(-(limit + 1));
    uses.set(user, recent);
    return recent.length > limit;
  };
}

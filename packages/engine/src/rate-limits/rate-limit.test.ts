import { expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

it('lets as many uses pass as the limit says within the window, for each user', () => {
  const isLimited = createRateLimit({ lookbackWindow: 1000, limit: 2 });
  const at = (user: string, ms: number) => isLimited(user, new Date(ms));
  expect([at('a', 0), at('a', 1), at('a', 2), at('b', 2)]).toEqual([false, false, true, false]);
  // A use that was refused counts too.
  expect([at('a', 1000), at('a', 1001), at('a', 2500)]).toEqual([true, true, false]);
});

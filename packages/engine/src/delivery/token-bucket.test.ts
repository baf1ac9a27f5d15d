import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bucket } from '../store/index.ts';
import { defaultBurst, oweTokens, type RateLimit, returnTokens, takeTokens } from './token-bucket.ts';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(T0 + ms);

/** One a second, of which two are kept. */
const rate: RateLimit = { limit: 60, windowMs: 60_000, burst: 2 };

describe('a bucket of tokens', () => {
  it('gives at once what it keeps, then as they come in, and says when the next one does', () => {
    const first = takeTokens(undefined, 5, rate, at(0));
    expect(first.result).toEqual({ count: 2 });
    expect(takeTokens(first.after, 5, rate, at(0)).result).toEqual({ until: at(1000) });
    expect(takeTokens(first.after, 5, rate, at(400)).result).toEqual({ until: at(1000) });
    expect(takeTokens(first.after, 5, rate, at(1000)).result).toEqual({ count: 1 });
    expect(takeTokens(first.after, 5, rate, at(60_000)).result).toEqual({ count: 2 });
  });

  it('is refilled for what it is owed before it gives again', () => {
    const owed = oweTokens(undefined, 5, rate, at(0)).after;
    expect(takeTokens(owed, 1, rate, at(3999)).result).toEqual({ until: at(4000) });
    expect(takeTokens(owed, 1, rate, at(4000)).result).toEqual({ count: 1 });
  });

  it('takes back no more than it keeps', () => {
    const { after } = takeTokens(undefined, 1, rate, at(0));
    expect(returnTokens(after, 5, rate).after?.tokens).toBe(2);
    expect(returnTokens(undefined, 5, rate).after).toBeUndefined();
  });

  it('keeps a tenth when nothing else is said, and one at least', () => {
    expect([1, 9, 10, 25, 600].map(defaultBurst)).toEqual([1, 1, 1, 2, 60]);
  });

  const rates = fc
    .record({ limit: fc.integer({ min: 1, max: 200 }), windowMs: fc.integer({ min: 1, max: 120_000 }) })
    .chain(({ limit, windowMs }) =>
      fc.integer({ min: 1, max: limit }).map((burst): RateLimit => ({ limit, windowMs, burst })),
    );
  /** Processes whose clocks go differently take turns at one bucket; some give a part back. */
  const uses = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 40_000 }),
      wanted: fc.integer({ min: 1, max: 60 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      behindMs: fc.integer({ min: 0, max: 3000 }),
    }),
    { maxLength: 60 },
  );

  it('never gives more than limit and burst within any window, whoever asks', () => {
    fc.assert(
      fc.property(rates, uses, (rate, uses) => {
        let bucket: Bucket | undefined;
        let time = 0;
        const given: { time: number; count: number }[] = [];
        for (const { afterMs, wanted, share, behindMs } of uses) {
          time += afterMs;
          const taken = takeTokens(bucket, wanted, rate, at(time - behindMs));
          bucket = taken.after;
          if ('until' in taken.result) continue;
          const returned = Math.floor(taken.result.count * share);
          bucket = returnTokens(bucket, returned, rate).after;
          given.push({ time, count: taken.result.count - returned });
        }
        for (const [index, { time: from }] of given.entries()) {
          const within = given.slice(index).filter(({ time }) => time - from <= rate.windowMs);
          const total = within.reduce((sum, { count }) => sum + count, 0);
          // A clock that is behind by then was behind all along: it moves what it takes by as much.
          const slack = Math.ceil((3000 * rate.limit) / rate.windowMs);
          expect(total).toBeLessThanOrEqual(rate.limit + rate.burst + slack);
        }
      }),
    );
  });

  it('gives a token at the time that it named, and none before', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 500 }), (rate, used) => {
        const owed = oweTokens(undefined, used + rate.burst, rate, at(0)).after;
        const { result } = takeTokens(owed, 1, rate, at(0));
        if (!('until' in result)) throw new Error('it gave what is not there');
        const before = new Date(result.until.getTime() - 1 - Math.ceil(rate.windowMs / rate.limit));
        expect(takeTokens(owed, 1, rate, before).result).toHaveProperty('until');
        expect(takeTokens(owed, 1, rate, new Date(result.until.getTime() + 1)).result).toEqual({ count: 1 });
      }),
    );
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Tally, windowOf } from './window.ts';

const tally = (outcome: string, ...ms: number[]): Tally => ({
  outcome,
  count: ms.length,
  totalMs: ms.reduce((sum, each) => sum + each, 0),
  durations: ms.map((each) => [each, 1] as const),
});

it('counts all runs, and takes the latency of all', () => {
  expect(windowOf([tally('success', 10, 30, 20), tally('failure', 100)])).toEqual({
    runs: 4,
    failures: 1,
    successRatio: 0.75,
    latency: { mean: 40, p50: 20, p95: 100, p99: 100 },
  });
});

it('says nothing of what was not run', () => {
  expect(windowOf([])).toEqual({ runs: 0, failures: 0, successRatio: null, latency: null });
});

it('gives the percentiles that the sorted durations have', () => {
  const list = fc.array(fc.nat(2000), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(list, list, (good, bad) => {
      const sorted = [...good, ...bad].sort((a, b) => a - b);
      const nth = (share: number) => sorted[Math.ceil(sorted.length * share) - 1];
      expect(windowOf([tally('success', ...good), tally('failure', ...bad)]).latency).toMatchObject({
        p50: nth(0.5),
        p95: nth(0.95),
        p99: nth(0.99),
      });
    }),
  );
});

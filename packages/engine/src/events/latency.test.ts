import { expect, it } from 'vitest';
import { latencyOf } from './latency.ts';

it('is of all runs together, whichever connector they were of', () => {
  const first = { totalMs: 5050, durations: Array.from({ length: 100 }, (_, n) => [n + 1, 1] as const) };
  expect(latencyOf([first])).toEqual({ mean: 51, p50: 50, p95: 95, p99: 99 });
  expect(latencyOf([first, { totalMs: 100_000, durations: [[1000, 100]] }])).toEqual({
    mean: 525,
    p50: 100,
    p95: 1000,
    p99: 1000,
  });
});

it('is none where there was no run', () => {
  expect(latencyOf([])).toBeUndefined();
});

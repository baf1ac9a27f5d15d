import { expect, it } from 'vitest';
import { windowOf } from './window.ts';

const tally = (outcome: string, ...ms: number[]) => ({
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

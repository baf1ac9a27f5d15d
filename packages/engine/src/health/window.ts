import { type Latency, latencyOf } from '../events/index.ts';
import type { EventTally } from '../store/index.ts';

/** How the runs of a connector went within a window. Each attempt of a delivery is a run. */
export interface Window {
  runs: number;
  failures: number;
  /** From 0 to 1; null: there were none. */
  successRatio: number | null;
  /** Of all runs that ended. */
  latency: Latency | null;
}

export function windowOf(
  tallies: readonly Pick<EventTally, 'outcome' | 'count' | 'totalMs' | 'durations'>[],
): Window {
  let runs = 0;
  let failures = 0;
  for (const { outcome, count } of tallies) {
    runs += count;
    if (outcome !== 'success') failures += count;
  }
  return {
    runs,
    failures,
    successRatio: runs === 0 ? null : (runs - failures) / runs,
    latency: latencyOf(tallies) ?? null,
  };
}

/** How the runs of a connector went within a window. Each attempt of a delivery is a run. */
export interface Window {
  runs: number;
  failures: number;
  /** From 0 to 1; null: there were none. */
  successRatio: number | null;
  /** Milliseconds, of all runs that ended. */
  latency: { mean: number; p50: number; p95: number; p99: number } | null;
}

/** Runs of one connector that ended alike, as the event log counts them. */
export interface Tally {
  outcome: string;
  count: number;
  totalMs: number;
  /** How many took how long. */
  durations: readonly (readonly [ms: number, count: number])[];
}

export function windowOf(tallies: readonly Tally[]): Window {
  const runs = sum(tallies, ({ count }) => count);
  const failures = sum(tallies, ({ outcome, count }) => (outcome === 'success' ? 0 : count));
  if (runs === 0) return { runs, failures, successRatio: null, latency: null };
  const durations = tallies.flatMap((tally) => tally.durations).sort(([a], [b]) => a - b);
  const timed = sum(durations, ([, count]) => count);
  const mean = sum(tallies, ({ totalMs }) => totalMs) / runs;
  const at = (share: number) => percentile(durations, Math.ceil(timed * share));
  return {
    runs,
    failures,
    successRatio: (runs - failures) / runs,
    latency: timed === 0 ? null : { mean: Math.round(mean), p50: at(0.5), p95: at(0.95), p99: at(0.99) },
  };
}

/** How long the one at this place took, counted from 1 on. */
function percentile(durations: readonly (readonly [ms: number, count: number])[], place: number): number {
  let seen = 0;
  for (const [ms, count] of durations) {
    seen += count;
    if (seen >= place) return ms;
  }
  return 0;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

import type { EventTally } from '../store/index.ts';

/** How long runs took, in milliseconds; undefined: there were none. */
export interface Latency {
  mean: number;
  /** Percentiles: exact below a second, and no more than 1 % too low above. */
  p50: number;
  p95: number;
  p99: number;
}

/** Of all the runs that are counted in these. */
export function latencyOf(
  tallies: readonly Pick<EventTally, 'totalMs' | 'durations'>[],
): Latency | undefined {
  const counts = new Map<number, number>();
  let total = 0;
  for (const { durations } of tallies) {
    for (const [ms, count] of durations) {
      counts.set(ms, (counts.get(ms) ?? 0) + count);
      total += count;
    }
  }
  if (total === 0) return undefined;
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const percentile = (part: number) => {
    let left = Math.ceil(total * part);
    for (const [ms, count] of sorted) {
      left -= count;
      if (left <= 0) return ms;
    }
    return 0;
  };
  const totalMs = tallies.reduce((sum, tally) => sum + tally.totalMs, 0);
  return {
    mean: Math.round(totalMs / total),
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
  };
}

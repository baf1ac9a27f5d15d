import type { LaneHealth } from '../delivery/index.ts';
import type { RunEnd } from './connector-answer.ts';
import type { Window } from './window.ts';

/**
 * `unusable`: it takes nothing (no secrets, a disabled type). `failing`: its last run failed, or its breaker is not closed.
 * `degraded`: it works, not all of the time. `unused`: the event log knows no run of it.
 */
export type HealthStatus = 'healthy' | 'degraded' | 'failing' | 'unusable' | 'unused';

export interface HealthFacts {
  refusal: string | undefined;
  lane: Pick<LaneHealth, 'breaker' | 'holds'>;
  dead: number;
  lastSuccess: RunEnd | undefined;
  lastFailure: RunEnd | undefined;
  /** The longest that is looked at to tell whether it works at present. */
  day: Window;
}

/** Fewer successes than this, and it is not well. */
const GOOD_RATIO = 0.99;

export function statusOf({ refusal, lane, dead, lastSuccess, lastFailure, day }: HealthFacts): HealthStatus {
  if (refusal !== undefined) return 'unusable';
  if (lane.breaker === 'open' || lane.breaker === 'probing') return 'failing';
  if (lastFailure !== undefined && (lastSuccess === undefined || lastSuccess.at < lastFailure.at))
    return 'failing';
  const isWell = dead === 0 && lane.holds.length === 0 && (day.successRatio ?? 1) >= GOOD_RATIO;
  if (!isWell) return 'degraded';
  return lastSuccess === undefined ? 'unused' : 'healthy';
}

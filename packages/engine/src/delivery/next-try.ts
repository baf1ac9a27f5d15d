import type { ActionResult } from '@patchbay/kit';

/** How often and how long a delivery is tried. Durations in milliseconds. */
export interface RetryPolicy {
  /** The first one counts. */
  maxAttempts: number;
  /** From when it was accepted to its last try. */
  maxAgeMs: number;
  /** Left out: the reference's waits. */
  backoff?: { initialMs: number; maxMs: number } | undefined;
}

/** What follows on a failed attempt. */
export type Verdict = { state: 'ready'; dueAt: Date } | { state: 'dead'; reason: string };

export interface Failure {
  retry: ActionResult['retry'];
  /** How many attempts have failed by now that count, this one too. */
  failures: number;
  /** When it was accepted. */
  acceptedAt: Date;
  now: Date;
  /** From 0 up to 1. */
  random(): number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * The type's word decides whether there is another try: `false` is none, a date is when, and everything else is one after
 * a wait; the policy bounds it.
 */
export function verdictOf(failure: Failure, policy: RetryPolicy): Verdict {
  const { retry, failures, acceptedAt, now } = failure;
  if (retry === false) return { state: 'dead', reason: 'not worth another try' };
  if (failures >= policy.maxAttempts)
    return { state: 'dead', reason: `failed ${failures} ${failures === 1 ? 'time' : 'times'}` };
  const dueAt =
    retry instanceof Date
      ? new Date(Math.max(retry.getTime(), now.getTime()))
      : new Date(now.getTime() + waitMs(failures, policy.backoff, failure.random));
  if (dueAt.getTime() > acceptedAt.getTime() + policy.maxAgeMs)
    return { state: 'dead', reason: 'the next try would come after its time' };
  return { state: 'ready', dueAt };
}

/** Full jitter, so that what failed together does not come back together. The reference's waits begin with 30 s flat. */
function waitMs(failures: number, backoff: RetryPolicy['backoff'], random: () => number): number {
  if (backoff !== undefined)
    return Math.round(random() * Math.min(backoff.maxMs, backoff.initialMs * 2 ** (failures - 1)));
  if (failures === 1) return 30 * SECOND;
  return Math.round(random() * Math.min(60 * MINUTE, 5 * MINUTE * 2 ** (failures - 2)));
}

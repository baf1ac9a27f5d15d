import type { Changed, LaneRecord } from '../store/index.ts';

/**
 * The circuit breaker of a lane: a remote that does not work is left alone, and what is for it waits without an attempt.
 *
 * States, which all processes share:
 * - closed: everything runs. `failures` attempts in a row say that the remote does not work; a lane without any has no row.
 * - open: nothing is claimed before `until`.
 * - probing: one was claimed, to see. At `until` it is given up, since its process may be gone.
 *
 * Transitions:
 * - closed -> open: as many failures in a row as the policy says, the first of them within its window
 * - open -> probing: somebody asks to claim, at `until` or later
 * - probing -> closed: a run that was begun since then came through
 * - probing -> open: it failed; the wait is twice as long as the last one, up to a bound
 * - probing -> open, at an end: it said nothing of the remote, or was not run at all; the next one is the probe
 * - open -> closed: one that was claimed before and begun since came through after all
 * - any -> closed: the policy is off
 *
 * Beside it, in any state, a lane is paused while its remote asks to be left alone (a 429 with its `Retry-After`): that is
 * about the remote, not about the message. It is no failure, and ends by itself.
 *
 * Invariants:
 * - An attempt that began before the lane came into its state changes nothing but to closed lanes.
 * - Probing admits one until it is decided or given up.
 */
export interface BreakerPolicy {
  enabled: boolean;
  failures: number;
  /** Failures in a row are counted anew when the first is older; undefined: they are not. */
  windowMs: number | undefined;
  cooldownMs: number;
  maxCooldownMs: number;
}

/** What an attempt says of its remote. */
export interface Observation {
  startedAt: Date;
  endedAt: Date;
  /** `none`: it was not asked, or what it said is about the message. */
  says: 'works' | 'fails' | 'none';
  /** Until when it asks to be left alone. */
  pauseUntil?: Date | undefined;
}

export type Admission = 'all' | 'probe' | HeldBack;

export interface HeldBack {
  until: Date;
  reason: 'pause' | 'breaker' | 'rate_limit' | 'host_limit';
  /** As people read it. */
  because: string;
}

/** A remote cannot hold a lane up for longer than this at once, whatever it says; then it is asked again. */
export const LONGEST_PAUSE_MS = 15 * 60_000;

/** Longer than a run may take. */
const PROBE_MS = 6 * 60_000;

/** What may be claimed of a lane now. */
export function admissionTo(lane: LaneRecord | undefined, policy: BreakerPolicy, at: Date): Admission {
  if (lane === undefined) return 'all';
  const pausedUntil = timeOf(lane.pausedUntil);
  if (pausedUntil > at.getTime())
    return {
      until: new Date(pausedUntil),
      reason: 'pause',
      because: 'of its remote, which asked for a pause',
    };
  if (!policy.enabled || lane.state === 'closed') return 'all';
  const until = timeOf(lane.until);
  return until > at.getTime()
    ? { until: new Date(until), reason: 'breaker', because: 'of its breaker, which is open' }
    : 'probe';
}

/** Makes a lane probing, for the one that asks first. */
export function beginProbe(
  lane: LaneRecord | undefined,
  policy: BreakerPolicy,
  at: Date,
): Changed<LaneRecord, Admission> {
  const admission = admissionTo(lane, policy, at);
  if (lane === undefined || admission !== 'probe') return { after: lane, result: admission };
  const after: LaneRecord = { ...lane, state: 'probing', since: iso(at), until: iso(at, PROBE_MS) };
  return { after, result: 'probe' };
}

/** The probe that was begun then has nothing to run: the next one that is claimed is it. */
export function withdrawProbe(
  lane: LaneRecord | undefined,
  begunAt: Date,
  at: Date,
): Changed<LaneRecord, void> {
  const isOurs = lane?.state === 'probing' && lane.since === iso(begunAt);
  return {
    after: isOurs ? { ...lane, state: 'open', since: iso(at), until: iso(at) } : lane,
    result: undefined,
  };
}

/** A lane after attempts have ended, in their order. */
export function observed(
  lane: LaneRecord | undefined,
  connectorId: string,
  observations: readonly Observation[],
  policy: BreakerPolicy,
): LaneRecord | undefined {
  let next = lane ?? well(connectorId, observations[0]?.endedAt ?? new Date(0), policy);
  for (const observation of observations) next = after(next, observation, policy);
  const last = observations.at(-1)?.endedAt;
  if (last !== undefined && timeOf(next.pausedUntil) <= last.getTime()) next = { ...next, pausedUntil: null };
  if (next.state === 'closed' && next.failures === 0 && next.pausedUntil === null) return undefined;
  return next;
}

function after(lane: LaneRecord, observation: Observation, policy: BreakerPolicy): LaneRecord {
  const { endedAt, pauseUntil } = observation;
  const paused =
    pauseUntil === undefined ? lane : { ...lane, pausedUntil: laterOf(lane, pauseUntil, endedAt) };
  if (!policy.enabled) return { ...well(lane.connectorId, endedAt, policy), pausedUntil: paused.pausedUntil };
  if (lane.state === 'closed') return afterClosed(paused, observation, policy);
  if (iso(observation.startedAt) < lane.since) return paused;
  if (observation.says === 'works')
    return { ...well(lane.connectorId, endedAt, policy), pausedUntil: paused.pausedUntil };
  if (lane.state === 'open') return paused;
  if (observation.says === 'none')
    return { ...paused, state: 'open', since: iso(endedAt), until: iso(endedAt) };
  return {
    ...paused,
    state: 'open',
    since: iso(endedAt),
    until: iso(endedAt, lane.cooldownMs),
    failures: lane.failures + 1,
    cooldownMs: Math.min(lane.cooldownMs * 2, policy.maxCooldownMs),
  };
}

function afterClosed(lane: LaneRecord, { says, endedAt }: Observation, policy: BreakerPolicy): LaneRecord {
  if (says === 'none') return lane;
  if (says === 'works') return { ...lane, failures: 0, failingSince: null };
  const isOld =
    policy.windowMs !== undefined && timeOf(lane.failingSince) < endedAt.getTime() - policy.windowMs;
  const failures = isOld ? 1 : lane.failures + 1;
  const failingSince = isOld || lane.failingSince === null ? iso(endedAt) : lane.failingSince;
  if (failures < policy.failures) return { ...lane, failures, failingSince };
  return {
    ...lane,
    state: 'open',
    since: iso(endedAt),
    until: iso(endedAt, policy.cooldownMs),
    failures,
    failingSince,
    cooldownMs: Math.min(policy.cooldownMs * 2, policy.maxCooldownMs),
  };
}

function well(connectorId: string, at: Date, policy: BreakerPolicy): LaneRecord {
  return {
    connectorId,
    state: 'closed',
    since: iso(at),
    until: null,
    failures: 0,
    failingSince: null,
    cooldownMs: policy.cooldownMs,
    pausedUntil: null,
  };
}

function laterOf(lane: LaneRecord, pauseUntil: Date, at: Date): string {
  const bounded = Math.min(pauseUntil.getTime(), at.getTime() + LONGEST_PAUSE_MS);
  return iso(new Date(Math.max(bounded, timeOf(lane.pausedUntil))));
}

function timeOf(text: string | null): number {
  return text === null ? 0 : Date.parse(text);
}

function iso(at: Date, laterMs = 0): string {
  return new Date(at.getTime() + laterMs).toISOString();
}

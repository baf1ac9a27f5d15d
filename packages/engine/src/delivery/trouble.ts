import type { Changed, DeliveryRecord, LaneRecord, TroubleRecord } from '../store/index.ts';
import type { Ended } from './lane-health.ts';

/**
 * Whether a connector delivers, as somebody is told of it: once for each change, whichever process sees it first.
 *
 * States, which all processes share:
 * - well: no record
 * - failing: a delivery has died
 * - breaker_open: its circuit breaker has opened, whether or not one has died
 *
 * Transitions, each of which is told:
 * - well -> failing: a delivery dies
 * - well | failing -> breaker_open: the breaker opens. That it opens again after a probe is no change.
 * - failing | breaker_open -> well: a run came through that was begun since, and the breaker is closed
 *
 * What notices come to is not looked at but as a sign that all is well: a notice makes no other.
 */
export type Change =
  | { kind: 'failing'; at: string; dead: DeadLetter }
  | { kind: 'breaker_open'; at: string; until: string | null; reason: string | null }
  | { kind: 'recovered'; at: string; since: string };

export interface DeadLetter extends Pick<DeliveryRecord, 'id' | 'attempt'> {
  reason: string | null;
}

/** What attempts of one connector, written down together, say of it. */
export interface Seen {
  /** The first that died. */
  dead: { letter: DeadLetter; at: string } | undefined;
  /** When the last failure ended. */
  failedAt: string | undefined;
  /** When the last run that came through was begun. */
  workedFrom: string | undefined;
  opened: { at: string; until: string | null; reason: string | null } | undefined;
  isOpen: boolean;
}

export function seenIn(
  ended: readonly Ended[],
  lane: { before: LaneRecord | undefined; after: LaneRecord | undefined } | undefined,
): Seen {
  const own = ended.filter(({ settlement }) => settlement.claimed.origin?.kind !== 'notice');
  const failed = own.filter(({ settlement }) => settlement.attempt.outcome !== 'delivered');
  const dead = failed.find(({ settlement }) => settlement.state === 'dead')?.settlement;
  const last = failed.at(-1)?.settlement;
  const isOpen = lane?.after !== undefined && lane.after.state !== 'closed';
  const wasOpen = lane?.before !== undefined && lane.before.state !== 'closed';
  return {
    dead: dead && {
      letter: { id: dead.claimed.id, attempt: dead.claimed.attempt, reason: dead.reason },
      at: dead.at,
    },
    failedAt: last?.at,
    workedFrom: ended
      .filter(({ settlement }) => settlement.state === 'delivered')
      .map(({ settlement }) => settlement.attempt.startedAt)
      .sort()
      .at(-1),
    opened:
      isOpen && !wasOpen && last !== undefined
        ? { at: last.at, until: lane?.after?.until ?? null, reason: last.reason }
        : undefined,
    isOpen,
  };
}

/** Whether it may say anything about a connector that is well. */
export function isTrouble({ dead, opened }: Seen): boolean {
  return dead !== undefined || opened !== undefined;
}

export function changeBy(
  connectorId: string,
  trouble: TroubleRecord | undefined,
  { dead, failedAt, workedFrom, opened, isOpen }: Seen,
): Changed<TroubleRecord, Change | undefined> {
  if (opened !== undefined && trouble?.kind !== 'breaker_open') {
    const since = trouble?.since ?? opened.at;
    return {
      after: { connectorId, kind: 'breaker_open', since },
      result: { kind: 'breaker_open', ...opened },
    };
  }
  if (trouble === undefined) {
    if (dead === undefined) return { after: undefined, result: undefined };
    return {
      after: { connectorId, kind: 'failing', since: dead.at },
      result: { kind: 'failing', at: dead.at, dead: dead.letter },
    };
  }
  const lastFailure = failedAt === undefined || failedAt < trouble.since ? trouble.since : failedAt;
  if (isOpen || workedFrom === undefined || workedFrom < lastFailure)
    return { after: trouble, result: undefined };
  return { after: undefined, result: { kind: 'recovered', at: workedFrom, since: trouble.since } };
}

import type { Hold, LaneHealth } from '../delivery/index.ts';
import type { DeliveryRecord } from '../store/index.ts';

/** Why something did or did not arrive: one word for programs, a sentence for people. */
export interface Answer {
  /** `arrived`: its remote took it. `on_its_way`: nothing is in its way. `waiting`: something is. `not_arrived`: it is over. */
  status: 'arrived' | 'on_its_way' | 'waiting' | 'not_arrived';
  reason: Reason;
  text: string;
  /** When it goes on at the earliest, where that is known. */
  until?: string;
}

export type Reason =
  | 'delivered'
  | 'running'
  | 'due'
  | 'scheduled'
  | 'retrying'
  | 'order'
  | Hold['kind']
  | 'no_worker'
  | 'refused'
  | 'failing'
  | 'nothing_sent'
  | 'dead'
  | 'cancelled'
  | 'discarded';

/** What is known about a delivery and its connector at a moment. */
export interface DeliveryFacts {
  delivery: DeliveryRecord;
  /** The one that it waits for, with the same order key. */
  ahead: Pick<DeliveryRecord, 'id' | 'state'> | undefined;
  /** Why the connector takes nothing: it is gone, has no secrets, its type is disabled or not licensed. */
  refusal: string | undefined;
  lane: LaneHealth;
  /** How many processes run deliveries. */
  workers: number;
  at: Date;
}

export function answerFor(facts: DeliveryFacts): Answer {
  const { delivery } = facts;
  switch (delivery.state) {
    case 'delivered':
      return { status: 'arrived', reason: 'delivered', text: `delivered by attempt ${delivery.attempt}` };
    case 'dead':
      return { status: 'not_arrived', reason: 'dead', text: `given up: ${delivery.reason}` };
    case 'cancelled':
      return { status: 'not_arrived', reason: 'cancelled', text: 'taken back before it was delivered' };
    case 'discarded':
      return {
        status: 'not_arrived',
        reason: 'discarded',
        text: `given up, and discarded: ${delivery.reason}`,
      };
    case 'running':
      return { status: 'on_its_way', reason: 'running', text: `attempt ${delivery.attempt} is running` };
    case 'blocked':
      return aheadOf(facts);
    case 'ready':
      return waitingFor(facts);
  }
}

function aheadOf({ ahead, delivery }: DeliveryFacts): Answer {
  const text =
    ahead === undefined
      ? `waits for another one with the order key "${delivery.orderKey}"`
      : `waits for ${ahead.id}, which has the same order key and is ${ahead.state}`;
  return { status: 'waiting', reason: 'order', text };
}

/** What is in the way of one that could be run. What ends last is told: nothing happens before that. */
function waitingFor({ delivery, refusal, lane, workers, at }: DeliveryFacts): Answer {
  const isLater = delivery.dueAt > at.toISOString();
  const tried = delivery.attempts.length > 0;
  const hold = latest(lane.holds);
  if (hold !== undefined && (!isLater || hold.until > delivery.dueAt)) return heldBack(hold, lane);
  if (isLater) {
    return {
      status: 'waiting',
      reason: tried ? 'retrying' : 'scheduled',
      text: tried
        ? `to be tried again at ${delivery.dueAt}, after: ${delivery.reason}`
        : `not to be run before ${delivery.dueAt}`,
      until: delivery.dueAt,
    };
  }
  if (workers === 0)
    return { status: 'waiting', reason: 'no_worker', text: 'no process is running deliveries' };
  if (refusal !== undefined) return { status: 'waiting', reason: 'refused', text: refusal };
  return { status: 'on_its_way', reason: 'due', text: `due since ${delivery.dueAt}, and about to be run` };
}

/** How a hold reads. */
export function heldBack({ kind, until, host }: Hold, { failures }: LaneHealth): Answer {
  const texts: Record<Hold['kind'], string> = {
    paused: `the remote has asked to be left alone until ${until}`,
    breaker_open: `the circuit breaker is open after ${failures} failures in a row: nothing is sent before ${until}`,
    breaker_probing: 'the circuit breaker has let one delivery go to see whether the remote works again',
    rate_limited: `the connector's rate limit is used up until ${until}`,
    host_rate_limited: `the rate limit of ${host} is used up until ${until}`,
  };
  return { status: 'waiting', reason: kind, text: texts[kind], until };
}

function latest(holds: readonly Hold[]): Hold | undefined {
  return holds.reduce<Hold | undefined>(
    (last, hold) => (last === undefined || hold.until > last.until ? hold : last),
    undefined,
  );
}

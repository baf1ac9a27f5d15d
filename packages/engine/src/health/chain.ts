import { sourceOf } from '../delivery/index.ts';
import type { DeliveryAttempt, DeliveryRecord, EventRecord } from '../store/index.ts';
import { runEnd } from './run-end.ts';

/** What happened, in its order. */
export interface Link {
  at: string;
  kind: 'accepted' | 'attempt' | 'delivered' | 'dead' | 'cancelled' | 'discarded' | 'replayed' | 'run';
  text: string;
  deliveryId?: string;
  executionUuid?: string;
}

/** What became of a delivery from its acceptance on; of its attempts the last hundred are known. */
export function chainOf(delivery: DeliveryRecord): Link[] {
  const { id: deliveryId, createdAt, roundAt } = delivery;
  const links: Link[] = [
    { at: createdAt, kind: 'accepted', deliveryId, text: `accepted ${askedBy(delivery)}` },
    ...delivery.attempts.map((attempt) => linkOf(attempt, deliveryId)),
  ];
  if (roundAt > createdAt)
    links.push({ at: roundAt, kind: 'replayed', deliveryId, text: 'replayed: its attempts count anew' });
  const end = endOf(delivery);
  if (end !== undefined) links.push(end);
  return inOrder(links);
}

/** Those of one moment stay as they are. */
export function inOrder(links: readonly Link[]): Link[] {
  return links.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** A run that belongs to no delivery, or to one that is no longer kept. */
export function linkOfRun(event: EventRecord): Link {
  const { at, executionUuid, isOk, reason } = runEnd(event);
  return { at, kind: 'run', executionUuid, text: isOk ? 'a run came through' : `a run failed: ${reason}` };
}

function linkOf({ number, outcome, reason, ...attempt }: DeliveryAttempt, deliveryId: string): Link {
  const outcomes = {
    delivered: 'came through',
    failed: 'failed',
    refused: 'was not sent',
    lost: 'was lost with its process',
  };
  const because = reason === null ? '' : `: ${reason}`;
  const next = attempt.nextTryAt === null ? '' : `; next try at ${attempt.nextTryAt}`;
  return {
    at: attempt.endedAt,
    kind: 'attempt',
    deliveryId,
    ...(attempt.executionUuid !== null && { executionUuid: attempt.executionUuid }),
    text: `attempt ${number} ${outcomes[outcome]}${because}${next}`,
  };
}

function endOf({ id: deliveryId, state, endedAt, reason }: DeliveryRecord): Link | undefined {
  if (endedAt === null) return undefined;
  const texts = {
    delivered: 'delivered',
    dead: `given up: ${reason}`,
    cancelled: 'cancelled',
    discarded: 'discarded',
  };
  return state in texts
    ? { at: endedAt, kind: state as keyof typeof texts, deliveryId, text: texts[state as keyof typeof texts] }
    : undefined;
}

function askedBy({ source, origin }: DeliveryRecord): string {
  const { kind, user, apiKey } = sourceOf(source);
  if (origin?.kind === 'fallback') return `in the place of ${origin.deliveryId}, which is dead`;
  if (origin?.kind === 'notice') return 'as a notice about another connector';
  if (origin?.kind === 'replay') return `as a replay of ${origin.deliveryId}`;
  const who = apiKey !== undefined ? ` with the API key "${apiKey.name}"` : '';
  return user === undefined ? `from ${kind}` : `from ${user.name}${who}`;
}

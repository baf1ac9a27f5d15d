import { type Enqueued, sourceOf } from '@patchbay/engine/delivery';
import type { DeliveryAttempt, DeliveryRecord } from '@patchbay/engine/store';

export function enqueuedAnswer({ id, state, isDuplicate }: Enqueued) {
  return { id, state, is_duplicate: isDuplicate };
}

/** A delivery in a list, without its attempts. */
export function listedDeliveryAnswer(delivery: DeliveryRecord) {
  const { origin, endedAt } = delivery;
  const { kind, user, apiKey } = sourceOf(delivery.source);
  return {
    id: delivery.id,
    connector_id: delivery.connectorId,
    connector_type_id: delivery.typeId,
    state: delivery.state,
    reason: delivery.reason,
    order_key: delivery.orderKey,
    idempotency_key: delivery.idempotencyKey,
    source: {
      kind,
      ...(user !== undefined && { user: { name: user.name } }),
      ...(apiKey !== undefined && { api_key: { name: apiKey.name } }),
    },
    origin: origin && {
      kind: origin.kind,
      delivery_id: origin.deliveryId,
      connector_ids: origin.connectorIds,
    },
    run_at: delivery.runAt,
    // When it would have run next says nothing of one that is over.
    due_at: endedAt === null ? delivery.dueAt : null,
    attempt: delivery.attempt,
    created_at: delivery.createdAt,
    updated_at: delivery.updatedAt,
    ended_at: endedAt,
  };
}

/** A delivery with its attempts. Its params are shown to those who ask for them. */
export function deliveryAnswer(delivery: DeliveryRecord) {
  return { ...listedDeliveryAnswer(delivery), attempts: delivery.attempts.map(attemptAnswer) };
}

function attemptAnswer(attempt: DeliveryAttempt) {
  return {
    number: attempt.number,
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt,
    outcome: attempt.outcome,
    execution_uuid: attempt.executionUuid,
    reason: attempt.reason,
    next_try_at: attempt.nextTryAt,
  };
}

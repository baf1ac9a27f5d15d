import type { DeliveryRecord, DeliveryState } from '../delivery-port.ts';

/** A row of `deliveries`, on both drivers. */
export interface DeliveryRow {
  seq: number;
  id: string;
  space_id: string;
  connector_id: string;
  type_id: string;
  state: string;
  order_key: string | null;
  idempotency_key: string | null;
  source: string;
  origin: string | null;
  trace: string | null;
  run_at: string;
  due_at: string;
  attempt: number;
  uncounted: number;
  round_at: string;
  worker: string | null;
  started_at: string | null;
  attempts: string;
  reason: string | null;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
}

export function deliveryRecord(row: DeliveryRow): DeliveryRecord {
  return {
    seq: row.seq,
    id: row.id,
    spaceId: row.space_id,
    connectorId: row.connector_id,
    typeId: row.type_id,
    state: row.state as DeliveryState,
    orderKey: row.order_key,
    idempotencyKey: row.idempotency_key,
    source: JSON.parse(row.source),
    origin: row.origin === null ? null : JSON.parse(row.origin),
    trace: row.trace === null ? null : JSON.parse(row.trace),
    runAt: row.run_at,
    dueAt: row.due_at,
    attempt: row.attempt,
    uncounted: row.uncounted,
    roundAt: row.round_at,
    worker: row.worker,
    startedAt: row.started_at,
    attempts: JSON.parse(row.attempts),
    reason: row.reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    endedAt: row.ended_at,
  };
}

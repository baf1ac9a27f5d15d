import type { NewDeliveryRecord } from '../store/index.ts';
import type { Vault } from '../vault/index.ts';
import { newDeliveryId } from './delivery-id.ts';
import { paramsDescriptor } from './descriptor.ts';

export interface NewRecordFacts
  extends Pick<NewDeliveryRecord, 'spaceId' | 'connectorId' | 'typeId' | 'source'>,
    Partial<Pick<NewDeliveryRecord, 'orderKey' | 'idempotencyKey' | 'origin'>> {
  /** Of whoever enqueues it. */
  trace?: NewDeliveryRecord['trace'] | undefined;
  params: unknown;
  /** Not before. */
  runAt?: Date | undefined;
}

/** A delivery as it is stored first, its params sealed. Who makes many has ids of its own. */
export function newRecord(
  {
    params,
    runAt,
    orderKey = null,
    idempotencyKey = null,
    origin = null,
    trace = null,
    ...facts
  }: NewRecordFacts,
  { vault, at, id = newDeliveryId() }: { vault: Pick<Vault, 'seal'>; at: Date; id?: string },
): NewDeliveryRecord {
  const { spaceId, connectorId } = facts;
  const createdAt = at.toISOString();
  const notBefore = runAt?.toISOString() ?? createdAt;
  return {
    id,
    ...facts,
    orderKey,
    idempotencyKey,
    origin,
    trace,
    runAt: notBefore > createdAt ? notBefore : createdAt,
    createdAt,
    params: vault.seal(paramsDescriptor({ id, spaceId, connectorId }), params),
  };
}

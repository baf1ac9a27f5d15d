import type { Catalog } from '../catalog/index.ts';
import { type Delivery, type LaneHealth, receiverOf } from '../delivery/index.ts';
import { type DeliveryRecord, PENDING_STATES, type Store } from '../store/index.ts';
import { type Answer, answerFor } from './answer.ts';
import { chainOf, type Link } from './chain.ts';
import { hostsIn } from './hosts.ts';

/** Why something arrived or did not, and what happened up to now. */
export interface Why {
  answer: Answer;
  chain: Link[];
}

export interface WhyOptions {
  store: Pick<Store, 'deliveries'>;
  catalog: Pick<Catalog, 'resolve' | 'types'>;
  delivery: Pick<Delivery, 'get'>;
  holds(connectorId: string, hosts: readonly string[]): Promise<LaneHealth>;
  now(): Date;
}

/** Throws `NotFoundError` for a delivery that is not, or no longer, there. */
export function createWhy({ store, catalog, delivery, holds, now }: WhyOptions) {
  return async (spaceId: string, deliveryId: string): Promise<Why> => {
    const found = await delivery.get(spaceId, deliveryId);
    const at = now();
    const { connectorId } = found;
    const [ahead, receiver, resolved, workers] = await Promise.all([
      aheadOf(found),
      receiverOf(catalog, found),
      catalog.resolve(spaceId, connectorId),
      store.deliveries.liveWorkers(at.toISOString()),
    ]);
    const lane = await holds(connectorId, hostsIn(resolved?.connector.config));
    const refusal = receiver instanceof Error ? receiver.message : undefined;
    return {
      answer: answerFor({ delivery: found, ahead, refusal, lane, workers, at }),
      chain: chainOf(found),
    };
  };

  async function aheadOf({ spaceId, connectorId, orderKey, seq, state }: DeliveryRecord) {
    if (state !== 'blocked' || orderKey === null) return undefined;
    const { deliveries } = await store.deliveries.find(
      { spaceId, connectorId, orderKey, states: PENDING_STATES, before: seq },
      { from: 0, size: 1, countUpTo: 0 },
    );
    return deliveries[0];
  }
}

import type { Catalog } from '../catalog/index.ts';
import { type Delivery, type LaneHealth, receiverOf } from '../delivery/index.ts';
import { NotFoundError } from '../errors/index.ts';
import type { EventLog } from '../events/index.ts';
import { type DeliveryRecord, type EventRecord, PENDING_STATES, type Store } from '../store/index.ts';
import { type Answer, answerFor } from './answer.ts';
import { chainOf, inOrder, type Link, linkOfRun } from './chain.ts';
import { answersFor } from './connector-answer.ts';
import { hostsIn } from './hosts.ts';
import { runEnd } from './run-end.ts';

/** Why something arrived or did not, and what happened up to now. */
export interface Why {
  /** The first is the answer; the others hold as well. */
  answers: Answer[];
  chain: Link[];
}

export interface WhyReader {
  /** Throws `NotFoundError` for one that is not, or no longer, there. */
  ofDelivery(spaceId: string, deliveryId: string): Promise<{ delivery: DeliveryRecord } & Why>;
  /** Throws `NotFoundError`. */
  ofConnector(spaceId: string, connectorId: string): Promise<Why>;
}

export interface WhyOptions {
  store: Pick<Store, 'deliveries' | 'events'>;
  catalog: Pick<Catalog, 'resolve' | 'types'>;
  delivery: Pick<Delivery, 'get'>;
  events: Pick<EventLog, 'flush'>;
  holds(connectorId: string, hosts: readonly string[]): Promise<LaneHealth>;
  now(): Date;
}

/** Of a connector so much is looked at, and so much is told. */
const RUNS = 20;
const DELIVERIES = 20;
const LINKS = 50;

export function createWhy({ store, catalog, delivery, events, holds, now }: WhyOptions): WhyReader {
  async function stateOf(spaceId: string, connectorId: string) {
    const [receiver, resolved, workers] = await Promise.all([
      receiverOf(catalog, { spaceId, connectorId }),
      catalog.resolve(spaceId, connectorId),
      store.deliveries.liveWorkers(now().toISOString()),
    ]);
    return {
      isThere: resolved !== undefined,
      refusal: receiver instanceof Error ? receiver.message : undefined,
      workers,
      lane: await holds(connectorId, hostsIn(resolved?.connector.config)),
    };
  }

  async function aheadOf({ spaceId, connectorId, orderKey, seq, state }: DeliveryRecord) {
    if (state !== 'blocked' || orderKey === null) return undefined;
    const { deliveries } = await store.deliveries.find(
      { spaceId, connectorId, orderKey, states: PENDING_STATES, before: seq },
      { from: 0, size: 1, countUpTo: 0 },
    );
    return deliveries[0];
  }

  return {
    async ofDelivery(spaceId, deliveryId) {
      const found = await delivery.get(spaceId, deliveryId);
      const [ahead, state] = await Promise.all([aheadOf(found), stateOf(spaceId, found.connectorId)]);
      return {
        delivery: found,
        answers: [answerFor({ ...state, delivery: found, ahead, at: now() })],
        chain: chainOf(found),
      };
    },

    async ofConnector(spaceId, connectorId) {
      await events.flush();
      const [state, queues, runs, { deliveries }] = await Promise.all([
        stateOf(spaceId, connectorId),
        store.deliveries.queues(),
        store.events.find({
          spaceIds: [spaceId],
          connectorIds: [connectorId],
          actions: ['execute'],
          limit: RUNS,
        }),
        store.deliveries.find({ spaceId, connectorId }, { from: 0, size: DELIVERIES, countUpTo: 0 }),
      ]);
      if (!state.isThere) throw new NotFoundError(`Saved object [action/${connectorId}] not found`);
      return {
        answers: answersFor({
          ...state,
          queue: queues.filter((one) => one.connectorId === connectorId),
          runs: runs.map(runEnd),
          at: now(),
        }),
        chain: chainOfConnector(runs, deliveries),
      };
    },
  };
}

/** Runs and deliveries in one order, the newest of them. A run that is an attempt is told once. */
function chainOfConnector(runs: readonly EventRecord[], deliveries: readonly DeliveryRecord[]): Link[] {
  const ofDeliveries = deliveries.flatMap(chainOf);
  const known = new Set(ofDeliveries.map(({ executionUuid }) => executionUuid));
  const others = runs.filter(({ executionUuid }) => !known.has(executionUuid)).map(linkOfRun);
  return inOrder([...ofDeliveries, ...others]).slice(-LINKS);
}

import type { Catalog, Connector } from '../catalog/index.ts';
import { type LaneHealth, receiverOf } from '../delivery/index.ts';
import type { EventLog } from '../events/index.ts';
import type { QueueCount, Store } from '../store/index.ts';
import type { RunEnd } from './connector-answer.ts';
import type { Expiring } from './expiring.ts';
import { hostsIn } from './hosts.ts';
import { runEnd } from './run-end.ts';
import { type HealthStatus, statusOf } from './verdict.ts';
import { type Window, windowOf } from './window.ts';

/** How a connector is doing. */
export interface ConnectorHealth {
  connector: Pick<Connector, 'id' | 'name' | 'typeId' | 'origin' | 'isMissingSecrets'>;
  status: HealthStatus;
  /** Why it takes nothing; null: it does. */
  refusal: string | null;
  /** null: as far back as the event log goes there is none. */
  lastSuccess: RunEnd | null;
  lastFailure: RunEnd | null;
  windows: Record<WindowName, Window>;
  lane: LaneHealth;
  /** Its deliveries; of one that is not stored those of all spaces. */
  queue: readonly QueueCount[];
  /** Certificates and tokens that end soon, or have ended. */
  expiring: Expiring[];
}

export const WINDOWS = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000 } as const;
export type WindowName = keyof typeof WINDOWS;

export interface HealthReader {
  /** Throws `NotFoundError`. */
  of(spaceId: string, connectorId: string): Promise<ConnectorHealth>;
  /** Of these of a space, in their order. */
  all(spaceId: string, connectors: readonly Connector[]): Promise<ConnectorHealth[]>;
}

export interface HealthOptions {
  store: Pick<Store, 'deliveries' | 'events'>;
  catalog: Pick<Catalog, 'get' | 'resolve' | 'types'>;
  events: Pick<EventLog, 'flush'>;
  holds(connectorId: string, hosts: readonly string[]): Promise<LaneHealth>;
  expiring(spaceId: string, connectorId: string): Promise<Expiring[]>;
  now(): Date;
}

const byConnector = ({ connectorId }: { connectorId: string }) => connectorId;

/** So many are looked up at once, so that others have their turn. */
const AT_ONCE = 16;

export function createHealth({ store, catalog, events, holds, expiring, now }: HealthOptions): HealthReader {
  async function last(spaceId: string, connectorId: string, outcome: string): Promise<RunEnd | undefined> {
    const [found] = await store.events.find({
      spaceIds: [spaceId],
      connectorIds: [connectorId],
      actions: ['execute'],
      outcomes: [outcome],
      limit: 1,
    });
    return found && runEnd(found);
  }

  /** What is counted once for all that are asked for. */
  async function counted(spaceId: string, connectorIds: readonly string[]) {
    const at = now().getTime();
    const [queues, ...tallies] = await Promise.all([
      store.deliveries.queues(),
      ...Object.values(WINDOWS).map((ms) =>
        store.events.tally({
          spaceIds: [spaceId],
          connectorIds,
          from: new Date(at - ms).toISOString(),
        }),
      ),
    ]);
    const queueOf = Map.groupBy(queues, byConnector);
    const talliesOf = tallies.map((all) => Map.groupBy(all, byConnector));
    const names = Object.keys(WINDOWS) as WindowName[];
    return (connectorId: string) => ({
      queue: queueOf.get(connectorId) ?? [],
      windows: Object.fromEntries(
        names.map((name, place) => [name, windowOf(talliesOf[place]?.get(connectorId) ?? [])]),
      ) as Record<WindowName, Window>,
    });
  }

  async function healthOf(
    spaceId: string,
    connector: Connector,
    { queue, windows }: Pick<ConnectorHealth, 'queue' | 'windows'>,
  ): Promise<ConnectorHealth> {
    const { id, name, typeId, origin, isMissingSecrets, config } = connector;
    const [receiver, lane, lastSuccess, lastFailure, ending] = await Promise.all([
      receiverOf(catalog, { spaceId, connectorId: id }),
      holds(id, hostsIn(config)),
      last(spaceId, id, 'success'),
      last(spaceId, id, 'failure'),
      expiring(spaceId, id),
    ]);
    const refusal = receiver instanceof Error ? receiver.message : undefined;
    const dead = queue.find(({ state }) => state === 'dead')?.count ?? 0;
    return {
      connector: { id, name, typeId, origin, isMissingSecrets },
      status: statusOf({ refusal, lane, dead, lastSuccess, lastFailure, day: windows['24h'] }),
      refusal: refusal ?? null,
      lastSuccess: lastSuccess ?? null,
      lastFailure: lastFailure ?? null,
      windows,
      lane,
      queue,
      expiring: ending,
    };
  }

  async function healthOfAll(spaceId: string, connectors: readonly Connector[]) {
    if (connectors.length === 0) return [];
    await events.flush();
    const of = await counted(
      spaceId,
      connectors.map(({ id }) => id),
    );
    const all: ConnectorHealth[] = [];
    for (let from = 0; from < connectors.length; from += AT_ONCE) {
      const some = connectors.slice(from, from + AT_ONCE);
      all.push(...(await Promise.all(some.map((one) => healthOf(spaceId, one, of(one.id))))));
    }
    return all;
  }

  return {
    async of(spaceId, connectorId) {
      const connector = await catalog.get(spaceId, connectorId);
      const [health] = await healthOfAll(spaceId, [connector]);
      return health as ConnectorHealth;
    },
    all: healthOfAll,
  };
}

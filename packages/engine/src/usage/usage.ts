import type { Catalog, Connector } from '../catalog/index.ts';
import type { EventLog } from '../events/index.ts';
import type { Spaces } from '../spaces/index.ts';
import type { EventTally, Store } from '../store/index.ts';

/** What an installation is used for, in numbers. It is told to nobody but who asks: nothing is sent anywhere. */
export interface Usage {
  spaces: number;
  users: number;
  /** Those that somebody made. */
  roles: number;
  connectors: {
    total: number;
    missingSecrets: number;
    preconfigured: number;
    /** Stored and preconfigured ones, by type. */
    byType: Record<string, number>;
  };
  /** Runs that ended, by window and the connector's type; each attempt of a delivery is one. */
  executions: Record<UsageWindow, { total: Outcomes; byType: Record<string, Outcomes> }>;
  deliveries: Record<'ready' | 'blocked' | 'running' | 'dead', number>;
  eventLog: { events: number; bytes: number };
}

export interface Outcomes {
  success: number;
  failure: number;
}

export const USAGE_WINDOWS = { '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 } as const;
export type UsageWindow = keyof typeof USAGE_WINDOWS;

export interface UsageOptions {
  store: Pick<Store, 'connectors' | 'deliveries' | 'events' | 'roles' | 'users'>;
  catalog: Pick<Catalog, 'list'>;
  spaces: Pick<Spaces, 'list'>;
  events: Pick<EventLog, 'flush'>;
  now(): Date;
}

/** The type of a connector that is no longer there. */
const DELETED = 'deleted';

export function createUsage({ store, catalog, spaces, events, now }: UsageOptions): () => Promise<Usage> {
  /** Those of the configuration once. */
  async function allConnectors(): Promise<Connector[]> {
    const all: Connector[] = [];
    for (const { id } of spaces.list()) {
      const own = await catalog.list(id, { withSystem: false });
      all.push(...own.filter(({ origin }) => origin === 'stored' || id === 'default'));
    }
    return all;
  }

  async function executions(since: number, typeOf: ReadonlyMap<string, string>) {
    const tallies = await store.events.tally({ from: new Date(since).toISOString() });
    const byType = Map.groupBy(tallies, ({ connectorId }) => typeOf.get(connectorId) ?? DELETED);
    return {
      total: outcomesOf(tallies),
      byType: Object.fromEntries([...byType].map(([typeId, own]) => [typeId, outcomesOf(own)])),
    };
  }

  return async () => {
    await events.flush();
    const [connectors, users, roles, queues, eventLog] = await Promise.all([
      allConnectors(),
      store.users.list(),
      store.roles.list(),
      store.deliveries.queues(),
      store.events.size(),
    ]);
    const typeOf = new Map(connectors.map(({ id, typeId }) => [id, typeId]));
    const at = now().getTime();
    const windows = Object.entries(USAGE_WINDOWS) as [UsageWindow, number][];
    const counted: [UsageWindow, Usage['executions'][UsageWindow]][] = [];
    for (const [name, ms] of windows) counted.push([name, await executions(at - ms, typeOf)]);
    const queued = (state: string) =>
      queues.reduce((sum, one) => (one.state === state ? sum + one.count : sum), 0);
    return {
      spaces: spaces.list().length,
      users: users.length,
      roles: roles.length,
      connectors: {
        total: connectors.length,
        missingSecrets: connectors.filter(({ isMissingSecrets }) => isMissingSecrets).length,
        preconfigured: connectors.filter(({ origin }) => origin !== 'stored').length,
        byType: countBy(connectors, ({ typeId }) => typeId),
      },
      executions: Object.fromEntries(counted) as Usage['executions'],
      deliveries: {
        ready: queued('ready'),
        blocked: queued('blocked'),
        running: queued('running'),
        dead: queued('dead'),
      },
      eventLog,
    };
  };
}

function outcomesOf(tallies: readonly EventTally[]): Outcomes {
  const outcomes = { success: 0, failure: 0 };
  for (const { outcome, count } of tallies) outcomes[outcome === 'success' ? 'success' : 'failure'] += count;
  return outcomes;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, keyOf)].map(([key, own]) => [key, own.length]));
}

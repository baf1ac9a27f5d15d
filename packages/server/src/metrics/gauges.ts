import type { EventLogFigures } from '@patchbay/engine/events';
import type { LaneRecord, Store } from '@patchbay/engine/store';
import { API_LEVEL, PATCHBAY_VERSION } from '../version.ts';
import type { MetricName } from './definitions.ts';
import type { Sample } from './tally.ts';

/** What is asked when somebody asks, and not counted before. */
export interface Asked {
  store: Pick<Store, 'deliveries' | 'lanes' | 'figures' | 'isShared'>;
  runsInFlight(): number;
  /** undefined: this process runs no deliveries. */
  deliveriesRunning: (() => number) | undefined;
  events(): EventLogFigures;
  now(): Date;
}

export type Gauges = Partial<Record<MetricName, Sample[]>>;

/** A lane is counted no further: a scrape costs by the lanes, not by what is queued. docs/decisions/0090 */
const COUNTED_UP_TO = 10_000;
const MAX_HELD = 1000;

export function processGauges({ runsInFlight, deliveriesRunning, events }: Asked): Gauges {
  const { waiting, written, dropped, failures } = events();
  return {
    buildInfo: [
      sample(1, { version: PATCHBAY_VERSION, api_level: API_LEVEL, node: process.version.slice(1) }),
    ],
    executionsInFlight: [sample(runsInFlight())],
    ...(deliveriesRunning !== undefined && { deliveriesRunning: [sample(deliveriesRunning())] }),
    eventsWaiting: [sample(waiting)],
    eventsWritten: [sample(written)],
    eventsDropped: [sample(dropped)],
    eventsFailed: [sample(failures)],
  };
}

/** Rejects when the store does not answer. */
export async function storeGauges({ store, now }: Asked, connector: (id: string) => string): Promise<Gauges> {
  const [pending, queues, held, { bytes, connections }] = await Promise.all([
    store.deliveries.pending(),
    store.deliveries.depths(COUNTED_UP_TO),
    store.lanes.held(MAX_HELD),
    store.figures(),
  ]);
  const at = now().getTime();
  const depths = byConnector(queues, connector, ({ ready }) => ready, add);
  const ages = byConnector(
    queues,
    connector,
    ({ dueAt }) => Math.max(0, at - Date.parse(dueAt)) / 1000,
    Math.max,
  );
  const isPaused = ({ pausedUntil }: LaneRecord) => pausedUntil !== null && Date.parse(pausedUntil) > at;
  return {
    deliveriesPending: [sample(pending)],
    queueDepth: depths,
    oldestDue: ages,
    breakerState: held
      .filter(({ state }) => state !== 'closed')
      .map(({ connectorId, state }) => ({ connector_id: connector(connectorId), state }))
      .filter(isFirst)
      .map((labels) => sample(1, labels)),
    paused: byConnector(held.filter(isPaused), connector, () => 1, Math.max),
    storeBytes: [sample(bytes)],
    ...(connections !== undefined && {
      storeConnections: [
        sample(connections.open - connections.idle, { state: 'used' }),
        sample(connections.idle, { state: 'idle' }),
        sample(connections.max - connections.open, { state: 'free' }),
      ],
      storeWaiting: [sample(connections.waiting)],
    }),
  };
}

export function storeUp({ store }: Asked, isUp: boolean): Sample {
  return sample(Number(isUp), { driver: store.isShared ? 'postgres' : 'sqlite' });
}

function sample(value: number, labels: Record<string, string> = {}): Sample {
  return { labels, value };
}

/** One value a name: several connectors may have one, such as `_other`. */
function byConnector<T extends { connectorId: string }>(
  records: readonly T[],
  connector: (id: string) => string,
  measure: (record: T) => number,
  together: (a: number, b: number) => number,
): Sample[] {
  const values = new Map<string, number>();
  for (const record of records) {
    const name = connector(record.connectorId);
    const known = values.get(name);
    values.set(name, known === undefined ? measure(record) : together(known, measure(record)));
  }
  return [...values].map(([name, value]) => sample(value, { connector_id: name }));
}

function add(a: number, b: number): number {
  return a + b;
}

function isFirst(
  labels: { connector_id: string; state: string },
  index: number,
  all: readonly { connector_id: string; state: string }[],
): boolean {
  return (
    all.findIndex((one) => one.connector_id === labels.connector_id && one.state === labels.state) === index
  );
}

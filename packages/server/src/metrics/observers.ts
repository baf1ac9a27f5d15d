import type { DeliveryObserver } from '@patchbay/engine/delivery';
import type { EgressObserver } from '@patchbay/engine/egress';
import type { RunObserver } from '@patchbay/engine/execution';
import type { StoreObserver } from '@patchbay/engine/store';
import { boundedNames } from './bounded-names.ts';
import { METRICS } from './definitions.ts';
import { counter, histogram } from './tally.ts';

/** What is counted as it happens. */
export type Tallies = ReturnType<typeof createTallies>;

/** Hosts that have series of their own. */
const MAX_HOSTS = 200;

export interface Observers {
  run: RunObserver;
  delivery: DeliveryObserver;
  egress: EgressObserver;
  store: StoreObserver;
}

export interface ConnectorNames {
  /** Whether series are by connector and space too. */
  isNamed: boolean;
  /** Connectors that have series of their own. */
  max: number;
}

export function createTallies() {
  return {
    executions: counter(METRICS.executions),
    executionSeconds: histogram(METRICS.executionSeconds),
    enqueued: counter(METRICS.enqueued),
    attempts: counter(METRICS.attempts),
    retries: counter(METRICS.retries),
    ended: counter(METRICS.ended),
    latency: histogram(METRICS.latency),
    replays: counter(METRICS.replays),
    heldBack: counter(METRICS.heldBack),
    breakerOpened: counter(METRICS.breakerOpened),
    egressRequests: counter(METRICS.egressRequests),
    egressFailures: counter(METRICS.egressFailures),
    egressSeconds: histogram(METRICS.egressSeconds),
    egressRefused: counter(METRICS.egressRefused),
    storeTransactions: counter(METRICS.storeTransactions),
    storeSeconds: histogram(METRICS.storeSeconds),
    httpRequests: counter(METRICS.httpRequests),
    httpSeconds: histogram(METRICS.httpSeconds),
    httpAborted: counter(METRICS.httpAborted),
  };
}

/** How connectors are named in labels: by id, and past the bound, or where nobody wants them, all alike. */
export function connectorNames({ isNamed, max }: ConnectorNames): (id: string) => string {
  return isNamed ? boundedNames(max) : () => '';
}

/** What the rooms of the engine tell, counted. */
export function observersOf(
  tallies: Tallies,
  connector: (id: string) => string,
  spaces: ConnectorNames,
): Observers {
  const space = connectorNames(spaces);
  const host = boundedNames(MAX_HOSTS);
  const labels = (one: { typeId: string; connectorId: string; spaceId: string }, ...more: string[]) => [
    one.typeId,
    connector(one.connectorId),
    space(one.spaceId),
    ...more,
  ];
  return {
    run: {
      runEnded(run) {
        tallies.executions.add(labels(run, run.outcome));
        tallies.executionSeconds.observe([run.typeId], run.seconds);
      },
    },
    delivery: {
      enqueued: (delivery, outcome) => tallies.enqueued.add(labels(delivery, outcome)),
      settled({ claimed, attempt, state, at }) {
        tallies.attempts.add(labels(claimed, attempt.outcome));
        if (state === 'ready') {
          tallies.retries.add(labels(claimed));
          return;
        }
        tallies.ended.add(labels(claimed, state));
        if (state === 'delivered') tallies.latency.observe([claimed.typeId], secondsOf(claimed, at));
      },
      changed(delivery, change) {
        if (change === 'replay') tallies.replays.add(labels(delivery));
        else tallies.ended.add(labels(delivery, change === 'cancel' ? 'cancelled' : 'discarded'));
      },
      heldBack: (connectorId, reason) => tallies.heldBack.add([connector(connectorId), reason]),
      laneChanged({ connectorId, before, after }) {
        const wasClosed = before === undefined || before.state === 'closed';
        if (wasClosed && after?.state === 'open') tallies.breakerOpened.add([connector(connectorId)]);
      },
    },
    egress: {
      answered(name, status, seconds) {
        const label = host(name);
        tallies.egressRequests.add([label, status === undefined ? 'ok' : `${Math.floor(status / 100)}xx`]);
        tallies.egressSeconds.observe([label], seconds);
      },
      failed(name, kind, seconds) {
        const label = host(name);
        tallies.egressRequests.add([label, 'failed']);
        tallies.egressFailures.add([label, kind]);
        tallies.egressSeconds.observe([label], seconds);
      },
      refused: () => tallies.egressRefused.add([]),
    },
    store: {
      transactionEnded(outcome, seconds) {
        tallies.storeTransactions.add([outcome]);
        if (outcome === 'committed') tallies.storeSeconds.observe([], seconds);
      },
    },
  };
}

/** From when its age counts to its end. */
function secondsOf({ runAt, roundAt }: { runAt: string; roundAt: string }, at: string): number {
  return Math.max(0, Date.parse(at) - Date.parse(roundAt > runAt ? roundAt : runAt)) / 1000;
}

import type { DeliveryStore, EndedCount, EventStore, EventTally } from '../store/index.ts';
import { type Latency, latencyOf } from './latency.ts';

export interface Failures {
  total: number;
  failed: number;
}

export interface FailureRate {
  /** What was asked for, once each: a run by what it came to, a delivery by how it ended, however often it was tried. */
  runs: Failures;
  /** Every time that a connector was run, each attempt of a delivery too. */
  attempts: Failures;
  /** Of attempts. */
  latency: Latency | undefined;
}

export interface FailureRates {
  /** Over all connectors. */
  all: FailureRate;
  connectors: (FailureRate & { connectorId: string })[];
}

export interface FailureRateQuery {
  spaceId: string;
  from: Date;
  to: Date;
  exceptConnectorIds?: readonly string[] | undefined;
}

/** How much of what was asked of the connectors of a space failed. The one of which most failed comes first. */
export async function failureRates(
  store: { events: Pick<EventStore, 'tally'>; deliveries: Pick<DeliveryStore, 'ended'> },
  { spaceId, from, to, exceptConnectorIds }: FailureRateQuery,
): Promise<FailureRates> {
  const range = { from: from.toISOString(), to: to.toISOString(), exceptConnectorIds };
  const [tallies, ended] = await Promise.all([
    store.events.tally({ spaceIds: [spaceId], ...range }),
    store.deliveries.ended({ spaceId, ...range }),
  ]);
  const ids = new Set([...tallies, ...ended].map(({ connectorId }) => connectorId));
  const connectors = [...ids].map((connectorId) => {
    const isOf = (one: { connectorId: string }) => one.connectorId === connectorId;
    return { connectorId, ...rateOf(tallies.filter(isOf), ended.filter(isOf)) };
  });
  return {
    all: rateOf(tallies, ended),
    connectors: connectors.sort(
      (a, b) => b.runs.failed - a.runs.failed || (a.connectorId < b.connectorId ? -1 : 1),
    ),
  };
}

function rateOf(tallies: readonly EventTally[], ended: readonly EndedCount[]): FailureRate {
  const direct = failuresIn(tallies.filter(({ isDelivery }) => !isDelivery));
  const failed = ended.reduce((sum, one) => sum + one.failed, 0);
  const delivered = ended.reduce((sum, one) => sum + one.delivered, 0);
  return {
    runs: { total: direct.total + delivered + failed, failed: direct.failed + failed },
    attempts: failuresIn(tallies),
    latency: latencyOf(tallies),
  };
}

function failuresIn(tallies: readonly EventTally[]): Failures {
  const sum = (those: readonly EventTally[]) => those.reduce((total, { count }) => total + count, 0);
  return { total: sum(tallies), failed: sum(tallies.filter(({ outcome }) => outcome !== 'success')) };
}

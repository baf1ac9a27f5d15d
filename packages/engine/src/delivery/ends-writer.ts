import type { Store } from '../store/index.ts';
import type { SpanFacts, Tracing } from '../tracing/index.ts';
import { type Ended, isHeld, type LaneChange, noteHealth } from './lane-health.ts';
import type { LaneLimitsReader } from './lane-limits.ts';
import type { Tell } from './notices.ts';
import type { DeliveryObserver } from './observer.ts';

export interface EndsWriterOptions {
  store: Pick<Store, 'transaction'>;
  limits: LaneLimitsReader;
  notices: { prepare(ended: readonly Ended[]): Promise<Tell> };
  observer?: DeliveryObserver | undefined;
  tracing: Tracing;
  /** Something of the lane may be taken now. */
  onDue(connectorId: string): void;
  /** The lane is to be left alone. */
  onHeld(connectorId: string): void;
}

/** Writes down what attempts came to, what they say of their remotes, and whom that is told, in one transaction. */
export function endsWriter(options: EndsWriterOptions) {
  const { store, limits, notices, observer, tracing, onDue, onHeld } = options;

  async function write(ended: readonly Ended[]): Promise<void> {
    // Within the transaction nothing but the transaction may be asked.
    const connectorIds = new Set(ended.map(({ settlement }) => settlement.claimed.connectorId));
    const bounds = new Map(
      await Promise.all([...connectorIds].map(async (id) => [id, await limits.read(id)] as const)),
    );
    const tell = await notices.prepare(ended);
    const { due, changes } = await store.transaction(async (tx) => {
      const due = await tx.deliveries.settle(ended.map(({ settlement }) => settlement));
      const changes = await noteHealth(tx, ended, bounds);
      return { due: [...due, ...(await tell(tx, changes))], changes };
    });
    if (observer !== undefined) tellOf(observer, ended, changes);
    for (const change of changes) if (isHeld(change)) onHeld(change.connectorId);
    for (const { connectorId } of due) onDue(connectorId);
    // A place is free that all processes share.
    for (const [connectorId, { maxRunning }] of bounds) if (maxRunning !== undefined) onDue(connectorId);
  }

  /** Of no trace: it is many traces' end. */
  return (ended: readonly Ended[]): Promise<void> =>
    tracing.span('settle', { kind: 'client', parent: 'none', ...settling(tracing, ended) }, () =>
      write(ended),
    );
}

function settling(tracing: Tracing, ended: readonly Ended[]): Pick<SpanFacts, 'attributes' | 'links'> {
  if (!tracing.isOn) return {};
  return {
    attributes: { 'messaging.batch.message_count': ended.length },
    links: ended.flatMap(({ settlement: { claimed } }) => claimed.trace ?? []),
  };
}

function tellOf(observer: DeliveryObserver, ended: readonly Ended[], changes: readonly LaneChange[]): void {
  for (const { settlement } of ended) {
    observer.settled(settlement);
    for (const followUp of settlement.followUps) observer.enqueued(followUp, 'queued');
  }
  for (const change of changes) observer.laneChanged(change);
}

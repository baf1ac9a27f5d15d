import type { EventEntry } from './event-port.ts';
import type { SealedRecords } from './sealed-port.ts';

/**
 * What durable delivery asks of a store. The states of a delivery, and what may follow what, are at the top of
 * `delivery/delivery.ts`; here is what a driver does at once, or not at all.
 */

export const DELIVERY_STATES = [
  'blocked',
  'ready',
  'running',
  'delivered',
  'dead',
  'cancelled',
  'discarded',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** The states in which a delivery still counts as queued. */
export const PENDING_STATES = ['blocked', 'ready', 'running'] as const satisfies readonly DeliveryState[];

export interface DeliveryAttempt {
  /** From 1 on, over the whole life of the delivery. */
  number: number;
  startedAt: string;
  endedAt: string;
  /** `refused`: nothing was sent. `lost`: the process that ran it ended, and whether it was sent is not known. */
  outcome: 'delivered' | 'failed' | 'refused' | 'lost';
  /** The run in the event log; a lost one may have left nothing there. */
  executionUuid: string | null;
  reason: string | null;
  nextTryAt: string | null;
}

export interface DeliveryRecord {
  /** Grows with each one enqueued; for paging and order. */
  seq: number;
  id: string;
  spaceId: string;
  connectorId: string;
  typeId: string;
  state: DeliveryState;
  /** Those of one connector with one key are run one after the other. */
  orderKey: string | null;
  /** Unique in its space. */
  idempotencyKey: string | null;
  /** Who or what asked for it. */
  source: Record<string, unknown>;
  /** What it came from, when that is another delivery. */
  origin: DeliveryOrigin | null;
  /** The trace of whoever enqueued it, if that was traced. */
  trace: DeliveryTrace | null;
  /** When it was to run at first. */
  runAt: string;
  /** When it is to run next. */
  dueAt: string;
  /** How many attempts have been started. */
  attempt: number;
  /** Attempts that no limit counts: those of earlier rounds, lost ones, and those that were only put off. */
  uncounted: number;
  /** When it was accepted, or replayed last: from when its age counts. */
  roundAt: string;
  worker: string | null;
  startedAt: string | null;
  attempts: DeliveryAttempt[];
  /** Why it is not delivered, as of its last attempt. */
  reason: string | null;
  createdAt: string;
  updatedAt: string;
  endedAt: string | null;
}

/** As W3C Trace Context has it. */
export interface DeliveryTrace {
  traceparent: string;
  tracestate?: string;
}

export interface DeliveryOrigin {
  kind: 'fallback' | 'replay' | 'notice';
  /** The delivery that it stands in for, or repeats. */
  deliveryId: string | null;
  /** The connectors that have had their turn before. */
  connectorIds: string[];
}

export type NewDeliveryRecord = Pick<
  DeliveryRecord,
  | 'id'
  | 'spaceId'
  | 'connectorId'
  | 'typeId'
  | 'orderKey'
  | 'idempotencyKey'
  | 'source'
  | 'origin'
  | 'runAt'
  | 'createdAt'
> & {
  /** Left out: whoever enqueues it is not traced. */
  trace?: DeliveryTrace | null;
  /** Ciphertext. */
  params: string;
};

export type Inserted =
  /** `state` is `blocked` when another one of its order key is to run before. */
  | { outcome: 'queued'; id: string; state: 'ready' | 'blocked' }
  /** Of an earlier one with the same idempotency key. */
  | { outcome: 'duplicate'; id: string; state: DeliveryState }
  | { outcome: 'full' };

export type ClaimedDelivery = DeliveryRecord & {
  /** Ciphertext; null when it is no longer kept. */
  params: string | null;
};

/** What an attempt came to. */
export interface Settlement {
  /** As it was claimed. */
  claimed: DeliveryRecord;
  attempt: DeliveryAttempt;
  state: 'delivered' | 'dead' | 'ready';
  /** For `ready`. */
  dueAt: string;
  /** Whether no limit counts it. */
  isUncounted: boolean;
  reason: string | null;
  at: string;
  /** Its documents in the event log, which are written with it, or not at all. */
  events: readonly EventEntry[];
  /** Deliveries that follow from it, likewise: they are queued whatever the bound is. */
  followUps: readonly NewDeliveryRecord[];
}

/** A lane and when something in it is due. */
export interface DueLane {
  connectorId: string;
  dueAt: string;
}

/** How many deliveries of a connector are in a state, in all spaces together. */
export interface QueueCount {
  connectorId: string;
  state: (typeof PENDING_STATES)[number] | 'dead';
  count: number;
  /** When the first of them was, or is, to be run. */
  firstDueAt: string;
}

/** What waits in a lane. */
export interface QueuedLane extends DueLane {
  /** How many are ready, now or later, counted up to a bound. */
  ready: number;
}

export interface ClaimBounds {
  /** So many of the lane may be running at once, whoever runs them. */
  maxRunning?: number | undefined;
  /** Only those whose age counts from then or before. */
  acceptedBefore?: string | undefined;
}

export interface DeliveryQuery {
  spaceId: string;
  connectorId?: string | undefined;
  states?: readonly DeliveryState[] | undefined;
  orderKey?: string | undefined;
  idempotencyKey?: string | undefined;
  /** Created at or after. */
  from?: string | undefined;
  /** Created before. */
  to?: string | undefined;
  /** Enqueued before this one. */
  before?: number | undefined;
  /** Not of these connectors. */
  exceptConnectors?: readonly string[] | undefined;
}

export interface DeliveryPage {
  deliveries: DeliveryRecord[];
  /** How many there are, counted up to the bound that was asked for. */
  total: number;
}

export interface EndedCount {
  connectorId: string;
  delivered: number;
  /** Dead, or discarded after that. */
  failed: number;
}

/** Those that ended before a moment, in the order in which they ended, from after a place on. */
export interface EndedRange {
  states: readonly DeliveryState[];
  before: string;
  after?: EndedPlace | undefined;
}

export interface EndedPlace {
  endedAt: string;
  seq: number;
}

export interface Pruned {
  removed: number;
  /** How far it looked; undefined: there was nothing more in the range. */
  last: EndedPlace | undefined;
}

/** The params of a delivery, sealed. */
export interface SealedParams {
  id: string;
  spaceId: string;
  connectorId: string;
  secrets: string;
}

export interface DeliveryStore extends SealedRecords<SealedParams> {
  /** All of them together, in the order given; past `maxPending` queued ones they are `full` and not stored. */
  insert(records: readonly NewDeliveryRecord[], maxPending: number): Promise<Inserted[]>;
  /** How many are queued. */
  pending(): Promise<number>;
  /** Takes up to `limit` of a lane's that are due, the longest due first; each is then this worker's alone. */
  claim(
    connectorId: string,
    worker: string,
    limit: number,
    now: string,
    bounds?: ClaimBounds,
  ): Promise<ClaimedDelivery[]>;
  /** What a worker has claimed of a lane at that moment, and still has. */
  claimedAt(connectorId: string, worker: string, at: string): Promise<DeliveryRecord[]>;
  /**
   * Writes down what attempts came to. A settlement of what is no longer this worker's attempt changes nothing. Gives the
   * lanes in which something has become due by it.
   */
  settle(settlements: readonly Settlement[]): Promise<DueLane[]>;
  /** Gives claimed ones back whose attempt was not begun. */
  release(claimed: readonly DeliveryRecord[], at: string): Promise<void>;
  /** When the next of a lane is due; undefined when none is ready. */
  nextDue(connectorId: string): Promise<string | undefined>;
  /** The lanes with something ready, and when it is due. Costs by the lanes, not by the deliveries. */
  lanes(): Promise<DueLane[]>;
  /** The same with how many are ready, each counted up to the bound. */
  depths(countUpTo: number): Promise<QueuedLane[]>;
  /** Says that a worker lives, until then at least. */
  keepAlive(worker: string, until: string): Promise<void>;
  /** The worker is done; what it has not settled is anybody's. */
  retire(worker: string): Promise<void>;
  /**
   * How the deliveries of a space ended within a time, then or later and before: one for each connector. One that was discarded
   * ended when it was.
   */
  ended(range: {
    spaceId: string;
    from: string;
    to: string;
    exceptConnectorIds?: readonly string[] | undefined;
  }): Promise<EndedCount[]>;
  /** What is queued and what is dead, by connector. Costs by the deliveries: for people and for metrics. */
  queues(): Promise<QueueCount[]>;
  /** How many workers have said that they live. */
  liveWorkers(now: string): Promise<number>;
  /** Those that a worker runs of whom nothing has been heard in time, up to `limit`. */
  abandoned(now: string, limit: number): Promise<DeliveryRecord[]>;

  get(spaceId: string, id: string): Promise<DeliveryRecord | undefined>;
  /** Newest first. */
  find(query: DeliveryQuery, page: { from: number; size: number; countUpTo: number }): Promise<DeliveryPage>;
  /** Its sealed params; undefined when they are no longer kept. */
  params(id: string): Promise<string | undefined>;
  /**
   * Moves a delivery on, by hand. False when it is in none of the states `from` any more. Gives the lane in which
   * something has become due by it.
   */
  transition(
    record: Pick<DeliveryRecord, 'seq' | 'spaceId' | 'connectorId' | 'orderKey'>,
    change: { from: readonly DeliveryState[]; to: 'cancelled' | 'discarded' | 'ready'; at: string },
  ): Promise<{ changed: boolean; due: DueLane[] }>;
  /** Looks at up to `limit` of those that ended in a range, and removes the ones in its states. */
  prune(range: EndedRange, limit: number): Promise<Pruned>;
  /** The same with their params alone. */
  pruneParams(range: EndedRange, limit: number): Promise<Pruned>;
}

/** Wakes workers for lanes. A wake-up may be late or lost; a worker looks at all lanes now and then. */
export interface WakeupStore {
  /** In a transaction it holds once that is committed. The earlier of two for one lane holds. */
  add(lanes: readonly DueLane[]): Promise<void>;
  /** Something in the lane is due, and this process has more of it than it can run: another one may help. */
  share(connectorId: string): Promise<void>;
  /** Calls `onDue` for a lane when something in it is due: in one of the processes that listen, or several. */
  listen(onDue: (connectorId: string) => void, now: () => Date): Promise<{ stop(): Promise<void> }>;
}

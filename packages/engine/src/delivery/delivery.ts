import { type Logger, ValidationError, validateParams } from '@patchbay/kit';
import type { Catalog } from '../catalog/index.ts';
import {
  AnswerError,
  atPlace,
  BadRequestError,
  ConflictError,
  NotFoundError,
  TooManyRequestsError,
} from '../errors/index.ts';
import type { RunSource } from '../events/index.ts';
import { timeOrderedIds } from '../random/index.ts';
import type {
  DeliveryQuery,
  DeliveryRecord,
  DeliveryState,
  DueLane,
  Inserted,
  NewDeliveryRecord,
  Store,
  StoreTransaction,
} from '../store/index.ts';
import { NO_TRACING, type Tracing } from '../tracing/index.ts';
import type { Vault } from '../vault/index.ts';
import { keptParams } from './kept-params.ts';
import { newRecord } from './new-record.ts';
import type { DeliveryObserver } from './observer.ts';
import { receiverOf } from './receiver.ts';
import { sourceOf } from './source.ts';

/**
 * Runs that nobody waits for, and that are not lost. What was accepted is on the disk, and stays there until it has been
 * delivered or somebody has decided that it will not be.
 *
 * States:
 * - blocked: waits for the one before it with the same order key
 * - ready: to be run at `dueAt`: new, scheduled for later, or to be tried again
 * - running: claimed by a worker that is alive
 * - delivered: an attempt has ended well
 * - dead: will not be tried again; why is with it
 * - cancelled: taken back before it was delivered
 * - discarded: a dead one that nobody waits for any more
 *
 * Transitions:
 * - enqueue -> ready, or blocked while one of its order key is blocked, ready or running
 * - blocked -> ready when the one before it has become delivered, dead or cancelled
 * - ready -> running when a worker claims it
 * - running -> delivered | ready (later) | dead by what the attempt came to; -> ready when its worker is gone
 * - blocked | ready -> cancelled, by hand
 * - dead -> discarded, by hand
 * - dead | discarded | cancelled -> ready or blocked, by hand: a replay. Its attempts are listed on, and counted anew.
 *   The replay of a delivered one is a new delivery, since receivers drop what they have had.
 *
 * Invariants:
 * - Of one order key in one space at most one is ready or running.
 * - A running one belongs to one worker, and only that worker's settlement of that attempt changes it.
 * - A settlement, its documents in the event log and the deliveries that follow from it are written together.
 * - Whatever is enqueued for later, or left behind by a process that died, is found by a worker that looks at every lane
 *   now and then: a wake-up only makes it sooner.
 */
export interface Delivery {
  /**
   * Accepts deliveries, all or none. Throws `NotFoundError` and `ForbiddenError` as a run does, `BadRequestError` where it
   * could not even begin, each with its place where there are several, and `TooManyRequestsError` when the queue has no room
   * for all.
   */
  enqueue(items: readonly NewDelivery[]): Promise<Enqueued[]>;
  /** The same in the transaction of the caller: what is asked of the store elsewhere is asked before. */
  prepare(items: readonly NewDelivery[]): Promise<(tx: DeliveryTransaction) => Promise<Enqueued[]>>;
  /**
   * The reference's bulk enqueue, for callers inside. What cannot run (secrets missing, type disabled or not licensed) is
   * left out of the answer with a warning in the log; what the queue has no room for is refused from the end of the list.
   */
  enqueueWhatFits(items: readonly NewDelivery[]): Promise<BulkAnswer>;
  prepareWhatFits(items: readonly NewDelivery[]): Promise<(tx: DeliveryTransaction) => Promise<BulkAnswer>>;
  /** Throws `NotFoundError`. */
  get(spaceId: string, id: string): Promise<DeliveryRecord>;
  /** As they were accepted; undefined when they are no longer kept. */
  paramsOf(delivery: DeliveryRecord): Promise<unknown>;
  find(query: DeliveryQuery, page: { page: number; perPage: number }): Promise<FoundDeliveries>;
  /** Throws `NotFoundError`, and `ConflictError` when it is running or over. */
  cancel(spaceId: string, id: string): Promise<DeliveryRecord>;
  /**
   * Gives the delivery that is made (again). Throws `NotFoundError`, and `ConflictError` when it is not over, or its params
   * are no longer kept.
   */
  replay(spaceId: string, id: string): Promise<DeliveryRecord>;
  /** Throws `NotFoundError`, and `ConflictError` when it is not dead. */
  discard(spaceId: string, id: string): Promise<DeliveryRecord>;
  /** All that match and that may be changed; how many were. One that changes meanwhile is passed over. */
  changeAll(
    change: Change,
    query: DeliveryQuery,
    mayChange?: (delivery: DeliveryRecord) => Promise<boolean>,
  ): Promise<number>;
  /** How many are queued. */
  pending(): Promise<number>;
}

export type Change = 'cancel' | 'replay' | 'discard';
export type DeliveryTransaction = Pick<StoreTransaction, 'deliveries' | 'wakeups' | 'afterCommit'>;

export interface NewDelivery {
  spaceId: string;
  connectorId: string;
  params: unknown;
  source: RunSource;
  /** One after the other with others of this key, in the order in which they were enqueued. */
  orderKey?: string | undefined;
  /** Enqueueing it again gives the first one. */
  idempotencyKey?: string | undefined;
  /** Not before. */
  runAt?: Date | undefined;
  /** The caller's own, for the answer. */
  uuid?: string | undefined;
}

export interface Enqueued {
  id: string;
  state: DeliveryState;
  /** It was enqueued before, under the same idempotency key. */
  isDuplicate: boolean;
}

export interface BulkAnswer {
  /** Whether one was refused. */
  errors: boolean;
  items: {
    /** The connector's. */
    id: string;
    uuid?: string;
    actionTypeId: string;
    response: 'success' | 'queuedActionsLimitError';
    /** Of those that were accepted. */
    deliveryId?: string;
  }[];
}

export interface FoundDeliveries {
  deliveries: DeliveryRecord[];
  total: number;
  /** Whether there are more than were counted. */
  isMore: boolean;
}

export interface DeliveryOptions {
  store: Pick<Store, 'deliveries' | 'wakeups' | 'transaction'>;
  catalog: Pick<Catalog, 'resolve' | 'types' | 'validation'>;
  vault: Vault;
  /** How many may be queued. */
  maxQueued: number;
  observer?: DeliveryObserver | undefined;
  tracing?: Tracing | undefined;
  log: Logger;
  now(): Date;
}

const COUNTED_UP_TO = 10_000;
const CHANGED_AT_ONCE = 500;
const RETRY_AFTER_SECONDS = 10;

/** By hand: from which states, to which. */
const CHANGES = {
  cancel: { from: ['blocked', 'ready'], to: 'cancelled', done: 'cancelled' },
  replay: { from: ['dead', 'discarded', 'cancelled'], to: 'ready', done: 'replayed' },
  discard: { from: ['dead'], to: 'discarded', done: 'discarded' },
} as const satisfies Record<
  Change,
  { from: readonly DeliveryState[]; to: 'cancelled' | 'ready' | 'discarded'; done: string }
>;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { store, catalog, vault, maxQueued, observer, tracing = NO_TRACING, log, now } = options;
  const paramsOf = keptParams(store, vault);
  const idAt = timeOrderedIds();

  /** Asks once for each connector. */
  function receivers() {
    const known = new Map<string, ReturnType<typeof receiverOf>>();
    return (item: NewDelivery) => {
      const key = JSON.stringify([item.spaceId, item.connectorId]);
      let answer = known.get(key);
      if (answer === undefined) {
        answer = receiverOf(catalog, item);
        known.set(key, answer);
      }
      return answer;
    };
  }

  function record({ uuid: _, source, ...item }: NewDelivery, typeId: string): NewDeliveryRecord {
    const at = now();
    return newRecord(
      { ...item, typeId, source: { ...source }, trace: tracing.carried() },
      { vault, at, id: idAt(at) },
    );
  }

  async function insert(
    records: readonly NewDeliveryRecord[],
    { deliveries, wakeups, afterCommit }: DeliveryTransaction,
  ): Promise<Inserted[]> {
    const inserted = await deliveries.insert(records, maxQueued);
    if (observer !== undefined) tellOf(observer, records, inserted, afterCommit);
    const due = records.flatMap(({ connectorId, runAt: dueAt }, index): DueLane[] => {
      const one = inserted[index];
      return one?.outcome === 'queued' && one.state === 'ready' ? [{ connectorId, dueAt }] : [];
    });
    await wakeups.add(soonest(due));
    return inserted;
  }

  async function get(spaceId: string, id: string): Promise<DeliveryRecord> {
    const delivery = await store.deliveries.get(spaceId, id);
    if (delivery === undefined) throw new NotFoundError(`Delivery [${id}] not found`);
    return delivery;
  }

  /** False when it is in another state than it has to be in. Throws `ConflictError` for one that has nothing to be run with. */
  async function change(what: Change, delivery: DeliveryRecord): Promise<boolean> {
    const { from, to } = CHANGES[what];
    const { id } = delivery;
    const at = now().toISOString();
    return store.transaction(async ({ deliveries, wakeups, afterCommit }) => {
      const { changed, due } = await deliveries.transition(delivery, { from, to, at });
      // Asked after the change, which keeps others from taking them away.
      if (changed && what === 'replay' && (await deliveries.params(id)) === undefined) throw paramsGone(id);
      await wakeups.add(due);
      if (changed) afterCommit(() => observer?.changed(delivery, what));
      return changed;
    });
  }

  async function changeOne(what: Change, spaceId: string, id: string): Promise<DeliveryRecord> {
    const delivery = await get(spaceId, id);
    if (!(await change(what, delivery))) {
      const { state } = await get(spaceId, id);
      throw new ConflictError(`Delivery [${id}] is ${state} and cannot be ${CHANGES[what].done}`);
    }
    return get(spaceId, id);
  }

  /** The same once more, as a delivery of its own. */
  async function repeat(delivery: DeliveryRecord): Promise<DeliveryRecord> {
    const { id, spaceId, connectorId, source, orderKey, origin } = delivery;
    const params = await paramsOf(delivery);
    if (params === undefined) throw paramsGone(id);
    const item = { spaceId, connectorId, params, source: sourceOf(source) };
    const refused = await receiverOf(catalog, item);
    if (refused instanceof Error) throw refused;
    const again: NewDeliveryRecord = {
      ...record(item, refused.typeId),
      orderKey,
      origin: {
        kind: origin?.kind === 'notice' ? 'notice' : 'replay',
        deliveryId: id,
        connectorIds: origin?.connectorIds ?? [],
      },
    };
    const [inserted] = await store.transaction((tx) => insert([again], tx));
    if (inserted?.outcome === 'full') throw full();
    return get(spaceId, again.id);
  }

  async function prepare(items: readonly NewDelivery[]) {
    const receiver = receivers();
    const records: NewDeliveryRecord[] = [];
    for (const [place, item] of items.entries()) {
      const placed = (error: AnswerError) => (items.length > 1 ? atPlace(place, error) : error);
      const found = await receiver(item);
      if (found instanceof AnswerError) throw placed(found);
      const wrong = paramsError(catalog, found.typeId, item);
      if (wrong !== undefined) throw placed(wrong);
      records.push(record(item, found.typeId));
    }
    return async (tx: DeliveryTransaction) => {
      const inserted = await insert(records, tx);
      return inserted.map((one): Enqueued => {
        if (one.outcome === 'full') throw full();
        return { id: one.id, state: one.state, isDuplicate: one.outcome === 'duplicate' };
      });
    };
  }

  /** What is enqueued in it carries its trace on. */
  function enqueueing<T>(items: readonly NewDelivery[], work: () => Promise<T>): Promise<T> {
    const attributes = {
      'messaging.batch.message_count': items.length,
      'patchbay.connector.id': items.length === 1 ? items[0]?.connectorId : undefined,
    };
    return tracing.span('enqueue', { kind: 'producer', attributes }, work);
  }

  async function prepareWhatFits(items: readonly NewDelivery[]) {
    const receiver = receivers();
    const accepted: { item: NewDelivery; record: NewDeliveryRecord }[] = [];
    for (const item of items) {
      const refused = await receiver(item);
      if (refused instanceof NotFoundError) throw refused;
      if (refused instanceof Error) log.warn(refused.message);
      else accepted.push({ item, record: record(item, refused.typeId) });
    }
    return async (tx: DeliveryTransaction): Promise<BulkAnswer> => {
      const inserted = await insert(
        accepted.map((one) => one.record),
        tx,
      );
      const answers = accepted.map((one, index) => bulkAnswer(one.item, one.record.typeId, inserted[index]));
      return { errors: answers.some(({ response }) => response !== 'success'), items: answers };
    };
  }

  return {
    prepare,
    enqueue: (items) => enqueueing(items, async () => store.transaction(await prepare(items))),
    prepareWhatFits,
    enqueueWhatFits: (items) =>
      enqueueing(items, async () => store.transaction(await prepareWhatFits(items))),

    get,
    paramsOf,

    async find(query, { page, perPage }) {
      const from = (page - 1) * perPage;
      const countUpTo = Math.max(COUNTED_UP_TO, from + perPage) + 1;
      const { deliveries, total } = await store.deliveries.find(query, { from, size: perPage, countUpTo });
      const isMore = total === countUpTo;
      return { deliveries, total: isMore ? countUpTo - 1 : total, isMore };
    },

    cancel: (spaceId, id) => changeOne('cancel', spaceId, id),
    discard: (spaceId, id) => changeOne('discard', spaceId, id),
    async replay(spaceId, id) {
      const delivery = await get(spaceId, id);
      return delivery.state === 'delivered' ? repeat(delivery) : changeOne('replay', spaceId, id);
    },

    async changeAll(what, query, mayChange = async () => true) {
      const { from } = CHANGES[what];
      const states = query.states?.filter((state) => from.some((one) => one === state)) ?? from;
      if (states.length === 0) return 0;
      let changed = 0;
      for (let before: number | undefined; ; ) {
        const { deliveries } = await store.deliveries.find(
          { ...query, states, before },
          { from: 0, size: CHANGED_AT_ONCE, countUpTo: 0 },
        );
        for (const delivery of deliveries) {
          if ((await mayChange(delivery)) && (await change(what, delivery).catch(falseOnConflict))) changed++;
        }
        before = deliveries.at(-1)?.seq;
        if (deliveries.length < CHANGED_AT_ONCE) return changed;
      }
    },

    pending: () => store.deliveries.pending(),
  };
}

/** What the run would be refused with. */
function paramsError(
  { types, validation }: DeliveryOptions['catalog'],
  typeId: string,
  { params }: NewDelivery,
): BadRequestError | undefined {
  try {
    validateParams(types.get(typeId), params, validation);
    return undefined;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return new BadRequestError(error.message);
  }
}

function bulkAnswer(
  { connectorId: id, uuid }: NewDelivery,
  actionTypeId: string,
  inserted: Inserted | undefined,
): BulkAnswer['items'][number] {
  const known = { id, ...(uuid !== undefined && { uuid }), actionTypeId };
  if (inserted === undefined || inserted.outcome === 'full')
    return { ...known, response: 'queuedActionsLimitError' };
  return { ...known, response: 'success', deliveryId: inserted.id };
}

function paramsGone(id: string): ConflictError {
  return new ConflictError(`Delivery [${id}] cannot be replayed: its params are no longer kept`);
}

function falseOnConflict(error: unknown): false {
  if (error instanceof ConflictError) return false;
  throw error;
}

function full(): TooManyRequestsError {
  return new TooManyRequestsError('The queue of deliveries is full: nothing was enqueued, try again later', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** What was refused is told at once: it may be why nothing is committed. */
function tellOf(
  observer: DeliveryObserver,
  records: readonly NewDeliveryRecord[],
  inserted: readonly Inserted[],
  afterCommit: DeliveryTransaction['afterCommit'],
): void {
  const tell = (isRefused: boolean) => {
    for (const [index, { outcome }] of inserted.entries()) {
      const record = records[index];
      if (record !== undefined && (outcome === 'full') === isRefused) observer.enqueued(record, outcome);
    }
  };
  tell(true);
  afterCommit(() => tell(false));
}

/** One a lane, the soonest. */
function soonest(due: readonly DueLane[]): DueLane[] {
  const lanes = new Map<string, DueLane>();
  for (const lane of due) {
    const known = lanes.get(lane.connectorId);
    if (known === undefined || lane.dueAt < known.dueAt) lanes.set(lane.connectorId, lane);
  }
  return [...lanes.values()];
}

import { type Logger, messageOf } from '@patchbay/kit';
import type { ClaimBounds, ClaimedDelivery, DeliveryRecord, Store } from '../store/index.ts';
import type { Tracing } from '../tracing/index.ts';
import type { Gate } from './gate.ts';
import type { LaneLimitsReader } from './lane-limits.ts';
import type { DeliveryObserver } from './observer.ts';
import type { Settler } from './settler.ts';

/**
 * Runs what is due. Work is taken lane by lane, a lane being one connector: a lane takes only as much as it can run, so
 * that what waits for one remote takes no place from another's.
 *
 * A lane here is
 * - asleep: nothing of it is here. It is woken when something in it is due, and looked at now and then in case that was lost.
 * - awake: it takes a batch of what is due, runs so many of it at once, takes the next, and so on until nothing is due; then
 *   it asks to be woken when something will be.
 * - full: as many run as may. The end of one goes on.
 * - held back: its gate is closed until some time. It asks to be woken then.
 *
 * Invariants:
 * - What is in a lane is claimed by this worker in the store. A claim is either settled, released, or, when the process
 *   dies, found by another worker once this one has not been heard of for a lease.
 * - A claim whose answer was lost may have been made: it is looked for, and released, for as long as it may come to be.
 * - Nothing is begun under a lease that has run out (a process that was paused, a store that was away): what was claimed
 *   under it is released, since another worker may have it by now.
 * - A worker that could not tell that it lives takes the silence of others for their end only when they have had the time
 *   to be heard again.
 */
export interface Worker {
  start(): Promise<void>;
  /** Something in the lane is due. */
  wake(connectorId: string): void;
  /** The lane is to be left alone: what is claimed of it and not begun goes back. */
  hold(connectorId: string): void;
  /** How many are being run. */
  running(): number;
  /** Takes nothing more, and resolves when what runs has ended and is written down. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Unique among all processes, and never used again. */
  id: string;
  store: Pick<Store, 'deliveries' | 'wakeups' | 'isShared'>;
  settler: Settler;
  gate: Gate;
  /** Runs one, and hands what it came to to the settler. Never rejects. */
  run(delivery: ClaimedDelivery): Promise<void>;
  /** What becomes of those whose worker is gone. */
  recover(abandoned: DeliveryRecord): Promise<void>;
  /** What becomes of one that has waited longer than it may, and why it has. Never rejects. */
  expire(delivery: ClaimedDelivery, because: string): Promise<void>;
  limits: Pick<LaneLimitsReader, 'known'>;
  observer?: Pick<DeliveryObserver, 'heldBack'> | undefined;
  tracing: Tracing;
  /** How many run at once in all; each lane may have one more, so that none waits for the others. */
  concurrency: number;
  /** After this long without a sign a worker counts as gone. */
  leaseMs: number;
  log: Logger;
  now(): Date;
}

interface Lane {
  connectorId: string;
  running: number;
  /** Claimed, not begun. */
  buffer: ClaimedDelivery[];
  /** How many the next batch takes. */
  batch: number;
  batchTakenAt: number;
  /** The time of its last claim, which no other claim of the lane has: what a failed one has claimed is known by it. */
  claimedAt: number;
  isTaking: boolean;
  /** Woken while it was taking: what it found may be old. */
  isWokenAgain: boolean;
  /** There was less than it asked for. */
  isDrained: boolean;
  /** When other workers were told last that there is more than this one can run. */
  sharedAt: number;
}

/** At most; with a short lease often enough to see soon who is gone. */
const SWEEP_EVERY_MS = 5000;
const SWEEPING = 'looking for deliveries that are due failed';
const LARGEST_BATCH = 500;
/** A batch that lasts less than this is followed by a larger one; one that lasts longer than four times this by a smaller one. */
const BATCH_MS = 250;
const SHARE_EVERY_MS = 250;
const TAKEN_BY_OTHERS_MS = 20;
const FULL_ELSEWHERE_MS = 250;
const SEEK_OLD_EVERY_MS = 30_000;
const OLD_AT_ONCE = 200;
const SHORT_WAIT_MS = 1000;
/** Tokens that come in one by one are taken a few at a time. */
const LEAST_WAIT_MS = 50;
const ABANDONED_AT_ONCE = 500;
/** A statement whose answer was lost may still be carried out for so long: longer than any statement may take. */
const DOUBTFUL_MS = 60_000;
/** With so many attempts not written down yet nothing more is taken. */
const UNWRITTEN_MAX = 5000;

export function createWorker(options: WorkerOptions): Worker {
  const { id, store, settler, gate, limits, tracing, concurrency, leaseMs, log, now } = options;
  const lanes = new Map<string, Lane>();
  /** Lanes that have something to run and no place for it. */
  const waiting = new Set<Lane>();
  /** Claims that failed, and may have been made all the same. */
  let doubts: { connectorId: string; at: number; until: number }[] = [];
  /** Claimed, not begun, and to be released. */
  let unwanted: DeliveryRecord[] = [];
  /** When a lane that is held back was looked through last for what has waited too long. */
  const soughtAt = new Map<string, number>();
  /** What is being taken. */
  const takings = new Set<Promise<void>>();
  /** Until when others know that this worker lives. */
  let aliveUntil = 0;
  /** From when on the silence of others says that they are gone. */
  let judgesFrom = 0;
  let running = 0;
  let isStopping = false;
  let listening: { stop(): Promise<void> } | undefined;
  let endSweeping = async () => {};
  let endKeepingAlive = async () => {};
  let idle: (() => void) | undefined;

  function laneOf(connectorId: string): Lane {
    let lane = lanes.get(connectorId);
    if (lane === undefined) {
      lane = {
        connectorId,
        running: 0,
        buffer: [],
        batch: limits.known(connectorId).concurrency,
        batchTakenAt: 0,
        claimedAt: Math.max(0, ...doubts.map((doubt) => (doubt.connectorId === connectorId ? doubt.at : 0))),
        isTaking: false,
        isWokenAgain: false,
        isDrained: false,
        sharedAt: 0,
      };
      lanes.set(connectorId, lane);
    }
    return lane;
  }

  function wake(connectorId: string): void {
    if (isStopping) return;
    const lane = laneOf(connectorId);
    lane.isDrained = false;
    lane.isWokenAgain = true;
    go(lane);
  }

  function hold(connectorId: string): void {
    const lane = lanes.get(connectorId);
    if (lane === undefined || lane.buffer.length === 0) return;
    unwanted.push(...lane.buffer.splice(0));
    wake(connectorId);
  }

  /** Runs what the lane has, and takes more while there is room for it. */
  function go(lane: Lane): void {
    begin(lane);
    if (isStopping || lane.isTaking || lane.isDrained) {
      forget(lane);
      return;
    }
    if (!hasRoom(lane) || settler.waiting() > UNWRITTEN_MAX) return;
    lane.isTaking = true;
    lane.isWokenAgain = false;
    const taking = take(lane)
      .catch((error) => {
        lane.isDrained = true;
        log.error(`deliveries of ${lane.connectorId} could not be taken: ${messageOf(error)}`);
      })
      .finally(() => {
        takings.delete(taking);
        lane.isTaking = false;
        if (lane.isWokenAgain) lane.isDrained = false;
        go(lane);
      });
    takings.add(taking);
  }

  /**
   * The next batch is asked for while there is enough left to run until it comes; what is limited is claimed only when it
   * can start.
   */
  function hasRoom(lane: Lane): boolean {
    const { concurrency } = limits.known(lane.connectorId);
    if (isLimited(lane)) return lane.buffer.length + lane.running < concurrency;
    return lane.buffer.length < Math.max(concurrency, lane.batch / 2);
  }

  function isLimited({ connectorId }: Lane): boolean {
    const { maxRunning, rate } = limits.known(connectorId);
    return maxRunning !== undefined || rate !== undefined;
  }

  async function take(lane: Lane): Promise<void> {
    const { connectorId } = lane;
    if (!isAlive()) await keepAlive();
    await releaseUnwanted();
    const at = now();
    const admitted = await gate.admit(connectorId, batchSize(lane, at.getTime()), at);
    if ('until' in admitted) {
      lane.isDrained = true;
      options.observer?.heldBack(connectorId, admitted.reason);
      await endOld(lane, at, admitted.because);
      await wakeAt(connectorId, admitted.until);
      return;
    }
    soughtAt.delete(connectorId);
    const { count } = admitted;
    const claimed = await claim(lane, count, at, { maxRunning: limits.known(connectorId).maxRunning });
    lane.buffer.push(...claimed);
    if (claimed.length < count) await gate.giveBack(connectorId, count - claimed.length, at);
    if (claimed.length === count) {
      shareOut(lane, at.getTime());
      return;
    }
    lane.isDrained = true;
    const dueAt = await store.deliveries.nextDue(connectorId);
    if (dueAt === undefined) return;
    if (dueAt > now().toISOString()) await store.wakeups.add([{ connectorId, dueAt }]);
    // What is due and could not be taken is being taken by another worker, or has to wait for what others run.
    else
      wakeIn(
        connectorId,
        limits.known(connectorId).maxRunning === undefined ? TAKEN_BY_OTHERS_MS : FULL_ELSEWHERE_MS,
      );
  }

  function wakeIn(connectorId: string, ms: number): void {
    setTimeout(() => wake(connectorId), ms).unref();
  }

  /** A wait that is shorter than a wake-up costs is a timer. */
  async function wakeAt(connectorId: string, until: Date): Promise<void> {
    const wait = until.getTime() - now().getTime();
    if (wait < SHORT_WAIT_MS) wakeIn(connectorId, Math.max(wait, LEAST_WAIT_MS));
    else await store.wakeups.add([{ connectorId, dueAt: until.toISOString() }]);
  }

  /** In a lane that is held back, what is old is not tried any more: somebody must see to it. */
  async function endOld(lane: Lane, at: Date, because: string): Promise<void> {
    const { connectorId } = lane;
    if (at.getTime() - (soughtAt.get(connectorId) ?? 0) < SEEK_OLD_EVERY_MS) return;
    soughtAt.set(connectorId, at.getTime());
    const { maxAgeMs } = limits.known(connectorId);
    const acceptedBefore = new Date(at.getTime() - maxAgeMs).toISOString();
    for (;;) {
      const old = await claim(lane, OLD_AT_ONCE, at, { acceptedBefore });
      for (const delivery of old) await options.expire(delivery, because);
      if (old.length < OLD_AT_ONCE) return;
      await settler.flush();
    }
  }

  async function claim(
    lane: Lane,
    count: number,
    time: Date,
    bounds: ClaimBounds,
  ): Promise<ClaimedDelivery[]> {
    const { connectorId } = lane;
    const at = Math.max(time.getTime(), lane.claimedAt + 1);
    lane.claimedAt = at;
    const attributes = { 'patchbay.connector.id': connectorId };
    try {
      // Of no trace: who woke the lane is not alone in it.
      return await tracing.span('claim', { kind: 'client', parent: 'none', attributes }, async (span) => {
        const claimed = await store.deliveries.claim(
          connectorId,
          id,
          count,
          new Date(at).toISOString(),
          bounds,
        );
        span.set({ 'messaging.batch.message_count': claimed.length });
        if (tracing.isOn) span.link(claimed.flatMap(({ trace }) => trace ?? []));
        return claimed;
      });
    } catch (error) {
      doubts.push({ connectorId, at, until: at + DOUBTFUL_MS });
      throw error;
    }
  }

  /** Finds what failed claims have claimed all the same, which nobody would run. */
  async function resolveDoubts(): Promise<void> {
    const time = now().getTime();
    for (const { connectorId, at } of doubts)
      unwanted.push(...(await store.deliveries.claimedAt(connectorId, id, new Date(at).toISOString())));
    doubts = doubts.filter(({ until }) => until > time);
  }

  async function releaseUnwanted(): Promise<void> {
    if (unwanted.length === 0) return;
    const released = unwanted;
    unwanted = [];
    try {
      await store.deliveries.release(released, now().toISOString());
    } catch (error) {
      unwanted.push(...released);
      throw error;
    }
    for (const [connectorId, ofLane] of Map.groupBy(released, (one) => one.connectorId))
      await gate.giveBack(connectorId, ofLane.length, now());
    await shareAll(released);
  }

  /** Others may run it at once. */
  async function shareAll(released: readonly DeliveryRecord[]): Promise<void> {
    const connectorIds = new Set(released.map(({ connectorId }) => connectorId));
    await Promise.all([...connectorIds].map((connectorId) => store.wakeups.share(connectorId)));
  }

  const isAlive = () => now().getTime() < aliveUntil;

  /** There may be more than this worker can run: it asks for help, now and then. */
  function shareOut(lane: Lane, at: number): void {
    if (at - lane.sharedAt < SHARE_EVERY_MS) return;
    lane.sharedAt = at;
    void store.wakeups.share(lane.connectorId);
  }

  /** As many as the lane is likely to run within a moment. */
  function batchSize(lane: Lane, at: number): number {
    const lasted = at - lane.batchTakenAt;
    const least = limits.known(lane.connectorId).concurrency;
    if (isLimited(lane)) return Math.max(1, least - lane.running - lane.buffer.length);
    if (lasted < BATCH_MS) lane.batch = Math.min(LARGEST_BATCH, lane.batch * 2);
    else if (lasted > 4 * BATCH_MS) lane.batch = least;
    lane.batch = Math.max(lane.batch, least);
    lane.batchTakenAt = at;
    return lane.batch;
  }

  /** Begins what the lane may run at once. */
  function begin(lane: Lane): void {
    if (lane.buffer.length > 0 && !isAlive()) unwanted.push(...lane.buffer.splice(0));
    const limit = limits.known(lane.connectorId).concurrency;
    while (lane.buffer.length > 0 && lane.running < limit && !isStopping) {
      if (running >= concurrency && lane.running > 0) {
        waiting.add(lane);
        return;
      }
      const delivery = lane.buffer.shift();
      if (delivery !== undefined) void runOne(lane, delivery);
    }
    waiting.delete(lane);
  }

  async function runOne(lane: Lane, delivery: ClaimedDelivery): Promise<void> {
    lane.running++;
    running++;
    await options.run(delivery);
    lane.running--;
    running--;
    if (isStopping) {
      if (running === 0) idle?.();
      return;
    }
    // A place that all processes share is free when the end is written down: the lane is woken then.
    if (limits.known(lane.connectorId).maxRunning === undefined) go(lane);
    else begin(lane);
    const [next] = waiting;
    if (next !== undefined && running < concurrency) {
      waiting.delete(next);
      go(next);
    }
  }

  function forget(lane: Lane): void {
    if (lane.running === 0 && lane.buffer.length === 0 && !lane.isTaking) lanes.delete(lane.connectorId);
  }

  /** What nobody was woken for, and what the dead have left behind. */
  async function sweep(): Promise<void> {
    await keepAlive();
    await listen();
    await resolveDoubts();
    await releaseUnwanted();
    while (now().getTime() >= judgesFrom) {
      const abandoned = await store.deliveries.abandoned(now().toISOString(), ABANDONED_AT_ONCE);
      for (const delivery of abandoned) await options.recover(delivery);
      await settler.flush();
      if (abandoned.length < ABANDONED_AT_ONCE) break;
    }
    const due = await store.deliveries.lanes();
    const at = now().toISOString();
    for (const { connectorId, dueAt } of due) {
      if (dueAt <= at) wake(connectorId);
    }
  }

  /** Also for what was to be woken later when the last process ended. */
  async function listen(): Promise<void> {
    if (listening !== undefined) return;
    listening = await store.wakeups.listen(wake, now);
    const at = now().toISOString();
    const later = (await store.deliveries.lanes()).filter(({ dueAt }) => dueAt > at);
    if (later.length > 0) await store.wakeups.add(later);
  }

  async function keepAlive(): Promise<void> {
    const at = now().getTime();
    const until = at + leaseMs;
    await store.deliveries.keepAlive(id, new Date(until).toISOString());
    // What kept this worker silent may have kept the others.
    if (store.isShared && at > aliveUntil - leaseMs / 2) judgesFrom = at + leaseMs / 2;
    aliveUntil = until;
  }

  /** One after the other; a turn that comes while one is under way is left out. Gives what is under way at the end. */
  function every(ms: number, work: () => Promise<void>, what: string): () => Promise<void> {
    let underWay: Promise<void> | undefined;
    const timer = setInterval(() => {
      underWay ??= work()
        .catch((error) => log.error(`${what}: ${messageOf(error)}`))
        .finally(() => {
          underWay = undefined;
        });
    }, ms);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await underWay;
    };
  }

  /** At the end, what the store cannot be told others find out. */
  async function unlessAway(telling: Promise<void>): Promise<void> {
    await telling.catch((error) => log.warn(`what this worker has left is found later: ${messageOf(error)}`));
  }

  return {
    async start() {
      // A store that is away at this moment will be back.
      await sweep().catch((error) => log.error(`${SWEEPING}: ${messageOf(error)}`));
      endSweeping = every(Math.min(SWEEP_EVERY_MS, leaseMs / 2), sweep, SWEEPING);
      endKeepingAlive = every(leaseMs / 3, keepAlive, 'telling that this worker lives failed');
    },
    wake,
    hold,
    running: () => running,
    async stop() {
      isStopping = true;
      await endSweeping();
      await listening?.stop();
      await Promise.allSettled(takings);
      unwanted.push(...[...lanes.values()].flatMap((lane) => lane.buffer.splice(0)));
      await unlessAway(releaseUnwanted());
      if (running > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
      }
      await endKeepingAlive();
      await settler.flush();
      await unlessAway(store.deliveries.retire(id));
    },
  };
}

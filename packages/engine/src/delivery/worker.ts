import { type Logger, messageOf } from '@patchbay/kit';
import type { ClaimedDelivery, DeliveryRecord, Store } from '../store/index.ts';
import type { Gate } from './gate.ts';
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
 * Invariants: what is in a lane is claimed by this worker in the store; a claim is either settled, released, or, when the
 * process dies, found by another worker once this one has not been heard of for a lease.
 */
export interface Worker {
  start(): Promise<void>;
  /** Something in the lane is due. */
  wake(connectorId: string): void;
  /** How many are being run. */
  running(): number;
  /** Takes nothing more, and resolves when what runs has ended and is written down. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Unique among all processes, and never used again. */
  id: string;
  store: Pick<Store, 'deliveries' | 'wakeups'>;
  settler: Settler;
  gate: Gate;
  /** Runs one, and hands what it came to to the settler. Never rejects. */
  run(delivery: ClaimedDelivery): Promise<void>;
  /** What becomes of those whose worker is gone. */
  recover(abandoned: DeliveryRecord): Promise<void>;
  /** How many of one lane run at once. */
  laneConcurrency(connectorId: string): number;
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
  isTaking: boolean;
  /** Woken while it was taking: what it found may be old. */
  isWokenAgain: boolean;
  /** There was less than it asked for. */
  isDrained: boolean;
  /** When other workers were told last that there is more than this one can run. */
  sharedAt: number;
}

const SWEEP_EVERY_MS = 5000;
const LARGEST_BATCH = 500;
/** A batch that lasts less than this is followed by a larger one; one that lasts longer than four times this by a smaller one. */
const BATCH_MS = 250;
const SHARE_EVERY_MS = 250;
const TAKEN_BY_OTHERS_MS = 20;
const ABANDONED_AT_ONCE = 500;
/** With so many attempts not written down yet nothing more is taken. */
const UNWRITTEN_MAX = 5000;

export function createWorker(options: WorkerOptions): Worker {
  const { id, store, settler, gate, laneConcurrency, concurrency, leaseMs, log, now } = options;
  const lanes = new Map<string, Lane>();
  /** Lanes that have something to run and no place for it. */
  const waiting = new Set<Lane>();
  let running = 0;
  let isStopping = false;
  let listening: { stop(): Promise<void> } | undefined;
  let endings: (() => Promise<void>)[] = [];
  let idle: (() => void) | undefined;

  function laneOf(connectorId: string): Lane {
    let lane = lanes.get(connectorId);
    if (lane === undefined) {
      lane = {
        connectorId,
        running: 0,
        buffer: [],
        batch: laneConcurrency(connectorId),
        batchTakenAt: 0,
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

  /** Runs what the lane has, and takes more while there is room for it. */
  function go(lane: Lane): void {
    begin(lane);
    if (isStopping || lane.isTaking || lane.isDrained) {
      forget(lane);
      return;
    }
    if (lane.buffer.length >= laneConcurrency(lane.connectorId) || settler.waiting() > UNWRITTEN_MAX) return;
    lane.isTaking = true;
    lane.isWokenAgain = false;
    take(lane)
      .catch((error) => {
        lane.isDrained = true;
        log.error(`deliveries of ${lane.connectorId} could not be taken: ${messageOf(error)}`);
      })
      .finally(() => {
        lane.isTaking = false;
        if (lane.isWokenAgain) lane.isDrained = false;
        go(lane);
      });
  }

  async function take(lane: Lane): Promise<void> {
    const { connectorId } = lane;
    const at = now();
    const admitted = await gate.admit(connectorId, batchSize(lane, at.getTime()), at);
    if ('until' in admitted) {
      lane.isDrained = true;
      await store.wakeups.add([{ connectorId, dueAt: admitted.until.toISOString() }]);
      return;
    }
    const { count } = admitted;
    const claimed = await store.deliveries.claim(connectorId, id, count, at.toISOString());
    if (claimed.length < count) gate.giveBack(connectorId, count - claimed.length, at);
    lane.buffer.push(...claimed);
    if (claimed.length === count) {
      shareOut(lane, at.getTime());
      return;
    }
    lane.isDrained = true;
    const dueAt = await store.deliveries.nextDue(connectorId);
    if (dueAt === undefined) return;
    // What is due and could not be taken is being taken by another worker.
    if (dueAt <= now().toISOString()) setTimeout(() => wake(connectorId), TAKEN_BY_OTHERS_MS).unref();
    else await store.wakeups.add([{ connectorId, dueAt }]);
  }

  /** There may be more than this worker can run: it asks for help, now and then. */
  function shareOut(lane: Lane, at: number): void {
    if (at - lane.sharedAt < SHARE_EVERY_MS) return;
    lane.sharedAt = at;
    void store.wakeups.share(lane.connectorId);
  }

  /** As many as the lane is likely to run within a moment. */
  function batchSize(lane: Lane, at: number): number {
    const lasted = at - lane.batchTakenAt;
    const least = laneConcurrency(lane.connectorId);
    if (lasted < BATCH_MS) lane.batch = Math.min(LARGEST_BATCH, lane.batch * 2);
    else if (lasted > 4 * BATCH_MS) lane.batch = least;
    lane.batch = Math.max(lane.batch, least);
    lane.batchTakenAt = at;
    return lane.batch;
  }

  /** Begins what the lane may run at once. */
  function begin(lane: Lane): void {
    const limit = laneConcurrency(lane.connectorId);
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
    go(lane);
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
    for (;;) {
      const abandoned = await store.deliveries.abandoned(now().toISOString(), ABANDONED_AT_ONCE);
      for (const delivery of abandoned) await options.recover(delivery);
      await settler.flush();
      if (abandoned.length < ABANDONED_AT_ONCE) break;
    }
    const due = await store.deliveries.lanes();
    const at = now().toISOString();
    for (const { connectorId, dueAt } of due) {
      const lane = lanes.get(connectorId);
      if (dueAt <= at && (lane === undefined || lane.isDrained)) wake(connectorId);
    }
  }

  /** What was to be woken later when the last process ended. */
  async function wakeLater(): Promise<void> {
    const at = now().toISOString();
    const later = (await store.deliveries.lanes()).filter(({ dueAt }) => dueAt > at);
    if (later.length > 0) await store.wakeups.add(later);
  }

  const keepAlive = () => store.deliveries.keepAlive(id, new Date(now().getTime() + leaseMs).toISOString());

  /** One after the other. Gives what waits for the last. */
  function every(ms: number, work: () => Promise<void>, what: string): () => Promise<void> {
    let last = Promise.resolve();
    const timer = setInterval(() => {
      last = last.then(work).catch((error) => log.error(`${what}: ${messageOf(error)}`));
    }, ms);
    timer.unref();
    return () => {
      clearInterval(timer);
      return last;
    };
  }

  return {
    async start() {
      await keepAlive();
      listening = await store.wakeups.listen(wake, now);
      await sweep();
      await wakeLater();
      endings = [
        every(SWEEP_EVERY_MS, sweep, 'looking for deliveries that are due failed'),
        every(leaseMs / 3, keepAlive, 'telling that this worker lives failed'),
      ];
    },
    wake,
    running: () => running,
    async stop() {
      isStopping = true;
      await listening?.stop();
      const left = [...lanes.values()].flatMap((lane) => lane.buffer.splice(0));
      await store.deliveries.release(left, now().toISOString());
      if (running > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
      }
      for (const end of endings) await end();
      await settler.flush();
      await store.deliveries.retire(id);
    },
  };
}

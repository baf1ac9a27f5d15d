import { setTimeout as rest } from 'node:timers/promises';
import { type Elasticsearch, ElasticsearchError, type Logger, messageOf } from '@patchbay/kit';
import type { EventStore, MetaStore, WrittenEvent } from '../../store/index.ts';
import { type BulkOutcome, exportId, sendEvents } from './bulk.ts';
import { exportPlace } from './place.ts';
import { settledEvents } from './settled.ts';
import { ensureTemplate } from './template.ts';

/**
 * Writes the event log to Elasticsearch as well, from its beginning on, in the order in which it was written. It reads from the
 * store what it sends, a batch at a time: nothing waits for Elasticsearch, and nothing is kept in memory while that is away.
 *
 * States: idle (another process exports, or all is sent; it looks every second), sending (one request at a time), backing off
 * (Elasticsearch is away, or has no room; longer each time).
 *
 * Its place is kept in the store and moves on when Elasticsearch has taken a batch: after a crash the last batch is sent again,
 * and dropped there, since each event has an id of its own.
 */
export interface EventExport {
  /** Resolves when what was under way has ended. */
  stop(): Promise<void>;
}

export interface EventExportOptions {
  store: { events: Pick<EventStore, 'written' | 'last'>; meta: Pick<MetaStore, 'change'> };
  /** Whether other processes write to the store too. */
  isShared: boolean;
  /** This process, among those that share the store. */
  owner: string;
  elasticsearch: Pick<Elasticsearch, 'request'>;
  dataStream: string;
  log: Logger;
  now(): Date;
  /** Left out: a real one. Resolves early when the signal fires. */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
}

const BATCH = 500;
const LOOK_EVERY_MS = 1000;
const FIRST_BACK_OFF_MS = 1000;
const LONGEST_BACK_OFF_MS = 60_000;
const TOO_LARGE = 413;

export function startEventExport(options: EventExportOptions): EventExport {
  const { store, isShared, elasticsearch, dataStream, log, now } = options;
  const wait = options.wait ?? waitFor;
  const stopping = new AbortController();
  const { signal } = stopping;
  const place = exportPlace(store.meta, options.owner, now);
  const settled = settledEvents(now);
  let isPrepared = false;
  let isFailing = false;
  let batch = BATCH;

  /** Whether there may be more at once. */
  async function step(): Promise<boolean> {
    const sent = await place.take();
    if (sent === undefined) return false;
    const last = await store.events.last();
    const read = await store.events.written(sent, batch);
    const events = isShared ? settled.upTo(sent, read, last) : read;
    if (events.length === 0) return false;
    if (!isPrepared) await ensureTemplate(elasticsearch, dataStream, signal);
    isPrepared = true;
    await send(events);
    await place.moveTo(events.at(-1)?.seq ?? sent);
    if (isFailing) log.info('event log: exported to Elasticsearch again');
    isFailing = false;
    return events.length === read.length && read.length > 0;
  }

  /** Until all are taken, or refused for good. */
  async function send(events: readonly WrittenEvent[]): Promise<void> {
    let left = events;
    for (let backOff = FIRST_BACK_OFF_MS; left.length > 0; backOff = longer(backOff)) {
      const outcome = await sendEvents(elasticsearch, { dataStream, events: left, signal }).catch(
        aloneTooLarge(left),
      );
      const [first] = outcome.refused;
      if (first !== undefined)
        log.error(
          `event log: Elasticsearch refused ${outcome.refused.length} events, which are left out of the export; ${first.id}: ${first.reason}`,
        );
      left = outcome.left;
      if (left.length === 0) return;
      await wait(backOff, signal);
      if (signal.aborted) throw new Error('stopped');
      // What waits for room may take longer than the place is lent.
      if ((await place.take()) === undefined) throw new Error('another process goes on with it');
    }
  }

  function failed(error: unknown): void {
    if (signal.aborted) return;
    if (error instanceof ElasticsearchError && error.status === TOO_LARGE)
      batch = Math.max(1, Math.floor(batch / 2));
    // The data stream may have been deleted meanwhile.
    isPrepared = false;
    if (!isFailing) log.error(`event log: the export to Elasticsearch waits: ${messageOf(error)}`);
    isFailing = true;
  }

  async function run(): Promise<void> {
    let backOff = FIRST_BACK_OFF_MS;
    while (!signal.aborted) {
      try {
        const isMore = await step();
        backOff = FIRST_BACK_OFF_MS;
        if (!isMore) await wait(LOOK_EVERY_MS, signal);
      } catch (error) {
        failed(error);
        await wait(backOff, signal);
        backOff = longer(backOff);
      }
    }
    await place.release().catch(() => {});
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** An event that is too large by itself is too large for ever. */
function aloneTooLarge(events: readonly WrittenEvent[]): (error: unknown) => BulkOutcome {
  return (error) => {
    const [event, ...more] = events;
    if (event === undefined || more.length > 0 || !isTooLarge(error)) throw error;
    return { left: [], refused: [{ id: exportId(event), reason: messageOf(error) }] };
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof ElasticsearchError && error.status === TOO_LARGE;
}

function longer(backOff: number): number {
  return Math.min(backOff * 2, LONGEST_BACK_OFF_MS);
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await rest(ms, undefined, { signal, ref: false }).catch(() => {});
}

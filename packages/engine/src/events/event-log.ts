import { type Logger, messageOf } from '@patchbay/kit';
import type { EventEntry, EventRecord, EventStore } from '../store/index.ts';

/**
 * The event log's writing end. Documents wait in memory and are written together, so that no run waits for the
 * disk; a stop writes what is left.
 *
 * States of the writer: idle (nothing waits), waiting (a timer runs), writing (one write at a time; what comes
 * meanwhile waits for the next). A write that fails keeps its documents for the next one, up to the bound; past
 * it the oldest are dropped and counted in the log.
 */
export interface EventLog {
  record(event: EventRecord): void;
  /** Resolves when everything recorded so far is written. Rejects when the store refuses it. */
  flush(): Promise<void>;
  /** How the buffer is, and what it has done since the start. */
  figures(): EventLogFigures;
  close(): Promise<void>;
}

/** In documents, but for failures, which are writes that the store refused. */
export interface EventLogFigures {
  waiting: number;
  written: number;
  dropped: number;
  failures: number;
}

const WRITE_EVERY_MS = 250;
const WRITE_AT = 1000;
const MAX_WAITING = 100_000;

export function createEventLog({ store, log }: { store: EventStore; log: Logger }): EventLog {
  let waiting: EventEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  /** What is being written. */
  let inWrite = 0;
  const done = { written: 0, dropped: 0, failures: 0 };

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    inWrite = batch.length;
    try {
      await store.append(batch);
      done.written += batch.length;
    } catch (error) {
      done.failures++;
      const all = [...batch, ...waiting];
      waiting = bounded(all, log);
      done.dropped += all.length - waiting.length;
      schedule();
      throw error;
    } finally {
      inWrite = 0;
    }
  }

  /** One after the other, each after whatever went before, also when that failed. */
  const flush = (): Promise<void> => {
    writing = writing.catch(() => {}).then(write);
    return writing;
  };

  const flushInBackground = () => {
    flush().catch((error) => {
      log.error(`event log: writing failed, trying again: ${messageOf(error)}`);
    });
  };

  const schedule = () => {
    timer ??= setTimeout(flushInBackground, WRITE_EVERY_MS).unref();
  };

  return {
    record(event) {
      waiting.push(eventEntry(event));
      if (waiting.length === WRITE_AT) flushInBackground();
      else schedule();
    },
    flush,
    figures: () => ({ waiting: waiting.length + inWrite, ...done }),
    close: flush,
  };
}

/** An event as a store appends it. */
export function eventEntry({ document, ...fields }: EventRecord): EventEntry {
  return { ...fields, document: Buffer.from(JSON.stringify(document)) };
}

function bounded(events: EventEntry[], log: Logger): EventEntry[] {
  const surplus = events.length - MAX_WAITING;
  if (surplus <= 0) return events;
  log.error(`event log: ${surplus} documents dropped, the store has refused them for too long`);
  return events.slice(surplus);
}

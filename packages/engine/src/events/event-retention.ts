import { setTimeout as rest } from 'node:timers/promises';
import type { Logger } from '@patchbay/kit';
import type { EventStore } from '../store/index.ts';

/** Removes events that are old, and the oldest where there is too much. Any number of processes may do it at once. */
export interface EventRetention {
  /** Ends early, and without an error, when `signal` fires. */
  sweep(signal: AbortSignal): Promise<void>;
}

export interface EventRetentionOptions {
  store: Pick<EventStore, 'size' | 'pruneOlder' | 'pruneFirst'>;
  keepMs: number;
  maxBytes: number;
  log: Logger;
  now(): Date;
}

/** On SQLite everybody waits for a batch: a few milliseconds (docs/decisions/0088). */
const BATCH = 200;
const SHORTEST_REST_MS = 5;

export function createEventRetention(options: EventRetentionOptions): EventRetention {
  const { store, keepMs, maxBytes, log, now } = options;

  /** Calls `prune` until it removes nothing more, or `most` are removed. Half of the time is everybody else's. */
  async function remove(
    prune: (limit: number) => Promise<number>,
    most: number,
    signal: AbortSignal,
  ): Promise<number> {
    let removed = 0;
    while (!signal.aborted && removed < most) {
      const begun = performance.now();
      const count = await prune(Math.min(BATCH, most - removed));
      if (count === 0) break;
      removed += count;
      const ms = Math.max(SHORTEST_REST_MS, performance.now() - begun);
      await rest(ms, undefined, { signal }).catch(() => {});
    }
    return removed;
  }

  return {
    async sweep(signal) {
      const before = new Date(now().getTime() - keepMs).toISOString();
      const old = await remove((limit) => store.pruneOlder(before, limit), Number.POSITIVE_INFINITY, signal);
      if (old > 0) log.debug(`event log: removed ${old} events older than patchbay.events.retention`);
      const { events, bytes } = await store.size();
      if (bytes <= maxBytes) return;
      const surplus = Math.ceil(events * (1 - maxBytes / bytes));
      const removed = await remove(store.pruneFirst, surplus, signal);
      log.warn(
        `event log: removed ${removed} events that were not old yet: it had grown past patchbay.events.maxSize`,
      );
    },
  };
}

import { setTimeout as rest } from 'node:timers/promises';
import type { Logger } from '@patchbay/kit';
import type { Settings } from '../config/index.ts';
import type { DeliveryState, DeliveryStore, EndedPlace } from '../store/index.ts';

/**
 * Removes what is over and has been kept long enough. Any number of processes may do it at once: each looks at all there
 * is, once, and from then on at what has come of age since.
 */
export interface Retention {
  /** Looks through what has come of age. Ends early, and without an error, when `signal` fires. */
  sweep(signal: AbortSignal): Promise<void>;
}

export interface RetentionOptions {
  store: Pick<DeliveryStore, 'prune' | 'pruneParams'>;
  settings: Pick<
    Settings,
    'patchbay.delivery.retention' | 'patchbay.delivery.paramsRetention' | 'patchbay.delivery.deadRetention'
  >;
  log: Logger;
  now(): Date;
}

/** On SQLite a batch holds everybody up for 1.5 ms of CPU, one of a hundred for 5, whatever the number of rows (docs/decisions/0081). */
const BATCH = 200;
const SHORTEST_REST_MS = 5;

/** Nobody waits for these any more. A dead one may still be somebody's. */
const DONE: readonly DeliveryState[] = ['delivered', 'cancelled', 'discarded'];
const DEAD: readonly DeliveryState[] = ['dead'];

export function createRetention({ store, settings, log, now }: RetentionOptions): Retention {
  const params = pass('pruneParams', DONE, settings['patchbay.delivery.paramsRetention']);
  const done = pass('prune', DONE, settings['patchbay.delivery.retention']);
  const dead = pass('prune', DEAD, settings['patchbay.delivery.deadRetention']);

  /** Goes on where the last one has ended: what was left there is of other states, and comes back with a later end. */
  function pass(what: 'prune' | 'pruneParams', states: readonly DeliveryState[], keptMs: number) {
    let after: EndedPlace | undefined;
    return async (signal: AbortSignal): Promise<number> => {
      const before = new Date(now().getTime() - keptMs).toISOString();
      let removed = 0;
      while (!signal.aborted) {
        const begun = performance.now();
        const pruned = await store[what]({ states, before, after }, BATCH);
        removed += pruned.removed;
        if (pruned.last === undefined) break;
        after = pruned.last;
        // As long as it took: half of the time is everybody else's.
        const ms = Math.max(SHORTEST_REST_MS, performance.now() - begun);
        await rest(ms, undefined, { signal }).catch(() => {});
      }
      return removed;
    };
  }

  return {
    async sweep(signal) {
      const withoutParams = await params(signal);
      const removed = await done(signal);
      const given = await dead(signal);
      if (withoutParams + removed > 0)
        log.debug(`removed ${removed} deliveries that are over, and the params of ${withoutParams}`);
      if (given > 0)
        log.warn(
          `removed ${given} dead deliveries that nobody had replayed or discarded: their time was over (patchbay.delivery.deadRetention)`,
        );
    },
  };
}

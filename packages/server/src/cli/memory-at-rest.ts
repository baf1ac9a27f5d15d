import { performance } from 'node:perf_hooks';
import type { Logger } from '@patchbay/kit';
import type { Collector } from './collector.ts';

const LOOK_EVERY_MS = 1000;

/** Work of less than this between two looks is rest: health checks, a run now and then. */
const BUSY_MS = 20;

/** A start leaves much behind, and nothing yet that a collection would make slower. */
const LOOKS_AFTER_START = 2;

/** Long, since the next load has to compile anew what a collection drops. */
const LOOKS_AFTER_LOAD = 60;

/**
 * Gives memory back when the process has come to rest, once after its start and once after each load. The young generation
 * grows with the work and shrinks in a collection of last resort only; V8 itself would collect within seconds, and drop the
 * code that the next load needs (docs/decisions/0073).
 *
 * States: working (it is counted for how long it has been quiet), at rest (collected; the next work ends it).
 */
export function collectAtRest({ lastResort }: Collector, log: Logger): void {
  let seen = performance.eventLoopUtilization();
  let looksToGo = LOOKS_AFTER_START;
  let looksAfterWork = LOOKS_AFTER_START;

  const look = () => {
    const now = performance.eventLoopUtilization();
    const isBusy = performance.eventLoopUtilization(now, seen).active > BUSY_MS;
    seen = now;
    if (isBusy) looksToGo = looksAfterWork;
    else if (looksToGo > 0 && --looksToGo === 0) collect();
  };

  const collect = () => {
    looksAfterWork = LOOKS_AFTER_LOAD;
    const startedAt = performance.now();
    lastResort().then(() => {
      log.debug(`collected memory at rest in ${Math.round(performance.now() - startedAt)} ms`);
      // Its own work is none.
      seen = performance.eventLoopUtilization();
    });
  };

  setInterval(look, LOOK_EVERY_MS).unref();
}

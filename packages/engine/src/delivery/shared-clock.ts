import { type Logger, messageOf } from '@patchbay/kit';
import type { Store } from '../store/index.ts';

/**
 * What time it is for all processes on a store: when a delivery is due, and whether a worker still lives, is written by one
 * process and judged by another, whose own clock may be a minute off. It is the store's time, asked now and then, and what
 * has passed since by a clock that nobody sets. A store that nobody else uses has none: there it is the process's own.
 */
export interface SharedClock {
  now(): Date;
  /** Asks the store again. Never rejects: as long as it is away the clock runs on. */
  sync(): Promise<void>;
}

export interface SharedClockOptions {
  store: Pick<Store, 'time'>;
  log: Logger;
  now(): Date;
  /** Milliseconds, from any beginning. */
  elapsed?: () => number;
}

/** From here on it is worth a line. */
const TOLD_MS = 5000;

export function sharedClock({
  store,
  log,
  now,
  elapsed = () => performance.now(),
}: SharedClockOptions): SharedClock {
  let known: { time: number; at: number } | undefined;
  let isTold = false;

  function tell(time: number): void {
    const apart = Math.round((now().getTime() - time) / 1000);
    const isApart = Math.abs(apart) * 1000 >= TOLD_MS;
    if (isApart && !isTold)
      log.warn(`the clock here is ${apart} s off that of the store: deliveries go by the store's`);
    isTold = isApart;
  }

  return {
    now: () => (known === undefined ? now() : new Date(known.time + elapsed() - known.at)),
    async sync() {
      try {
        const before = elapsed();
        const time = await store.time();
        if (time === undefined) return;
        const at = elapsed();
        known = { time: time.getTime() + (at - before) / 2, at };
        tell(known.time);
      } catch (error) {
        log.warn(`the store could not be asked for the time: ${messageOf(error)}`);
      }
    },
  };
}

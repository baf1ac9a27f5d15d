import type { ActionResult } from '@patchbay/kit';

/** No run takes longer, whatever its own calls allow themselves. The reference's limit for background runs. */
export const RUN_TIMEOUT = { text: '5m', ms: 300_000 };

/** The runs under way. */
export interface RunningWork {
  /** Aborts the work when the caller goes away, at a forced stop, and after the time-out, which is a result too. */
  withinTime(
    caller: AbortSignal,
    onTimeout: () => ActionResult,
    work: (signal: AbortSignal) => Promise<ActionResult>,
  ): Promise<ActionResult>;
  inFlight(): number;
  abortAll(): void;
}

export function runningWork(): RunningWork {
  const running = new Set<AbortController>();
  return {
    async withinTime(caller, onTimeout, work) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      let timer: NodeJS.Timeout | undefined;
      const timedOut = new Promise<ActionResult>((resolve) => {
        timer = setTimeout(() => {
          resolve(onTimeout());
          abort();
        }, RUN_TIMEOUT.ms);
      });
      running.add(controller);
      caller.addEventListener('abort', abort);
      if (caller.aborted) abort();
      try {
        return await Promise.race([work(controller.signal), timedOut]);
      } finally {
        clearTimeout(timer);
        caller.removeEventListener('abort', abort);
        running.delete(controller);
      }
    },
    inFlight: () => running.size,
    abortAll: () => {
      for (const controller of running) controller.abort();
    },
  };
}

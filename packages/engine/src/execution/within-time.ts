import { type ActionResult, StreamedData } from '@patchbay/kit';
import { followed } from './followed.ts';

/** No run takes longer, whatever its own calls allow themselves. The reference's limit for background runs. */
export const RUN_TIMEOUT = { text: '5m', ms: 300_000 };

export interface Work {
  /** Fires when the caller is gone; undefined: nobody goes away, and only a forced stop aborts it. */
  caller: AbortSignal | undefined;
  /** What it comes to when its time is up. */
  onTimeout(): ActionResult;
  run(signal: AbortSignal): Promise<ActionResult>;
  /** Told once what it came to: at once, or when the answer that it passes on has ended. */
  onEnd(result: ActionResult): void;
}

/** The runs under way. */
export interface RunningWork {
  /**
   * Aborts the work when the caller goes away, at a forced stop, and after the time-out, which is a result too. Work whose
   * result is passed on as it arrives goes on until that ends.
   */
  withinTime(work: Work): Promise<ActionResult>;
  inFlight(): number;
  /** Resolves when none is under way, and what each came to has been told. */
  ended(): Promise<void>;
  abortAll(): void;
}

export function runningWork(): RunningWork {
  const running = new Set<AbortController>();
  let ended: PromiseWithResolvers<void> | undefined;
  return {
    async withinTime({ caller, onTimeout, run, onEnd }) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      let timer: NodeJS.Timeout | undefined;
      running.add(controller);
      caller?.addEventListener('abort', abort);
      if (caller?.aborted) abort();
      const end = () => {
        clearTimeout(timer);
        caller?.removeEventListener('abort', abort);
        running.delete(controller);
        if (running.size > 0) return;
        ended?.resolve();
        ended = undefined;
      };
      let result: ActionResult;
      try {
        result = await new Promise<ActionResult>((resolve, reject) => {
          timer = setTimeout(() => {
            resolve(onTimeout());
            abort();
          }, RUN_TIMEOUT.ms);
          run(controller.signal).then(resolve, reject);
        });
      } catch (error) {
        end();
        throw error;
      }
      const { data } = result;
      if (!(data instanceof StreamedData)) {
        end();
        onEnd(result);
        return result;
      }
      const passedOn = followed(data, result.actionId, (failure) => {
        abort();
        end();
        onEnd(failure ?? result);
      });
      return { ...result, data: passedOn };
    },
    inFlight: () => running.size,
    async ended() {
      while (running.size > 0) {
        ended ??= Promise.withResolvers();
        await ended.promise;
      }
    },
    abortAll: () => {
      for (const controller of running) controller.abort();
    },
  };
}

import { HttpRequestError } from '@patchbay/kit';

/** Ends an exchange when its time is up or its caller is gone. Must be cleared. */
export interface Deadline {
  /** Why the exchange was ended; undefined while it goes on. */
  reason(): HttpRequestError | undefined;
  /** Calls `end` when the exchange is to end, at once if it has. A later call takes the place of the one before. */
  onEnd(end: (reason: HttpRequestError) => void): void;
  /** Stops the clock; the caller may still go away. */
  pause(): void;
  /** Starts the clock anew, with all of its time. */
  restart(): void;
  clear(): void;
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Codes and texts as the reference's client gives them. */
export function startDeadline(timeoutMs: number, caller: AbortSignal): Deadline {
  let reason: HttpRequestError | undefined;
  let onEnd: (reason: HttpRequestError) => void = () => {};
  const end = (why: HttpRequestError) => {
    if (reason !== undefined) return;
    reason = why;
    onEnd(why);
  };
  const cancel = () => end(new HttpRequestError('canceled', { code: 'ERR_CANCELED' }));
  const startTimer = () =>
    setTimeout(
      () => end(new HttpRequestError(`timeout of ${timeoutMs}ms exceeded`, { code: 'ECONNABORTED' })),
      Math.min(timeoutMs, MAX_TIMER_MS),
    );
  let timer = startTimer();
  caller.addEventListener('abort', cancel);
  if (caller.aborted) cancel();
  return {
    reason: () => reason,
    onEnd(listener) {
      onEnd = listener;
      if (reason !== undefined) listener(reason);
    },
    pause: () => clearTimeout(timer),
    restart() {
      clearTimeout(timer);
      timer = startTimer();
    },
    clear() {
      clearTimeout(timer);
      caller.removeEventListener('abort', cancel);
    },
  };
}

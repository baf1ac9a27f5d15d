import { HttpRequestError } from '@patchbay/kit';

/** Ends an exchange when its time is up or its caller is gone. Must be cleared. */
export interface Deadline {
  signal: AbortSignal;
  /** Why the exchange was ended; undefined while it goes on. */
  reason(): HttpRequestError | undefined;
  clear(): void;
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Codes and texts as the reference's client gives them. */
export function startDeadline(timeoutMs: number, caller: AbortSignal): Deadline {
  const controller = new AbortController();
  let reason: HttpRequestError | undefined;
  const end = (why: HttpRequestError) => {
    reason ??= why;
    controller.abort(reason);
  };
  const cancel = () => end(new HttpRequestError('canceled', { code: 'ERR_CANCELED' }));
  const timer = setTimeout(
    () => end(new HttpRequestError(`timeout of ${timeoutMs}ms exceeded`, { code: 'ECONNABORTED' })),
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
  caller.addEventListener('abort', cancel);
  if (caller.aborted) cancel();
  return {
    signal: controller.signal,
    reason: () => reason,
    clear() {
      clearTimeout(timer);
      caller.removeEventListener('abort', cancel);
    },
  };
}

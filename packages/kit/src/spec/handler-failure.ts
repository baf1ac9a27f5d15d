import { ActionError, messageOf, type Retry, RunError } from '../errors.ts';
import { type HttpResponse, HttpStatusError, retryAfter } from '../http/index.ts';

/**
 * What a failed handler comes to: its message is the answer's, without a service message. What is the framework's
 * (no connection, no usable answer) is thrown on and answered as every run's.
 */
export function handlerFailure(
  error: unknown,
  {
    failureText,
    now,
  }: { failureText: ((response: HttpResponse) => string | undefined) | undefined; now: Date },
): unknown {
  if (error instanceof ActionError) return error;
  if (error instanceof HttpStatusError) {
    const { response, source } = error;
    const reason = failureText?.(response);
    const message = reason ? `${error.message}: ${reason}` : error.message;
    return new ActionError(message, { retry: retryOf(response, source === 'user', now), cause: error });
  }
  if (error instanceof RunError) {
    return error.source === 'user' ? new ActionError(error.message, { retry: false, cause: error }) : error;
  }
  return new ActionError(messageOf(error), { cause: error });
}

/** Too many requests are the user's too, and worth another try. */
function retryOf({ status, headers }: HttpResponse, isUsers: boolean, now: Date): Retry | undefined {
  if (status === 429) return retryAfter(headers['retry-after'], now) ?? true;
  if (isUsers) return false;
  return status >= 500 ? true : undefined;
}

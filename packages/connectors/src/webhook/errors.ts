import { ActionError, HttpRequestError, type HttpResponse, HttpStatusError, retryAfter } from '@patchbay/kit';

/** What a failed call means for the run, and whether to try again. */
export function toActionError(error: unknown, now: Date): ActionError {
  if (error instanceof HttpStatusError) return ofStatus(error, now);
  if (error instanceof HttpRequestError) {
    return new ActionError('error calling webhook, request failed', {
      serviceMessage: error.code === undefined ? error.message : `[${error.code}] ${error.message}`,
      cause: error,
    });
  }
  return new ActionError('error calling webhook, unexpected error', { cause: error });
}

function ofStatus(error: HttpStatusError, now: Date): ActionError {
  const { response } = error;
  const serviceMessage = `[${response.status}] ${response.statusText}${remoteMessage(response)}`;
  if (response.status >= 500) {
    return new ActionError('error calling webhook, retry later', {
      serviceMessage,
      retry: true,
      cause: error,
    });
  }
  if (response.status === 429) {
    const date = retryAfter(response.headers['retry-after'], now);
    const when = date === undefined ? 'later' : `at ${date.toISOString()}`;
    return new ActionError(`error calling webhook, retry ${when}`, {
      serviceMessage,
      retry: date ?? true,
      cause: error,
    });
  }
  return new ActionError('error calling webhook, invalid response', { serviceMessage, cause: error });
}

/** The `message` of a JSON answer. */
function remoteMessage(response: HttpResponse): string {
  try {
    const body = response.json();
    if (typeof body !== 'object' || body === null || !('message' in body) || !body.message) return '';
    return `: ${typeof body.message === 'string' ? body.message : JSON.stringify(body.message)}`;
  } catch {
    return '';
  }
}

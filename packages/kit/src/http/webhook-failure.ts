import { ActionError } from '../errors.ts';
import { HttpRequestError, HttpStatusError } from './errors.ts';
import type { HttpResponse } from './http.ts';
import { retryAfter } from './retry-after.ts';

/** The texts of one type of the webhook family. */
export interface WebhookFailureTexts {
  /** What each message begins with, such as `error calling webhook`. */
  doing: string;
  /** What a status below 500 is called, where that is not `invalid response`. */
  ofStatus?: Readonly<Record<number, string>>;
  /** What the remote says of it. Left out: the `message` of its JSON answer. */
  detail?(response: HttpResponse): string | undefined;
}

/** What a failed call means for the run of a type of the webhook family, and whether to try again. */
export function webhookFailure(error: unknown, now: Date, texts: WebhookFailureTexts): ActionError {
  if (error instanceof HttpStatusError) return ofStatus(error, now, texts);
  if (error instanceof HttpRequestError) {
    return new ActionError(`${texts.doing}, request failed`, {
      serviceMessage: error.code === undefined ? error.message : `[${error.code}] ${error.message}`,
      cause: error,
    });
  }
  return new ActionError(`${texts.doing}, unexpected error`, { cause: error });
}

function ofStatus(
  cause: HttpStatusError,
  now: Date,
  { doing, ofStatus = {}, detail = remoteMessage }: WebhookFailureTexts,
) {
  const { status, statusText, headers } = cause.response;
  const said = detail(cause.response);
  const serviceMessage = `[${status}] ${statusText}${said ? `: ${said}` : ''}`;
  if (status >= 500) {
    return new ActionError(`${doing}, retry later`, { serviceMessage, retry: true, cause });
  }
  if (status === 429) {
    const date = retryAfter(headers['retry-after'], now);
    const when = date === undefined ? 'later' : `at ${date.toISOString()}`;
    return new ActionError(`${doing}, retry ${when}`, { serviceMessage, retry: date ?? true, cause });
  }
  return new ActionError(`${doing}, ${ofStatus[status] ?? 'invalid response'}`, { serviceMessage, cause });
}

function remoteMessage(response: HttpResponse): string | undefined {
  const body = response.data();
  if (typeof body !== 'object' || body === null || !('message' in body) || !body.message) return undefined;
  return typeof body.message === 'string' ? body.message : JSON.stringify(body.message);
}

import { type ErrorSource, RunError } from '../errors.ts';
import type { HttpResponse } from './http.ts';

/** Statuses that say the connector or its params are at fault, as the reference marks them. */
const USER_ERROR_STATUSES: ReadonlySet<number> = new Set([
  401, 402, 403, 407, 409, 412, 413, 417, 422, 423, 429, 451,
]);

export function sourceOfStatus(status: number): ErrorSource {
  return USER_ERROR_STATUSES.has(status) ? 'user' : 'framework';
}

/** The remote answered with a status that the call does not accept. */
export class HttpStatusError extends RunError {
  override readonly name = 'HttpStatusError';
  readonly response: HttpResponse;

  constructor(response: HttpResponse, message = `Request failed with status code ${response.status}`) {
    super(message, { source: sourceOfStatus(response.status) });
    this.response = response;
  }
}

/**
 * No usable answer came: DNS, refused, reset, TLS, time-out, too many redirects, a forbidden host, too large.
 * `code` is Node's or the reference's client's (`ECONNREFUSED`, `ECONNABORTED`, ...), absent where there is none.
 */
export class HttpRequestError extends RunError {
  override readonly name = 'HttpRequestError';
  readonly code: string | undefined;

  constructor(
    message: string,
    options: { code?: string | undefined; source?: ErrorSource; cause?: unknown } = {},
  ) {
    super(message, options);
    this.code = options.code;
  }
}

/** The answer came whole but is not what the call expects. */
export class ResponseError extends RunError {
  override readonly name = 'ResponseError';
}

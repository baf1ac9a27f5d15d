import type { ActionContext } from '../action-context.ts';
import { type ErrorSource, RunError } from '../errors.ts';
import {
  type HttpMethod,
  type HttpOptions,
  HttpRequestError,
  type HttpResponse,
  HttpStatusError,
  jsonText,
  mergeHeaders,
} from '../http/index.ts';
import { serviceUrl } from './service-url.ts';

/** One call of a sub-action. */
export interface ServiceCall extends Omit<HttpOptions, 'json' | 'text' | 'stream' | 'acceptStatus'> {
  url: string;
  /** Whether who knows the URL may do what it does: log lines then name its origin only. */
  isUrlSecret?: boolean;
  /** Default GET. */
  method?: HttpMethod;
  /** Sent as JSON. What is empty, a number or a boolean is sent as `{}`, also with a GET. */
  data?: unknown;
}

/** A call that failed; `response` is there when the service answered. */
export class ServiceError extends RunError {
  override readonly name = 'ServiceError';
  readonly response: HttpResponse | undefined;

  constructor(cause: HttpStatusError | HttpRequestError, { failureText, sourceOf }: FailureReading) {
    const response = cause instanceof HttpStatusError ? cause.response : undefined;
    const code = cause instanceof HttpRequestError ? cause.code : undefined;
    super(
      `Status code: ${response?.status}. Message: ${failureText({ response, message: cause.message, code })}`,
      {
        source: response === undefined || sourceOf === undefined ? cause.source : sourceOf(response.status),
        cause,
      },
    );
    this.response = response;
  }
}

/** How a type reads a failed call. */
export interface FailureReading {
  /**
   * The text in `Status code: <n>. Message: <text>`. Where the service did not answer `response` is absent, and `code` is
   * there if the failure has one (`ECONNREFUSED`).
   */
  failureText(failure: {
    response: HttpResponse | undefined;
    message: string;
    code: string | undefined;
  }): string;
  /** Left out: as the HTTP client marks it (`sourceOfStatus`). */
  sourceOf?(status: number): ErrorSource;
}

/** For types whose failures are the framework's, too many requests apart. */
export const onlyThrottlingIsTheUsers = (status: number): ErrorSource =>
  status === 429 ? 'user' : 'framework';

/** For types that say no more than the status text of an answer, or why there was none. */
export const statusTextOnly: FailureReading['failureText'] = ({ response, message }) =>
  response?.statusText ? `API Error: ${response.statusText}` : `Error: ${message}`;

/** What a call of a service takes of a run's context. */
export type ServiceContext = Pick<ActionContext, 'http' | 'allowedHosts' | 'connector' | 'log'>;

/**
 * Section 3 of the framework's contract up to the answer: checks the URL, says what it does at debug level, and words a
 * failure. `send` is the HTTP client's method.
 */
export async function callService<Answer>(
  { allowedHosts, connector, log }: ServiceContext,
  reading: FailureReading,
  { url: given, isUrlSecret, method = 'GET', data, headers, ...options }: ServiceCall,
  send: (method: HttpMethod, url: string, options: HttpOptions) => Promise<Answer>,
): Promise<Answer> {
  const isJson = options.form === undefined && options.bytes === undefined && options.multipart === undefined;
  const url = serviceUrl(given, allowedHosts);
  const shownUrl = isUrlSecret ? `${new URL(url).origin}/[redacted]` : url;
  const what = `Method: ${method.toLowerCase()}. URL: ${shownUrl}`;
  const described = `Connector Id: ${connector.id}. Connector type: ${connector.typeId}`;
  log.debug(`Request to external service. ${described} ${what}`);
  try {
    return await send(method, url, {
      ...options,
      ...(isJson && { text: jsonBody(data) }),
      headers: mergeHeaders(isJson ? { 'Content-Type': 'application/json' } : undefined, headers),
    });
  } catch (error) {
    log.debug(`Request to external service failed. ${described}. ${what}`);
    if (!(error instanceof HttpStatusError || error instanceof HttpRequestError)) throw error;
    throw new ServiceError(error, reading);
  }
}

function jsonBody(data: unknown): string {
  if (typeof data === 'string' && data !== '') return jsonText(data);
  const isFilled = typeof data === 'object' && data !== null && Object.keys(data).length > 0;
  return isFilled ? JSON.stringify(data) : '{}';
}

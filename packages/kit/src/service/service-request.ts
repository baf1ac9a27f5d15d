import type { z } from 'zod';
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
  ResponseError,
} from '../http/index.ts';
import { serviceUrl } from './service-url.ts';

/** One call of a sub-action. */
export interface ServiceRequest<Data> extends Omit<HttpOptions, 'json' | 'text' | 'stream' | 'acceptStatus'> {
  url: string;
  /** Whether who knows the URL may do what it does: log lines then name its origin only. */
  isUrlSecret?: boolean;
  /** Default GET. */
  method?: HttpMethod;
  /** Sent as JSON. What is empty, a number or a boolean is sent as `{}`, also with a GET. */
  data?: unknown;
  /** What the answer must be. Its value is checked and not used: the answer stays as the service gave it. */
  responseSchema: z.ZodType<unknown, Data>;
}

export interface ServiceAnswer<Data> {
  status: number;
  headers: Record<string, string>;
  /** The body: parsed where it is JSON, its text where it is not. */
  data: Data;
}

/** A call that failed; `response` is there when the service answered. */
export class ServiceError extends RunError {
  override readonly name = 'ServiceError';
  readonly response: HttpResponse | undefined;

  constructor(cause: HttpStatusError | HttpRequestError, { failureText, sourceOf }: FailureReading) {
    const response = cause instanceof HttpStatusError ? cause.response : undefined;
    super(`Status code: ${response?.status}. Message: ${failureText({ response, message: cause.message })}`, {
      source: response === undefined || sourceOf === undefined ? cause.source : sourceOf(response.status),
      cause,
    });
    this.response = response;
  }
}

/** How a type reads a failed call. */
export interface FailureReading {
  /** The text in `Status code: <n>. Message: <text>`. `response` is absent where the service did not answer. */
  failureText(failure: { response: HttpResponse | undefined; message: string }): string;
  /** Left out: as the HTTP client marks it (`sourceOfStatus`). */
  sourceOf?(status: number): ErrorSource;
}

/** For types whose failures are the framework's, too many requests apart. */
export const onlyThrottlingIsTheUsers = (status: number): ErrorSource =>
  status === 429 ? 'user' : 'framework';

/** For types that say no more than the status text of an answer, or why there was none. */
export const statusTextOnly: FailureReading['failureText'] = ({ response, message }) =>
  response?.statusText ? `API Error: ${response.statusText}` : `Error: ${message}`;

export type RequestService = <Data>(request: ServiceRequest<Data>) => Promise<ServiceAnswer<Data>>;

/**
 * The way in which every sub-action calls its service: section 3 of the framework's contract. The call throws
 * `ServiceError` where it failed, `ResponseError` where the answer is not what was asked for, and a plain error for a
 * URL that may not be called.
 */
export function serviceRequester(
  { http, allowedHosts, connector, log }: Pick<ActionContext, 'http' | 'allowedHosts' | 'connector' | 'log'>,
  reading: FailureReading,
): RequestService {
  return async ({ url: given, isUrlSecret, method = 'GET', data, responseSchema, headers, ...options }) => {
    const isJson =
      options.form === undefined && options.bytes === undefined && options.multipart === undefined;
    const url = serviceUrl(given, allowedHosts);
    const shownUrl = isUrlSecret ? `${new URL(url).origin}/[redacted]` : url;
    const what = `Method: ${method.toLowerCase()}. URL: ${shownUrl}`;
    const described = `Connector Id: ${connector.id}. Connector type: ${connector.typeId}`;
    log.debug(`Request to external service. ${described} ${what}`);
    const response = await http
      .request(method, url, {
        ...options,
        ...(isJson && { text: jsonBody(data) }),
        headers: mergeHeaders(isJson ? { 'Content-Type': 'application/json' } : undefined, headers),
      })
      .catch((error) => {
        log.debug(`Request to external service failed. ${described}. ${what}`);
        if (!(error instanceof HttpStatusError || error instanceof HttpRequestError)) throw error;
        throw new ServiceError(error, reading);
      });
    const answer = response.data();
    const parsed = responseSchema.safeParse(answer);
    if (!parsed.success) throw new ResponseError(`Response validation failed (${parsed.error.message})`);
    return { status: response.status, headers: response.headers, data: answer as never };
  };
}

function jsonBody(data: unknown): string {
  if (typeof data === 'string' && data !== '') return jsonText(data);
  const isFilled = typeof data === 'object' && data !== null && Object.keys(data).length > 0;
  return isFilled ? JSON.stringify(data) : '{}';
}

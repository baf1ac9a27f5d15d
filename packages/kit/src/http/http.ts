import type { z } from 'zod';
import type { ProxyOptions } from './proxy.ts';
import type { TlsOptions } from './tls.ts';

/**
 * The HTTP interface an action sees. Every call leaves through the one door of the engine (egress), which
 * checks the host, again at each redirect, and applies time-outs, size limits, proxies and TLS settings.
 */
export interface HttpClient {
  get(url: string, options?: HttpOptions): Promise<HttpResponse>;
  post(url: string, options?: HttpOptions): Promise<HttpResponse>;
  put(url: string, options?: HttpOptions): Promise<HttpResponse>;
  patch(url: string, options?: HttpOptions): Promise<HttpResponse>;
  delete(url: string, options?: HttpOptions): Promise<HttpResponse>;
  request(method: HttpMethod, url: string, options?: HttpOptions): Promise<HttpResponse>;
  /**
   * The answer's body as it arrives, not held in memory. The size limit and the time-out still apply, unless the body is
   * passed on: then it may be of any size, and the time-out is for the answer's head and for each wait after it.
   */
  stream(
    method: HttpMethod,
    url: string,
    options?: HttpOptions & { isPassedOn?: boolean },
  ): Promise<HttpStream>;
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

export type QueryValue = string | number | boolean | null | undefined;

export interface HttpOptions {
  headers?: Record<string, string>;
  /** Appended to the URL's own query; null and undefined values are left out. */
  query?: Record<string, QueryValue>;
  /** Basic auth. A header named `Authorization` in `headers` wins over it. */
  auth?: { user: string; password: string };
  /** The request's body, one of these. Each brings its content type unless `headers` names one. */
  json?: unknown;
  form?: Record<string, string | undefined>;
  multipart?: FormData;
  text?: string;
  bytes?: Uint8Array;
  stream?: AsyncIterable<Uint8Array>;
  /** Milliseconds for the whole exchange. The larger of this and the configured one holds. */
  timeoutMs?: number;
  /** The largest body that is sent, in bytes; a larger one is refused. Default: any. */
  maxRequestBytes?: number | undefined;
  /** The largest answer that is taken, in bytes. The smaller of this and the configured one holds. */
  maxResponseBytes?: number | undefined;
  /** Whether `maxResponseBytes` holds though the configured one is smaller. */
  raisesLimit?: boolean | undefined;
  /** Redirects followed; 0 makes every 3xx an answer of its own. Default 21. */
  maxRedirects?: number;
  /** Names of headers that must not follow a redirect to another origin. `Authorization` and `Cookie` never do. */
  sensitiveHeaders?: readonly string[];
  /** Names of query parameters, in the URL or in `query`, that are shown to nobody. */
  sensitiveQuery?: readonly string[];
  /** Whether the connection may serve another call afterwards. Default: true. */
  keepAlive?: boolean | undefined;
  /** Takes the place of every other proxy and of its lists. Its host must be an allowed one. */
  proxy?: ProxyOptions | undefined;
  /** What this call says about TLS; wins, part by part, over every setting. */
  tls?: TlsOptions | undefined;
  /** Which status codes are no error. Default: 2xx. */
  acceptStatus?: (status: number) => boolean;
  /** Ends this call before the run does. */
  signal?: AbortSignal | undefined;
  /** Whether the body counts into the event log's figure. Default true; false for a type that counts what it was given. */
  isCounted?: boolean;
}

interface HttpAnswer {
  status: number;
  /** The reason phrase as the server sent it. */
  statusText: string;
  /** Lower-case names. */
  headers: Record<string, string>;
}

export interface HttpResponse extends HttpAnswer {
  text(): string;
  bytes(): Uint8Array;
  /** The parsed body; with a schema its validated value. Throws `ResponseError` when it does not parse. */
  json(): unknown;
  json<T>(schema: z.ZodType<T>): T;
  /** The parsed body where it is JSON, its text where it is not: what the reference's HTTP client answers. */
  data(): unknown;
}

export interface HttpStream extends HttpAnswer {
  body: AsyncIterable<Uint8Array>;
}

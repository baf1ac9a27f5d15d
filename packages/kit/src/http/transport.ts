import type { ProxyOptions } from './proxy.ts';
import type { TlsOptions } from './tls.ts';

/** One exchange on the wire, redirects included. What an HTTP client stands on: egress, or the test harness. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

export interface TransportRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  timeoutMs: number | undefined;
  maxRedirects: number;
  sensitiveHeaders: readonly string[];
  sensitiveQuery?: readonly string[];
  /** In bytes; the smaller of this and the transport's own holds. */
  maxResponseBytes?: number | undefined;
  /** Whether `maxResponseBytes` holds alone. */
  raisesLimit?: boolean | undefined;
  /** Left out: true. */
  keepAlive?: boolean | undefined;
  proxy?: ProxyOptions | undefined;
  tls?: TlsOptions | undefined;
  signal: AbortSignal;
  /** Whether the answer's body is to be given as it arrives. Otherwise it is whole before the transport resolves. */
  isStreamed?: boolean;
  /** Of a streamed answer: no size limit for a 2xx, and the time-out is for each wait. */
  isPassedOn?: boolean | undefined;
}

/**
 * `body` is decoded bytes. Past the size limit or the time-out the transport rejects, or a streamed body throws, with
 * `HttpRequestError`.
 */
export interface TransportResponse {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  body: readonly Uint8Array[] | AsyncIterable<Uint8Array>;
}

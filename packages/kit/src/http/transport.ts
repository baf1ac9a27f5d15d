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
  signal: AbortSignal;
}

/** `body` yields decoded bytes; reading it throws `HttpRequestError` past the size limit or the time-out. */
export interface TransportResponse {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

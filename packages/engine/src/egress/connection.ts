import type { TlsOptions } from '@patchbay/kit';

/** What a connector says of its own connections. Wins, part by part, over the host's and the global settings. */
export interface ConnectionSettings {
  /** Takes the place of the global proxy, and of its bypass and only lists. */
  proxy?: {
    url: string;
    headers?: Record<string, string> | undefined;
    user?: string | undefined;
    password?: string | undefined;
  };
  tls?: TlsOptions;
  connectTimeoutMs?: number | undefined;
  /** Holds as it is, also where it is shorter than what the connector type asks for. */
  responseTimeoutMs?: number | undefined;
  /** Whether requests carry the trace that they belong to, if there is one: `traceparent` and `tracestate`. */
  propagateTraceContext?: boolean | undefined;
  /** At most what the type follows anyway. */
  redirects?: { max?: number | undefined; crossOrigin?: boolean | undefined };
}

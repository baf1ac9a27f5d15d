import {
  type AllowedHosts,
  HttpRequestError,
  messageOf,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '@patchbay/kit';
import type { Dispatcher } from 'undici';
import type { Span } from '../tracing/index.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { encodingOf } from './encoding.ts';
import { tooLarge, toRequestError } from './errors.ts';
import { exchange, type WireAnswer } from './exchange.ts';
import { flat, type Hop } from './hop.ts';
import { ProxyAnswer } from './proxy.ts';
import { nextHop, type RedirectPolicy, tooManyRedirects } from './redirect.ts';
import type { CallWay, Route, RouteTo } from './routes.ts';
import { openStream, readStream } from './stream.ts';
import { type Watchers, watched } from './watched.ts';

export interface TransportOptions extends Watchers {
  allowedHosts: AllowedHosts;
  routeTo: RouteTo;
  /** The largest answer, decoded or not. */
  maxBytes: number;
  redirects?: { max?: number | undefined; crossOrigin?: boolean | undefined } | undefined;
  /** Whether requests carry the trace that they belong to. */
  propagatesTrace?: boolean | undefined;
}

export function createTransport({
  allowedHosts,
  routeTo,
  maxBytes,
  redirects = {},
  propagatesTrace = false,
  ...watchers
}: TransportOptions): Transport {
  async function transport(request: TransportRequest): Promise<TransportResponse> {
    const { first, route } = begin(request);
    const deadline = startDeadline(timeoutOf(request, route), request.signal);
    const policy: RedirectPolicy = {
      max: Math.min(request.maxRedirects, redirects.max ?? Number.POSITIVE_INFINITY),
      crossOrigin: redirects.crossOrigin ?? true,
      sensitiveHeaders: request.sensitiveHeaders,
      allowedHosts,
    };
    try {
      return request.isStreamed === true
        ? await streamed(request, first, route, policy, deadline)
        : await whole(request, first, route, policy, deadline);
    } catch (error) {
      deadline.clear();
      const reason = deadline.reason();
      if (reason === undefined && error instanceof ProxyAnswer) return proxyAnswer(error);
      throw reason ?? toRequestError(error);
    }
  }

  /** Throws when the request may not leave. */
  function begin(request: TransportRequest): { first: Hop; route: Route } {
    try {
      const first = firstHop(request, allowedHosts);
      return { first, route: routed(() => routeTo(first.url, request)) };
    } catch (error) {
      watchers.observer?.refused();
      throw error;
    }
  }

  const limitOf = ({ maxResponseBytes = maxBytes, raisesLimit = false }: TransportRequest) =>
    raisesLimit ? maxResponseBytes : Math.min(maxResponseBytes, maxBytes);

  /** With the trace that it belongs to, where the connector asks for it and the type has not said another. */
  function carrying(hop: Hop, span: Span): Hop {
    const context = propagatesTrace ? span.context() : undefined;
    const hasOwn = Object.keys(hop.headers).some((name) => name.toLowerCase() === 'traceparent');
    return context === undefined || hasOwn ? hop : { ...hop, headers: { ...hop.headers, ...context } };
  }

  async function whole(
    request: TransportRequest,
    first: Hop,
    firstRoute: Route,
    policy: RedirectPolicy,
    deadline: Deadline,
  ): Promise<TransportResponse> {
    const limit = limitOf(request);
    for (let hop = first, route = firstRoute, hops = 0; ; hops++) {
      const answer = await watched(
        watchers,
        sending(hop, ({ status }: WireAnswer) => status),
        (span) => exchange(route.pool, carrying(hop, span), limit, deadline),
      );
      const next = nextHop(policy, hop, { status: answer.status, location: answer.headers.location });
      if (next === undefined) {
        const body = await decoded(answer, limit);
        deadline.clear();
        return { ...answer, body: [body] };
      }
      if (hops >= policy.max) throw tooManyRedirects();
      hop = next;
      route = routeTo(hop.url, wayOf(request, first, hop));
    }
  }

  async function streamed(
    request: TransportRequest,
    first: Hop,
    firstRoute: Route,
    policy: RedirectPolicy,
    deadline: Deadline,
  ): Promise<TransportResponse> {
    for (let hop = first, route = firstRoute, hops = 0; ; hops++) {
      const answer = await watched(
        watchers,
        sending(hop, ({ statusCode }: Dispatcher.ResponseData) => statusCode),
        (span) => openStream(route.pool, carrying(hop, span), deadline),
      );
      try {
        const { statusCode: status, statusText } = answer;
        const headers = flat(answer.headers);
        const next = nextHop(policy, hop, { status, location: headers.location });
        if (next === undefined) {
          const isPerWait = request.isPassedOn === true && status >= 200 && status < 300;
          const body = readStream(answer, headers['content-encoding'], {
            maxBytes: isPerWait ? (request.maxResponseBytes ?? Number.POSITIVE_INFINITY) : limitOf(request),
            deadline,
            isPerWait,
          });
          return { status, statusText, headers, body };
        }
        await answer.body.dump();
        if (hops >= policy.max) throw tooManyRedirects();
        hop = next;
        route = routeTo(hop.url, wayOf(request, first, hop));
      } catch (error) {
        answer.body.destroy();
        throw error;
      }
    }
  }

  return transport;
}

/** Of a URL the host alone: credentials are in paths and queries too. */
function sending<T>({ method, url }: Hop, statusOf: (answer: T) => number) {
  return {
    name: method,
    host: url.hostname,
    attributes: {
      'http.request.method': method,
      'server.address': url.hostname,
      'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      'url.scheme': url.protocol.slice(0, -1),
    },
    statusOf,
  };
}

/** What a call says of TLS is about where it goes: another origin is shown no client certificate of its own. */
function wayOf({ tls, proxy }: TransportRequest, first: Hop, hop: Hop): CallWay {
  if (tls === undefined || first.url.origin === hop.url.origin) return { tls, proxy };
  return { tls: { verificationMode: tls.verificationMode, ca: tls.ca }, proxy };
}

function timeoutOf({ timeoutMs = 0 }: TransportRequest, route: Route): number {
  return route.isTimeoutFixed ? route.responseTimeoutMs : Math.max(timeoutMs, route.responseTimeoutMs);
}

function routed(route: () => Route): Route {
  try {
    return route();
  } catch (error) {
    throw toRequestError(error);
  }
}

/** A proxy's refusal is an answer to the request, as with a proxy that passes requests on. */
function proxyAnswer({ status, statusText }: ProxyAnswer): TransportResponse {
  return { status, statusText, headers: {}, body: [] };
}

/** Throws when a URL is no http(s) address or its host is not allowed. */
function firstHop(
  { method, url, headers, body, keepAlive = true }: TransportRequest,
  allowedHosts: AllowedHosts,
): Hop {
  try {
    allowedHosts.ensureUrlAllowed(url);
  } catch (cause) {
    throw new HttpRequestError(messageOf(cause), { cause });
  }
  const parsed = URL.parse(url);
  if (parsed === null) throw new HttpRequestError('Invalid URL', { code: 'ERR_INVALID_URL' });
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new HttpRequestError(`Unsupported protocol ${parsed.protocol}`, { code: 'ERR_BAD_REQUEST' });
  }
  return { method, url: parsed, headers, body, isLast: !keepAlive };
}

async function decoded({ headers, body }: WireAnswer, maxBytes: number): Promise<Uint8Array> {
  const encoding = encodingOf(headers['content-encoding']);
  if (encoding === undefined || body.byteLength === 0) return body;
  try {
    return await encoding.whole(body, { maxOutputLength: maxBytes });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(maxBytes) : error;
  }
}

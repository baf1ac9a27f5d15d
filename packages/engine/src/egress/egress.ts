import type { IncomingHttpHeaders } from 'node:http';
import {
  type AllowedHosts,
  basicAuth,
  createAllowedHosts,
  HttpRequestError,
  mergeHeaders,
  messageOf,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '@patchbay/kit';
import { Agent, type Dispatcher } from 'undici';
import type { Settings } from '../config/index.ts';
import { ACCEPT_ENCODING, readBody } from './body.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { toRequestError } from './errors.ts';
import { nextHop, tooManyRedirects } from './redirect.ts';

/** The one door out: every outbound connection of the system is opened here. */
export interface Egress {
  allowedHosts: AllowedHosts;
  transport: Transport;
  close(): Promise<void>;
}

type EgressSettings = Pick<
  Settings,
  'xpack.actions.allowedHosts' | 'xpack.actions.responseTimeout' | 'xpack.actions.maxResponseContentLength'
>;

/** Idle connections are kept this long, or as long as the server says, less a second. */
const KEEP_ALIVE_MS = 4000;

/** Headers that the client under us writes itself. */
const OWN_HEADERS = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
]);

export function createEgress(settings: EgressSettings): Egress {
  const allowedHosts = createAllowedHosts(settings['xpack.actions.allowedHosts']);
  const responseTimeout = settings['xpack.actions.responseTimeout'];
  const maxBytes = settings['xpack.actions.maxResponseContentLength'];
  // The deadline of each exchange is the only clock: the pool's own are off.
  const pool = new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0 },
    allowH2: false,
  });

  async function transport(request: TransportRequest): Promise<TransportResponse> {
    check(request.url, allowedHosts);
    const deadline = startDeadline(Math.max(request.timeoutMs ?? 0, responseTimeout), request.signal);
    try {
      const response = await follow(pool, request, deadline, allowedHosts);
      const headers = flat(response.headers);
      return {
        status: response.statusCode,
        statusText: response.statusText,
        headers,
        body: readBody(response.body, headers['content-encoding'], maxBytes, deadline),
      };
    } catch (error) {
      deadline.clear();
      throw deadline.reason() ?? toRequestError(error);
    }
  }

  return { allowedHosts, transport, close: () => pool.close() };
}

async function follow(
  pool: Dispatcher,
  request: TransportRequest,
  deadline: Deadline,
  allowedHosts: AllowedHosts,
): Promise<Dispatcher.ResponseData> {
  let hop: Pick<TransportRequest, 'method' | 'url' | 'headers' | 'body'> = request;
  for (let hops = 0; ; hops++) {
    const response = await send(pool, hop, deadline.signal);
    const { location } = flat(response.headers);
    const next = nextHop(request, hop, { status: response.statusCode, location }, allowedHosts);
    if (next === undefined) return response;
    await response.body.dump();
    if (hops >= request.maxRedirects) throw tooManyRedirects();
    hop = next;
  }
}

function send(
  pool: Dispatcher,
  hop: Pick<TransportRequest, 'method' | 'url' | 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const url = new URL(hop.url);
  return pool.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: hop.method as Dispatcher.HttpMethod,
    headers: mergeHeaders(userInfo(url), { 'Accept-Encoding': ACCEPT_ENCODING }, withoutOwn(hop.headers)),
    body: hop.body as Dispatcher.DispatchOptions['body'],
    signal,
  });
}

/** Throws when a URL is no http(s) address or its host is not allowed. */
function check(url: string, allowedHosts: AllowedHosts): void {
  try {
    allowedHosts.ensureUrlAllowed(url);
  } catch (cause) {
    throw new HttpRequestError(messageOf(cause), { cause });
  }
  const protocol = URL.parse(url)?.protocol;
  if (protocol === undefined) throw new HttpRequestError('Invalid URL', { code: 'ERR_INVALID_URL' });
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new HttpRequestError(`Unsupported protocol ${protocol}`, { code: 'ERR_BAD_REQUEST' });
  }
}

/** `user:password@` in a URL is basic auth, unless a header says otherwise. */
function userInfo({ username, password }: URL): Record<string, string> | undefined {
  if (username === '' && password === '') return undefined;
  return {
    Authorization: basicAuth({ user: decodeURIComponent(username), password: decodeURIComponent(password) }),
  };
}

function withoutOwn(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase())));
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

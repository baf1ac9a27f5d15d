import {
  type AllowedHosts,
  createAllowedHosts,
  HttpRequestError,
  messageOf,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '@patchbay/kit';
import { Agent } from 'undici';
import type { Settings } from '../config/index.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { encodingOf } from './encoding.ts';
import { tooLarge, toRequestError } from './errors.ts';
import { exchange, type WireAnswer } from './exchange.ts';
import { flat, type Hop } from './hop.ts';
import { nextHop, tooManyRedirects } from './redirect.ts';
import { openStream, readStream } from './stream.ts';

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

/**
 * Idle connections are kept this long, or as long as the server says, less two seconds. Short: a request that meets
 * a connection which the server is just closing is lost, and the time between two bursts is no reason to risk it.
 */
const KEEP_ALIVE_MS = 1000;

export function createEgress(settings: EgressSettings): Egress {
  const allowedHosts = createAllowedHosts(settings['xpack.actions.allowedHosts']);
  const responseTimeout = settings['xpack.actions.responseTimeout'];
  const maxBytes = settings['xpack.actions.maxResponseContentLength'];
  // The deadline of each exchange is the only clock; a connection that nobody waits for any more ends by this one.
  const pool = new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: responseTimeout },
    allowH2: false,
  });

  async function transport(request: TransportRequest): Promise<TransportResponse> {
    const first = firstHop(request, allowedHosts);
    const deadline = startDeadline(Math.max(request.timeoutMs ?? 0, responseTimeout), request.signal);
    try {
      return request.isStreamed === true
        ? await streamed(request, first, deadline)
        : await whole(request, first, deadline);
    } catch (error) {
      deadline.clear();
      throw deadline.reason() ?? toRequestError(error);
    }
  }

  async function whole(
    request: TransportRequest,
    first: Hop,
    deadline: Deadline,
  ): Promise<TransportResponse> {
    for (let hop = first, hops = 0; ; hops++) {
      const answer = await exchange(pool, hop, maxBytes, deadline);
      const next = nextHop(
        request,
        hop,
        { status: answer.status, location: answer.headers.location },
        allowedHosts,
      );
      if (next === undefined) {
        const body = await decoded(answer, maxBytes);
        deadline.clear();
        return { ...answer, body: [body] };
      }
      if (hops >= request.maxRedirects) throw tooManyRedirects();
      hop = next;
    }
  }

  async function streamed(
    request: TransportRequest,
    first: Hop,
    deadline: Deadline,
  ): Promise<TransportResponse> {
    for (let hop = first, hops = 0; ; hops++) {
      const answer = await openStream(pool, hop, deadline);
      try {
        const { statusCode: status, statusText } = answer;
        const headers = flat(answer.headers);
        const next = nextHop(request, hop, { status, location: headers.location }, allowedHosts);
        if (next === undefined) {
          const body = readStream(answer, headers['content-encoding'], maxBytes, deadline);
          return { status, statusText, headers, body };
        }
        await answer.body.dump();
        if (hops >= request.maxRedirects) throw tooManyRedirects();
        hop = next;
      } catch (error) {
        answer.body.destroy();
        throw error;
      }
    }
  }

  return { allowedHosts, transport, close: () => pool.close() };
}

/** Throws when a URL is no http(s) address or its host is not allowed. */
function firstHop({ method, url, headers, body }: TransportRequest, allowedHosts: AllowedHosts): Hop {
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
  return { method, url: parsed, headers, body };
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

import {
  type BulkAnswer,
  basicAuth,
  type Elasticsearch,
  type ElasticsearchAnswer,
  ElasticsearchError,
  type ElasticsearchRequest,
  HttpRequestError,
  mergeHeaders,
  messageOf,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '@patchbay/kit';
import type { Egress } from '../egress/index.ts';
import { type Redact, redactor } from '../redaction/index.ts';
import { connectionError, statusError } from './errors.ts';
import { createHosts } from './hosts.ts';
import type { ElasticsearchOptions } from './options.ts';

export interface ElasticsearchClient extends Elasticsearch {
  /** The same requests over another transport, for whoever wants to see them. */
  over(transport: Transport): Elasticsearch;
}

/** The client for the configured hosts. Everything it sends leaves through egress. */
export function createElasticsearch(
  options: ElasticsearchOptions | undefined,
  { egress, now }: { egress: Pick<Egress, 'operatorTransport'>; now(): Date },
): ElasticsearchClient {
  if (options === undefined) {
    const client = clientOf({ request: notConfigured, stream: notConfigured });
    return { ...client, over: () => client };
  }
  const { requestTimeoutMs: responseTimeoutMs, tls } = options;
  const transport = (timeoutMs: number) =>
    egress.operatorTransport({
      tls,
      responseTimeoutMs: timeoutMs,
      connectTimeoutMs: Math.min(responseTimeoutMs, CONNECT_TIMEOUT_MS),
    });
  const over = (way: Transport, streamWay = way) => clientOf(requestsOver(way, streamWay, options, now));
  return {
    ...over(transport(responseTimeoutMs), transport(Math.max(responseTimeoutMs, STREAM_TIMEOUT_MS))),
    over: (way) => over(way),
  };
}

function clientOf({ request, stream }: Pick<Elasticsearch, 'request' | 'stream'>): Elasticsearch {
  return {
    request,
    stream,
    async bulk({ index, refresh, documents, signal }) {
      const { body } = await request({
        method: 'POST',
        path: `/${encodeURIComponent(index)}/_bulk`,
        query: { refresh },
        body: documents.map((document) => `${CREATE}\n${JSON.stringify(document)}\n`).join(''),
        signal,
      });
      return body as BulkAnswer;
    },
  };
}

/** Creating is the one operation that data streams take. */
const CREATE = JSON.stringify({ index: { op_type: 'create' } });

async function notConfigured(): Promise<never> {
  throw new ElasticsearchError(
    'Elasticsearch is not configured: set elasticsearch.hosts to the URL of a node',
  );
}

function requestsOver(
  transport: Transport,
  streamTransport: Transport,
  options: ElasticsearchOptions,
  now: () => Date,
): Pick<Elasticsearch, 'request' | 'stream'> {
  const hosts = createHosts(options.hosts, now);
  const headers = { ...options.customHeaders, ...authorization(options) };
  const { apiKey, serviceAccountToken, password, customHeaders } = options;
  const redact = redactor(apiKey, serviceAccountToken, password, headers.Authorization, customHeaders);

  async function request(call: ElasticsearchRequest): Promise<ElasticsearchAnswer> {
    const answer = await fromAnyHost((host) => send(transport, host, call, headers));
    const { status } = answer;
    const { text, body } = await shown(answer);
    if (isSuccess(status) || call.ignore?.includes(status)) return { status, body };
    throw statusError(status, body, text);
  }

  async function stream(call: Omit<ElasticsearchRequest, 'ignore'>): Promise<AsyncIterable<Uint8Array>> {
    const isStreamed = { isStreamed: true, isPassedOn: true };
    const answer = await fromAnyHost((host) => send(streamTransport, host, call, headers, isStreamed));
    const { status } = answer;
    if (isSuccess(status)) return iterate(answer.body);
    const { text, body } = await shown(answer).catch((cause) => {
      throw new ElasticsearchError(redact(messageOf(cause)), { status, cause });
    });
    throw statusError(status, body, text);
  }

  /** What an answer says, without our credentials. Most have none in them, and need not be gone through. */
  async function shown(answer: TransportResponse): Promise<{ text: string; body: unknown }> {
    const text = await textOf(answer);
    const redacted = redact(text);
    const body = parsed(text);
    return { text: redacted, body: redacted === text ? body : withoutSecrets(body, redact) };
  }

  /** Asks the hosts in turn until one can be reached. */
  async function fromAnyHost(ask: (host: string) => Promise<TransportResponse>): Promise<TransportResponse> {
    let failed: unknown;
    for (const host of hosts.inTurn()) {
      try {
        return await ask(host);
      } catch (error) {
        if (!(error instanceof HttpRequestError)) throw error;
        failed = error;
        if (!wasNeverSent(error)) break;
        hosts.failed(host);
      }
    }
    throw connectionError(failed as HttpRequestError, redact);
  }

  return { request, stream };
}

const isSuccess = (status: number) => status >= 200 && status < 300;

async function* iterate(body: TransportResponse['body']): AsyncIterable<Uint8Array> {
  yield* body;
}

/** A node that does not answer by then is passed over. */
const CONNECT_TIMEOUT_MS = 5000;
/** For what comes as a model says it. */
const STREAM_TIMEOUT_MS = 180_000;

function send(
  transport: Transport,
  host: string,
  { method, path, query, headers: own, body, signal }: ElasticsearchRequest,
  headers: Record<string, string>,
  how: Pick<TransportRequest, 'isStreamed' | 'isPassedOn'> = {},
): Promise<TransportResponse> {
  const isText = typeof body === 'string';
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) search.set(name, String(value));
  return transport({
    method,
    url: `${host}${path}${search.size === 0 ? '' : `?${search}`}`,
    headers: mergeHeaders(
      { Accept: 'application/json' },
      body === undefined
        ? undefined
        : { 'Content-Type': isText ? 'application/x-ndjson' : 'application/json' },
      own,
      headers,
    ),
    body: isText || body === undefined ? body : JSON.stringify(body),
    timeoutMs: undefined,
    // Elasticsearch sends nobody elsewhere, and credentials are not for whoever does.
    maxRedirects: 0,
    sensitiveHeaders: Object.keys(headers),
    signal: signal ?? NEVER,
    ...how,
  });
}

const NEVER = new AbortController().signal;

/**
 * Whether a request certainly did not reach a node. One that may have is not repeated: its documents, which have no
 * ids, would be there twice.
 */
function wasNeverSent({ code }: HttpRequestError): boolean {
  return code !== undefined && UNREACHED.has(code);
}

const UNREACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  // Only a connection that is being made ends with this one; a request that waits ends with ECONNABORTED.
  'ETIMEDOUT',
]);

function authorization({
  apiKey,
  serviceAccountToken,
  username,
  password = '',
}: ElasticsearchOptions): Record<string, string> {
  if (apiKey !== undefined) return { Authorization: `ApiKey ${apiKey}` };
  if (serviceAccountToken !== undefined) return { Authorization: `Bearer ${serviceAccountToken}` };
  return username === undefined ? {} : { Authorization: basicAuth({ user: username, password }) };
}

/** What it was shown and says again is taken out of every text of its answer. */
function withoutSecrets(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, redact));
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [redact(name), withoutSecrets(child, redact)]),
  );
}

async function textOf({ body }: TransportResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in front answers in pages of its own.
    return text;
  }
}

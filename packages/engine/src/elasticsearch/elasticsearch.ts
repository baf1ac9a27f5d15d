import {
  type BulkAnswer,
  basicAuth,
  type Elasticsearch,
  type ElasticsearchAnswer,
  ElasticsearchError,
  type ElasticsearchRequest,
  HttpRequestError,
  mergeHeaders,
  type Transport,
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
    const client = clientOf(notConfigured);
    return { ...client, over: () => client };
  }
  const { requestTimeoutMs: responseTimeoutMs, tls } = options;
  const transport = egress.operatorTransport({
    tls,
    responseTimeoutMs,
    connectTimeoutMs: Math.min(responseTimeoutMs, CONNECT_TIMEOUT_MS),
  });
  const over = (way: Transport) => clientOf(requestOver(way, options, now));
  return { ...over(transport), over };
}

function clientOf(request: Elasticsearch['request']): Elasticsearch {
  return {
    request,
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

function requestOver(
  transport: Transport,
  options: ElasticsearchOptions,
  now: () => Date,
): Elasticsearch['request'] {
  const hosts = createHosts(options.hosts, now);
  const headers = { ...options.customHeaders, ...authorization(options) };
  const { apiKey, serviceAccountToken, password, customHeaders } = options;
  const redact = redactor(apiKey, serviceAccountToken, password, headers.Authorization, customHeaders);

  async function request(call: ElasticsearchRequest): Promise<ElasticsearchAnswer> {
    const answer = await fromAnyHost(call);
    const text = await textOf(answer);
    // Most have nothing in them, and need not be gone through.
    const body = redact(text) === text ? parsed(text) : withoutSecrets(parsed(text), redact);
    const { status } = answer;
    if ((status >= 200 && status < 300) || call.ignore?.includes(status)) return { status, body };
    throw statusError(status, body);
  }

  /** Asks the hosts in turn until one can be reached. */
  async function fromAnyHost(call: ElasticsearchRequest): Promise<TransportResponse> {
    let failed: unknown;
    for (const host of hosts.inTurn()) {
      try {
        return await send(transport, host, call, headers);
      } catch (error) {
        if (!(error instanceof HttpRequestError)) throw error;
        failed = error;
        if (!wasNeverSent(error)) break;
        hosts.failed(host);
      }
    }
    throw connectionError(failed as HttpRequestError, redact);
  }

  return request;
}

/** A node that does not answer by then is passed over. */
const CONNECT_TIMEOUT_MS = 5000;

function send(
  transport: Transport,
  host: string,
  { method, path, query, body, signal }: ElasticsearchRequest,
  headers: Record<string, string>,
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
      headers,
    ),
    body: isText || body === undefined ? body : JSON.stringify(body),
    timeoutMs: undefined,
    // Elasticsearch sends nobody elsewhere, and credentials are not for whoever does.
    maxRedirects: 0,
    sensitiveHeaders: Object.keys(headers),
    signal: signal ?? NEVER,
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

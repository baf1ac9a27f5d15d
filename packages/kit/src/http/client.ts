import { z } from 'zod';
import { HttpRequestError, HttpStatusError, ResponseError } from './errors.ts';
import { mergeHeaders } from './headers.ts';
import type { HttpClient, HttpMethod, HttpOptions, HttpResponse, HttpStream } from './http.ts';
import { encodeBody } from './request-body.ts';
import type { Transport, TransportResponse } from './transport.ts';

/** As the reference's HTTP client does by default. */
const DEFAULT_MAX_REDIRECTS = 21;
const DEFAULT_ACCEPT = 'application/json, text/plain, */*';

export interface HttpClientOptions {
  transport: Transport;
  signal: AbortSignal;
  userAgent: string;
  /** Told the body bytes of each request, also of one that fails. */
  onRequestBodyBytes?: (bytes: number) => void;
}

/** The `HttpClient` of one run. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { transport, signal, userAgent, onRequestBodyBytes = () => {} } = options;

  async function exchange(
    method: HttpMethod,
    url: string,
    call: HttpOptions & { isPassedOn?: boolean },
    isStreamed: boolean,
  ): Promise<TransportResponse> {
    const encoded = encodeBody(call);
    const { maxRequestBytes = Number.POSITIVE_INFINITY } = call;
    const count = call.isCounted === false ? () => {} : onRequestBodyBytes;
    if (encoded.bytes !== undefined) {
      ensureAtMost(maxRequestBytes, encoded.bytes);
      count(encoded.bytes);
    }
    return transport({
      method,
      url: withQuery(url, call.query),
      headers: headersOf(call, encoded.contentType, userAgent),
      body: encoded.bytes === undefined ? counted(encoded.body, maxRequestBytes, count) : encoded.body,
      timeoutMs: call.timeoutMs,
      maxRedirects: call.maxRedirects ?? DEFAULT_MAX_REDIRECTS,
      sensitiveHeaders: call.sensitiveHeaders ?? [],
      sensitiveQuery: call.sensitiveQuery ?? [],
      maxResponseBytes: call.maxResponseBytes,
      raisesLimit: call.raisesLimit,
      keepAlive: call.keepAlive,
      proxy: call.proxy,
      tls: call.tls,
      signal: call.signal === undefined ? signal : AbortSignal.any([signal, call.signal]),
      isStreamed,
      isPassedOn: call.isPassedOn,
    });
  }

  async function request(method: HttpMethod, url: string, call: HttpOptions = {}): Promise<HttpResponse> {
    const answer = await exchange(method, url, call, false);
    const response = toResponse(answer, await readAll(answer.body));
    if (!accepts(call, answer.status)) throw new HttpStatusError(response);
    return response;
  }

  async function stream(
    method: HttpMethod,
    url: string,
    call: HttpOptions & { isPassedOn?: boolean } = {},
  ): Promise<HttpStream> {
    const answer = await exchange(method, url, call, true);
    if (!accepts(call, answer.status))
      throw new HttpStatusError(toResponse(answer, await readAll(answer.body)));
    return { ...answer, body: iterate(answer.body) };
  }

  return {
    request,
    stream,
    get: (url, call) => request('GET', url, call),
    post: (url, call) => request('POST', url, call),
    put: (url, call) => request('PUT', url, call),
    patch: (url, call) => request('PATCH', url, call),
    delete: (url, call) => request('DELETE', url, call),
  };
}

/** `Basic` credentials for an `Authorization` header. */
export function basicAuth({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function accepts(call: HttpOptions, status: number): boolean {
  return call.acceptStatus === undefined ? status >= 200 && status < 300 : call.acceptStatus(status);
}

/** Defaults first; the caller's header of the same name wins. */
function headersOf(
  call: HttpOptions,
  contentType: string | undefined,
  userAgent: string,
): Record<string, string> {
  return mergeHeaders(
    { Accept: DEFAULT_ACCEPT, 'User-Agent': userAgent },
    contentType === undefined ? undefined : { 'Content-Type': contentType },
    call.auth === undefined ? undefined : { Authorization: basicAuth(call.auth) },
    call.headers,
  );
}

/** The URL's own query stays as it is written. */
function withQuery(url: string, query: HttpOptions['query']): string {
  if (query === undefined) return url;
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) added.append(name, String(value));
  }
  if (added.size === 0) return url;
  const target = new URL(url);
  target.search += `${target.search === '' ? '?' : '&'}${added}`;
  return target.href;
}

/** Code and text as the reference's client gives them. */
function ensureAtMost(maxBytes: number, bytes: number): void {
  if (bytes <= maxBytes) return;
  throw new HttpRequestError('Request body larger than maxBodyLength limit', { code: 'ERR_BAD_REQUEST' });
}

async function* counted(
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined,
  maxBytes: number,
  count: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return;
  let total = 0;
  for await (const chunk of body) {
    total += chunk.byteLength;
    ensureAtMost(maxBytes, total);
    count(chunk.byteLength);
    yield chunk;
  }
}

async function readAll(body: TransportResponse['body']): Promise<Buffer> {
  if (Array.isArray(body)) return Buffer.concat(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* iterate(body: TransportResponse['body']): AsyncIterable<Uint8Array> {
  yield* body;
}

function toResponse(answer: TransportResponse, bytes: Buffer): HttpResponse {
  const text = () => bytes.toString('utf8');
  return {
    status: answer.status,
    statusText: answer.statusText,
    headers: answer.headers,
    text,
    bytes: () => bytes,
    json: <T>(schema?: z.ZodType<T>) => {
      const value = parseJson(text());
      if (schema === undefined) return value as T;
      const parsed = schema.safeParse(value);
      if (!parsed.success)
        throw new ResponseError(`Response validation failed (${z.prettifyError(parsed.error)})`);
      return parsed.data;
    },
    data: () => jsonOr(text()),
  };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ResponseError('Response is not a valid JSON', { cause });
  }
}

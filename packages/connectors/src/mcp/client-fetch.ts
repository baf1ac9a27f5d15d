import { type HttpClient, type HttpMethod, HttpRequestError, mergeHeaders } from '@patchbay/kit';

/** As many as the reference follows. */
const MAX_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A `Response` of these has no body. https://fetch.spec.whatwg.org/#null-body-status */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

export interface ClientFetchOptions {
  http: HttpClient;
  /** Sent with every request. What the protocol says itself wins. */
  headers: Record<string, string>;
  /** Names of those that stay at their origin. */
  sensitiveHeaders: readonly string[];
  /** Told why an answer broke off, which whoever reads it may not say. */
  onBroken(error: unknown): void;
}

/** A `fetch` that leaves by the run's HTTP client. Only what the MCP client asks of one is here. */
export function clientFetch({
  http,
  headers,
  sensitiveHeaders,
  onBroken,
}: ClientFetchOptions): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, { method = 'GET', headers: given, body, signal } = {}) => {
    const own = new Headers(given);
    // A stream for what the server says unasked: the run is over before it could say anything.
    if (method === 'GET' && !own.has('last-event-id')) return new Response(null, { status: 405 });
    const answer = await http
      .stream(method as HttpMethod, String(url), {
        ...(typeof body === 'string' && { text: body }),
        headers: mergeHeaders(headers, Object.fromEntries(own)),
        sensitiveHeaders: [...sensitiveHeaders, 'mcp-session-id'],
        maxRedirects: MAX_REDIRECTS,
        acceptStatus: () => true,
        signal: signal ?? undefined,
        isCounted: false,
      })
      .catch(redirectFailure);
    const { status, statusText } = answer;
    if (REDIRECTS.has(status) && answer.headers.location === undefined) {
      throw new HttpRequestError(`Redirect response ${status} missing Location header`);
    }
    const stream = WITHOUT_BODY.has(status) ? null : ReadableStream.from(watched(answer.body, onBroken));
    return new Response(stream, { status, statusText, headers: answer.headers });
  };
}

function redirectFailure(error: unknown): never {
  if (error instanceof HttpRequestError && error.code === 'ERR_FR_TOO_MANY_REDIRECTS') {
    throw new HttpRequestError(`Max redirects (${MAX_REDIRECTS}) exceeded`, {
      code: error.code,
      cause: error,
    });
  }
  throw error;
}

async function* watched(
  body: AsyncIterable<Uint8Array>,
  onBroken: (error: unknown) => void,
): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    onBroken(error);
    throw error;
  }
}

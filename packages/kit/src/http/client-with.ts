import { clientAround } from './client-around.ts';
import { mergeHeaders } from './headers.ts';
import type { HttpClient, HttpOptions } from './http.ts';

/** What a client adds to each of its calls. */
export type AddedOptions = Pick<
  HttpOptions,
  | 'headers'
  | 'query'
  | 'auth'
  | 'sensitiveHeaders'
  | 'sensitiveQuery'
  | 'tls'
  | 'maxResponseBytes'
  | 'raisesLimit'
>;

/** The HTTP client that adds something to each call. What the call itself says wins, header by header. */
export function clientWith(http: HttpClient, added: AddedOptions): HttpClient {
  return clientAround(http, ({ method, url, options }, send) =>
    send({ method, url, options: withAdded(options, added) }),
  );
}

function withAdded(options: HttpOptions, added: AddedOptions): HttpOptions {
  return {
    ...added,
    ...options,
    headers: mergeHeaders(added.headers, options.headers),
    query: { ...added.query, ...options.query },
    sensitiveQuery: [...(added.sensitiveQuery ?? []), ...(options.sensitiveQuery ?? [])],
    sensitiveHeaders: [...(added.sensitiveHeaders ?? []), ...(options.sensitiveHeaders ?? [])],
  };
}

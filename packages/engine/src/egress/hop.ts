import type { IncomingHttpHeaders } from 'node:http';
import { basicAuth, type TransportRequest } from '@patchbay/kit';
import type { Dispatcher } from 'undici';
import { ACCEPT_ENCODING } from './encoding.ts';

/** One request on the wire: the first, or one that a redirect asks for. */
export interface Hop {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: TransportRequest['body'];
  /** Whether its connection is closed afterwards. */
  isLast: boolean;
}

/** Headers that the client under us writes itself. */
const OWN_HEADERS = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
]);

export function dispatchOptions({ method, url, headers, body, isLast }: Hop): Dispatcher.DispatchOptions {
  const sent: Record<string, string> = {};
  let hasEncoding = false;
  let hasAuthorization = false;
  for (const name in headers) {
    const lower = name.toLowerCase();
    if (OWN_HEADERS.has(lower)) continue;
    hasEncoding ||= lower === 'accept-encoding';
    hasAuthorization ||= lower === 'authorization';
    sent[name] = headers[name] as string;
  }
  if (!hasEncoding) sent['Accept-Encoding'] = ACCEPT_ENCODING;
  // `user:password@` in a URL is basic auth, unless a header says otherwise.
  if (url.username !== '' && !hasAuthorization) {
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    sent.Authorization = basicAuth({ user, password });
  }
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: method as Dispatcher.HttpMethod,
    headers: sent,
    body: body as Dispatcher.DispatchOptions['body'],
    ...(isLast && { reset: true }),
  };
}

/** Headers as actions see them: lower-case names, a repeated header's values joined. */
export function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

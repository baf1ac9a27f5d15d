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
  const names = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (OWN_HEADERS.has(lower)) continue;
    names.add(lower);
    sent[name] = value;
  }
  if (!names.has('accept-encoding')) sent['Accept-Encoding'] = ACCEPT_ENCODING;
  // `user:password@` in a URL is basic auth, unless a header says otherwise.
  if (url.username !== '' && !names.has('authorization')) {
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
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

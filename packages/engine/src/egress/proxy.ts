import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIPv6, type LookupFunction, type Socket } from 'node:net';
import { basicAuth, type TlsOptions } from '@patchbay/kit';
import { http } from '../node-http/index.ts';
import { connectTimedOut } from './errors.ts';
import { nodeTls } from './tls.ts';

/** A forward proxy and how to reach it. `url` carries no credentials. */
export interface ForwardProxy {
  url: URL;
  headers: Record<string, string>;
  tls: TlsOptions;
}

/**
 * What a proxy answers instead of opening a tunnel: an answer like any other to whoever wanted through. Of its own words
 * only the status is kept: it was given credentials that are not the connector's to read.
 */
export class ProxyAnswer extends Error {
  override readonly name = 'ProxyAnswer';
  readonly status: number;
  readonly statusText: string;

  constructor(status: number) {
    super(`the proxy answered ${status}`);
    this.status = status;
    this.statusText = http.STATUS_CODES[status] ?? '';
  }
}

/** The proxy that a URL names; its user and password become a header. Throws when it is no http(s) URL. */
export function parseProxy(
  text: string,
  { headers = {}, tls = {} }: { headers?: Record<string, string>; tls?: TlsOptions } = {},
): ForwardProxy {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('Unsupported protocol');
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  url.username = '';
  url.password = '';
  const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'proxy-authorization');
  const credentials =
    user === '' || hasOwn ? undefined : { 'Proxy-Authorization': basicAuth({ user, password }) };
  return { url, headers: { ...credentials, ...headers }, tls };
}

/**
 * Opens a tunnel through the proxy to `host:port`, as the reference does for http and https alike. Rejects with
 * `ProxyAnswer` when the proxy does not open one.
 */
export function openTunnel(
  proxy: ForwardProxy,
  target: { hostname: string; port: number },
  {
    timeoutMs,
    lookup,
    signal,
  }: { timeoutMs: number; lookup: LookupFunction | undefined; signal?: AbortSignal | undefined },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const hostname = isIPv6(target.hostname) ? `[${target.hostname}]` : target.hostname;
    const authority = `${hostname}:${target.port}`;
    const isSecure = proxy.url.protocol === 'https:';
    const options = {
      host: proxy.url.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.url.port || (isSecure ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...proxy.headers },
      agent: false as const,
      signal,
      ...(lookup !== undefined && { lookup }),
    };
    const outgoing: ClientRequest = isSecure
      ? httpsRequest({ ...options, ...nodeTls(proxy.tls) })
      : http.request(options);
    // Over all of it: look-up, connection, the proxy's TLS, its answer.
    const timer = setTimeout(() => outgoing.destroy(connectTimedOut()), timeoutMs);
    outgoing.once('connect', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      clearTimeout(timer);
      if (answer.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      } else {
        socket.destroy();
        reject(new ProxyAnswer(answer.statusCode ?? 0));
      }
    });
    outgoing.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end();
  });
}

import type { AllowedHosts, TlsOptions } from '@patchbay/kit';
import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
import type { ConnectionSettings } from './connection.ts';
import { canonicalHost, type HostSettings } from './host-settings.ts';
import type { Pools, Way } from './pools.ts';
import type { AddressGuard } from './private-networks.ts';
import { type ForwardProxy, parseProxy } from './proxy.ts';
import { mergeTls } from './tls.ts';

/** How a request to one host goes out. */
export interface Route {
  pool: Dispatcher;
  responseTimeoutMs: number;
  /** Whether the time-out holds also where the connector type asks for a longer one. */
  isTimeoutFixed: boolean;
}

/** The route to a URL. `tls` is what the one call says. */
export type RouteTo = (url: URL, tls: TlsOptions | undefined) => Route;

export interface RouteSettings {
  proxy: ForwardProxy | undefined;
  usesProxy(hostname: string): boolean;
  tls: TlsOptions;
  /** To a proxy. */
  proxyTls: TlsOptions;
  hosts: ReadonlyMap<string, HostSettings>;
  responseTimeoutMs: number;
  guard: AddressGuard | undefined;
  allowedHosts: AllowedHosts;
  pools: Pools;
}

/** Origins whose route is remembered, for each connector with settings of its own. */
const MAX_ORIGINS = 1000;

/** Precedence, part by part: the call, the connector, the host, the global settings. */
export function createRouteTo(settings: RouteSettings, connection: ConnectionSettings = {}): RouteTo {
  const { hosts, guard, pools } = settings;
  const routes = new LRUCache<string, Route>({ max: MAX_ORIGINS });
  const proxyTo = createProxyTo(settings, connection);

  function resolve(url: URL, tls: TlsOptions | undefined): Route {
    const host = hosts.get(canonicalHost(url) ?? '');
    const responseTimeoutMs =
      connection.responseTimeoutMs ?? host?.responseTimeoutMs ?? settings.responseTimeoutMs;
    const pool = pools.for({
      ...proxyTo(url.hostname),
      tls: url.protocol === 'https:' ? mergeTls(tls, connection.tls, host?.tls, settings.tls) : {},
      connectTimeoutMs: connection.connectTimeoutMs ?? host?.connectTimeoutMs ?? responseTimeoutMs,
      guard,
    });
    return { pool, responseTimeoutMs, isTimeoutFixed: connection.responseTimeoutMs !== undefined };
  }

  return (url, tls) => {
    if (tls !== undefined) return resolve(url, tls);
    const known = routes.get(url.origin);
    if (known !== undefined) return known;
    const route = resolve(url, undefined);
    routes.set(url.origin, route);
    return route;
  };
}

/** The proxy on the way to a host, and who watches where it stands. A connector's own is used for every host. */
export function createProxyTo(
  { allowedHosts, hosts, usesProxy, proxy: globalProxy, proxyTls, guard }: RouteSettings,
  connection: ConnectionSettings,
): (hostname: string) => Pick<Way, 'proxy' | 'proxyGuard'> {
  const ownProxy = connection.proxy && connectorProxy(connection.proxy);
  return (hostname) => {
    if (ownProxy !== undefined) allowedHosts.ensureHostnameAllowed(ownProxy.url.hostname);
    const proxy = ownProxy ?? (usesProxy(hostname) ? globalProxy : undefined);
    if (proxy === undefined) return { proxy, proxyGuard: undefined };
    const host = hosts.get(canonicalHost(proxy.url) ?? '');
    return {
      proxy: { ...proxy, tls: mergeTls(host?.tls, proxyTls) },
      // The operator's own proxy may stand in the private network; a connector's may not.
      proxyGuard: ownProxy === undefined ? undefined : guard,
    };
  };
}

function connectorProxy({
  url,
  headers,
  user,
  password = '',
}: NonNullable<ConnectionSettings['proxy']>): ForwardProxy {
  const target = new URL(url);
  if (user !== undefined) {
    target.username = encodeURIComponent(user);
    target.password = encodeURIComponent(password);
  }
  return parseProxy(target.href, headers && { headers });
}

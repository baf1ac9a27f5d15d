import type { AllowedHosts, ProxyOptions, TlsOptions, TransportRequest } from '@patchbay/kit';
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

/** What the one call says of its way. */
export type CallWay = Pick<TransportRequest, 'tls' | 'proxy'>;

export type RouteTo = (url: URL, call: CallWay) => Route;

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

  function resolve(url: URL, { tls, proxy }: CallWay): Route {
    const host = hosts.get(canonicalHost(url) ?? '');
    const responseTimeoutMs =
      connection.responseTimeoutMs ?? host?.responseTimeoutMs ?? settings.responseTimeoutMs;
    const pool = pools.for({
      ...proxyTo(url.hostname, proxy),
      tls: url.protocol === 'https:' ? mergeTls(tls, connection.tls, host?.tls, settings.tls) : {},
      connectTimeoutMs: connection.connectTimeoutMs ?? host?.connectTimeoutMs ?? responseTimeoutMs,
      guard,
    });
    return { pool, responseTimeoutMs, isTimeoutFixed: connection.responseTimeoutMs !== undefined };
  }

  return (url, call) => {
    if (call.tls !== undefined || call.proxy !== undefined) return resolve(url, call);
    const known = routes.get(url.origin);
    if (known !== undefined) return known;
    const route = resolve(url, {});
    routes.set(url.origin, route);
    return route;
  };
}

/** The proxy on the way to a host, and who watches where it stands. A call's or a connector's own is used for every host. */
export function createProxyTo(
  { allowedHosts, hosts, usesProxy, proxy: globalProxy, proxyTls, guard }: RouteSettings,
  connection: ConnectionSettings,
): (hostname: string, ofCall?: ProxyOptions) => Pick<Way, 'proxy' | 'proxyGuard'> {
  const ofConnector = connection.proxy && ownProxyFrom(connection.proxy);
  return (hostname, ofCall) => {
    const ownProxy = ofCall === undefined ? ofConnector : ownProxyFrom(ofCall);
    if (ownProxy !== undefined) allowedHosts.ensureHostnameAllowed(ownProxy.url.hostname);
    const proxy = ownProxy ?? (usesProxy(hostname) ? globalProxy : undefined);
    if (proxy === undefined) return { proxy, proxyGuard: undefined };
    const host = hosts.get(canonicalHost(proxy.url) ?? '');
    return {
      proxy: { ...proxy, tls: mergeTls(proxy.tls, host?.tls, proxyTls) },
      // The operator's own proxy may stand in the private network; a connector's may not.
      proxyGuard: ownProxy === undefined ? undefined : guard,
    };
  };
}

function ownProxyFrom({
  url,
  headers,
  user,
  password = '',
  verificationMode,
}: NonNullable<ConnectionSettings['proxy']> & ProxyOptions): ForwardProxy {
  const target = new URL(url);
  if (user !== undefined) {
    target.username = encodeURIComponent(user);
    target.password = encodeURIComponent(password);
  }
  return parseProxy(target.href, { ...(headers && { headers }), tls: { verificationMode } });
}

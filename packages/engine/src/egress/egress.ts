import { type AllowedHosts, createAllowedHosts, type Logger, type Smtp, type Transport } from '@patchbay/kit';
import type { Settings } from '../config/index.ts';
import type { ConnectionSettings } from './connection.ts';
import { readHostSettings } from './host-settings.ts';
import { createPools } from './pools.ts';
import { createAddressGuard } from './private-networks.ts';
import { type ForwardProxy, parseProxy } from './proxy.ts';
import { createRouteTo, type RouteSettings } from './routes.ts';
import { createSmtp } from './smtp.ts';
import { createTransport } from './transport.ts';
import type { Watchers } from './watched.ts';

/** The one door out: every outbound connection of the system is opened here. */
export interface Egress {
  allowedHosts: AllowedHosts;
  /** What a connector's calls leave by; undefined: it has no settings of its own. */
  transportFor(connection: ConnectionSettings | undefined): Transport;
  /** The same for mail. */
  smtpFor(connection: ConnectionSettings | undefined): Smtp;
  /** For services that the configuration names: allowed hosts, private networks and proxies are not asked. */
  operatorTransport(connection: ConnectionSettings): Transport;
  close(): Promise<void>;
}

type EgressSettings = Pick<
  Settings,
  | 'xpack.actions.allowedHosts'
  | 'xpack.actions.responseTimeout'
  | 'xpack.actions.maxResponseContentLength'
  | 'xpack.actions.proxyUrl'
  | 'xpack.actions.proxyHeaders'
  | 'xpack.actions.proxyBypassHosts'
  | 'xpack.actions.proxyOnlyHosts'
  | 'xpack.actions.ssl.verificationMode'
  | 'xpack.actions.ssl.proxyVerificationMode'
  | 'xpack.actions.customHostSettings'
  | 'patchbay.egress.denyPrivateNetworks'
  | 'patchbay.egress.allowedPrivateNetworks'
>;

/** The largest answer of a service that the configuration names. */
const OPERATOR_MAX_BYTES = 100 * 1024 ** 2;

export function createEgress(
  settings: EgressSettings,
  log: Pick<Logger, 'warn'>,
  watchers: Watchers = {},
): Egress {
  const allowedHosts = createAllowedHosts(settings['xpack.actions.allowedHosts']);
  const maxBytes = settings['xpack.actions.maxResponseContentLength'];
  const pools = createPools();
  const routes: RouteSettings = {
    proxy: globalProxy(settings, log),
    usesProxy: proxyRule(settings),
    tls: { verificationMode: settings['xpack.actions.ssl.verificationMode'] },
    proxyTls: { verificationMode: settings['xpack.actions.ssl.proxyVerificationMode'] },
    hosts: readHostSettings(settings['xpack.actions.customHostSettings'] ?? [], (message) =>
      log.warn(message),
    ),
    responseTimeoutMs: settings['xpack.actions.responseTimeout'],
    guard: settings['patchbay.egress.denyPrivateNetworks']
      ? createAddressGuard(settings['patchbay.egress.allowedPrivateNetworks'])
      : undefined,
    allowedHosts,
    pools,
  };
  const plain = createTransport({ allowedHosts, routeTo: createRouteTo(routes), maxBytes, ...watchers });
  const transports = new WeakMap<ConnectionSettings, Transport>();

  return {
    allowedHosts,
    transportFor(connection) {
      if (connection === undefined) return plain;
      const known = transports.get(connection);
      if (known !== undefined) return known;
      const routeTo = createRouteTo(routes, connection);
      const transport = createTransport({
        allowedHosts,
        routeTo,
        maxBytes,
        redirects: connection.redirects,
        propagatesTrace: connection.propagateTraceContext,
        ...watchers,
      });
      transports.set(connection, transport);
      return transport;
    },
    smtpFor: (connection) => createSmtp(routes, connection, watchers),
    operatorTransport(connection) {
      const anywhere = createAllowedHosts(['*']);
      const routeTo = createRouteTo(
        {
          ...routes,
          proxy: undefined,
          tls: {},
          hosts: new Map(),
          guard: undefined,
          allowedHosts: anywhere,
        },
        connection,
      );
      return createTransport({
        allowedHosts: anywhere,
        routeTo,
        maxBytes: OPERATOR_MAX_BYTES,
        ...watchers,
      });
    },
    close: () => pools.close(),
  };
}

/** A proxy that cannot be used is warned about; connections are then direct, as in the reference. */
function globalProxy(settings: EgressSettings, log: Pick<Logger, 'warn'>): ForwardProxy | undefined {
  const url = settings['xpack.actions.proxyUrl'];
  if (url === undefined) return undefined;
  try {
    const headers = settings['xpack.actions.proxyHeaders'];
    return parseProxy(url, headers && { headers });
  } catch {
    const shown = url.replace(/^(.*\/\/)?.*@/s, '$1');
    log.warn(`The configuration xpack.actions.proxyUrl: ${shown} is invalid.`);
    return undefined;
  }
}

function proxyRule(settings: EgressSettings): (hostname: string) => boolean {
  const bypass = settings['xpack.actions.proxyBypassHosts'];
  const only = settings['xpack.actions.proxyOnlyHosts'];
  // Given both, the second is ignored.
  if (bypass !== undefined) return (hostname) => !bypass.includes(hostname);
  if (only !== undefined) return (hostname) => only.includes(hostname);
  return () => true;
}

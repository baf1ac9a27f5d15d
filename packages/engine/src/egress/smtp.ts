import type { Socket } from 'node:net';
import { HttpRequestError, messageOf, type Smtp, type SmtpConnection, type SmtpServer } from '@patchbay/kit';
import type { ConnectionSettings } from './connection.ts';
import { startDeadline } from './deadline.ts';
import { toRequestError, withoutNodeHint } from './errors.ts';
import { openSocket, type SocketTarget, targetTls } from './open-socket.ts';
import type { Way } from './pools.ts';
import { createProxyTo, type RouteSettings } from './routes.ts';
import { mergeTls } from './tls.ts';
import { type Watchers, watched } from './watched.ts';

/** How a mail server is reached. */
interface MailRoute {
  way: Way;
  startTls: SmtpConnection['startTls'];
  /** For the whole conversation; undefined: as long as the run. */
  responseTimeoutMs: number | undefined;
}

/** As the reference's mail library. */
const CONNECT_TIMEOUT_MS = 120_000;

/** A client closes the connection politely; a server that does not follow is not waited for. */
const CLOSE_GRACE_MS = 1000;

/**
 * Connections to mail servers. Precedence, part by part: the connector, the host (`smtp://host:port`), the global
 * settings. `xpack.actions.responseTimeout` is not for mail, as in the reference.
 */
export function createSmtp(
  settings: RouteSettings,
  connection: ConnectionSettings = {},
  watchers: Watchers = {},
): Smtp {
  const proxyTo = createProxyTo(settings, connection);
  // To well-known services the reference goes directly, with its library's own TLS settings.
  const ownProxyTo = createProxyTo({ ...settings, proxy: undefined }, connection);

  function routeTo(server: SmtpServer, hostname: string): MailRoute {
    const host = server.isWellKnown ? undefined : settings.hosts.get(hostKey(hostname, server.port));
    const through = server.isWellKnown ? ownProxyTo(hostname) : proxyTo(hostname);
    return {
      way: {
        ...through,
        tls: mergeTls(connection.tls, host?.tls, defaultTls(server, through.proxy !== undefined)),
        connectTimeoutMs: connection.connectTimeoutMs ?? host?.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
        guard: settings.guard,
      },
      startTls: host?.startTls ?? 'ifOffered',
      responseTimeoutMs: connection.responseTimeoutMs ?? host?.responseTimeoutMs,
    };
  }

  /** The first that applies: what is verified of a proxy, of an unauthenticated plain server, of any host. */
  function defaultTls(server: SmtpServer, isProxied: boolean) {
    if (server.isWellKnown) return {};
    if (isProxied && connection.proxy === undefined) return settings.proxyTls;
    return server.acceptsAnyCertificate ? { verificationMode: 'none' as const } : settings.tls;
  }

  /** Throws when the server may not be reached. */
  function begin(server: SmtpServer, hostname: string): MailRoute {
    try {
      return routed(() => {
        settings.allowedHosts.ensureHostnameAllowed(server.host);
        return routeTo(server, hostname);
      });
    } catch (error) {
      watchers.observer?.refused();
      throw error;
    }
  }

  return {
    async session({ server, signal }, talk) {
      const hostname = server.host.replace(/^\[(.*)\]$/, '$1');
      const route = begin(server, hostname);
      const target = { hostname, port: server.port, isSecure: server.isSecure };
      const attributes = { 'server.address': hostname, 'server.port': server.port };
      return watched(watchers, { name: 'SMTP', host: hostname, attributes, statusOf: () => undefined }, () =>
        converse(route, target, signal, talk),
      );
    },
  };
}

async function converse<T>(
  { way, startTls, responseTimeoutMs }: MailRoute,
  target: SocketTarget,
  signal: AbortSignal,
  talk: (connection: SmtpConnection) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(responseTimeoutMs ?? Number.POSITIVE_INFINITY, signal);
  const ending = new AbortController();
  deadline.onEnd((reason) => ending.abort(reason));
  let socket: Socket | undefined;
  try {
    socket = await openSocket(way, target, ending.signal).catch((error) => {
      throw toRequestError(error);
    });
    const tls = targetTls(way.tls, target.hostname);
    const result = await Promise.race([talk({ socket, tls, startTls }), ended(ending.signal)]);
    closeSoon(socket);
    return result;
  } catch (error) {
    socket?.destroy();
    throw deadline.reason() ?? withoutNodeHint(error);
  } finally {
    deadline.clear();
  }
}

function hostKey(hostname: string, port: number): string {
  return `smtp://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}

function routed<T>(route: () => T): T {
  try {
    return route();
  } catch (cause) {
    throw new HttpRequestError(messageOf(cause), { cause });
  }
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function closeSoon(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { connectTimedOut } from './errors.ts';
import type { Way } from './pools.ts';
import { openTunnel } from './proxy.ts';
import { nodeTls } from './tls.ts';

export interface SocketTarget {
  /** A name or an address, an IPv6 one without its brackets. */
  hostname: string;
  port: number;
  isSecure: boolean;
}

/**
 * A connection of its own to a host: through the proxy if there is one, looked up once and by the guard's rules. When
 * `signal` fires before it is there, nothing of it stays open.
 */
export async function openSocket(
  { proxy, tls, connectTimeoutMs, guard, proxyGuard }: Way,
  { hostname, port, isSecure }: SocketTarget,
  signal: AbortSignal,
): Promise<Socket> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(connectTimedOut()), connectTimeoutMs);
  const ending = AbortSignal.any([signal, timeout.signal]);
  const opened: Socket[] = [];
  try {
    guard?.ensureAllowed(hostname);
    if (proxy === undefined) {
      const socket = connect({ host: hostname, port, ...(guard && { lookup: guard.lookup }) });
      opened.push(socket);
      await settled(socket, 'connect', ending);
    } else {
      proxyGuard?.ensureAllowed(proxy.url.hostname);
      const limits = { timeoutMs: connectTimeoutMs, lookup: proxyGuard?.lookup, signal: ending };
      opened.push(await openTunnel(proxy, { hostname, port }, limits));
    }
    if (isSecure) {
      const socket = connectTls({ ...targetTls(tls, hostname), socket: opened[0] });
      opened.push(socket);
      await settled(socket, 'secureConnect', ending);
    }
    ending.throwIfAborted();
    return opened.at(-1) as Socket;
  } catch (error) {
    for (const socket of opened) socket.destroy();
    throw ending.aborted ? ending.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** TLS to a host, over whatever socket. An address is no server name, and is verified all the same. */
export function targetTls(tls: Way['tls'], hostname: string): ConnectionOptions {
  return { ...nodeTls(tls), host: hostname, ...(isIP(hostname) === 0 && { servername: hostname }) };
}

async function settled(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<void> {
  // Whoever waits, or uses the socket later, is told of its errors; after that nobody may be there.
  socket.on('error', () => {});
  // A socket that is closed under TLS closes it without an error.
  await Promise.race([
    once(socket, event, { signal }),
    once(socket, 'close', { signal }).then(() => {
      throw Object.assign(new Error('closed'), { code: 'ECONNRESET' });
    }),
  ]);
}

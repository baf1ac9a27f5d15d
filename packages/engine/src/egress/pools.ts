import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TlsOptions } from '@patchbay/kit';
import { LRUCache } from 'lru-cache';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { AddressGuard } from './private-networks.ts';
import { type ForwardProxy, openTunnel } from './proxy.ts';
import { nodeTls, tlsDigest } from './tls.ts';

/** Everything that tells one way of connecting from another. */
export interface Way {
  proxy: ForwardProxy | undefined;
  tls: TlsOptions;
  connectTimeoutMs: number;
  /** Asked about the address of the target; undefined: any will do. */
  guard: AddressGuard | undefined;
  /** Asked about the address of the proxy. */
  proxyGuard: AddressGuard | undefined;
}

/** Connection pools by way of connecting. */
export interface Pools {
  for(way: Way): Dispatcher;
  close(): Promise<void>;
}

/**
 * Idle connections are kept this long, or as long as the server says, less two seconds. Short: a request that meets
 * a connection which the server is just closing is lost, and the time between two bursts is no reason to risk it.
 */
const KEEP_ALIVE_MS = 1000;

/** Past it the way that was longest unused loses its pool, once its requests are done. */
const MAX_POOLS = 500;

export function createPools(): Pools {
  const pools = new LRUCache<string, Agent>({
    max: MAX_POOLS,
    dispose: (pool, _name, reason) => {
      if (reason === 'evict') void pool.close();
    },
  });
  return {
    for(way) {
      const name = nameOf(way);
      const known = pools.get(name);
      if (known !== undefined) return known;
      // The deadline of each exchange is the only clock; a connection nobody waits for any more ends by its own.
      const pool = new Agent({
        keepAliveTimeout: KEEP_ALIVE_MS,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: connector(way),
        allowH2: false,
      });
      pools.set(name, pool);
      return pool;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function nameOf({ proxy, tls, connectTimeoutMs, guard, proxyGuard }: Way): string {
  const through =
    proxy === undefined ? '' : `${proxy.url.href} ${tlsDigest(proxy.tls)} ${JSON.stringify(proxy.headers)}`;
  return createHash('sha256')
    .update(
      `${through}\n${tlsDigest(tls)}\n${connectTimeoutMs}\n${guard === undefined} ${proxyGuard === undefined}`,
    )
    .digest('base64url');
}

function connector({ proxy, tls, connectTimeoutMs, guard, proxyGuard }: Way): buildConnector.connector {
  const lookup = guard?.lookup;
  const secure = buildConnector({
    ...nodeTls(tls),
    timeout: connectTimeoutMs,
    allowH2: false,
    ...(lookup !== undefined && { lookup }),
  } as buildConnector.BuildOptions);
  const throughProxy = async (options: buildConnector.Options): Promise<Socket | undefined> => {
    if (proxy === undefined) return undefined;
    proxyGuard?.ensureAllowed(proxy.url.hostname);
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    const limits = { timeoutMs: connectTimeoutMs, lookup: proxyGuard?.lookup };
    return openTunnel(proxy, { hostname: options.hostname, port }, limits);
  };
  return (options, callback) => {
    const connect = async () => {
      // A name is looked up by whoever dials it, and guarded there; an address is known already.
      guard?.ensureAllowed(options.hostname);
      const tunnel = await throughProxy(options);
      if (tunnel !== undefined && options.protocol !== 'https:') return callback(null, tunnel);
      // What cannot be used, such as a key that does not fit its certificate, is thrown at once.
      secure(tunnel === undefined ? options : { ...options, httpSocket: tunnel }, callback);
    };
    connect().catch((error) => callback(error, null));
  };
}

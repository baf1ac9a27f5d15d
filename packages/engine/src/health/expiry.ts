import { type Logger, messageOf } from '@patchbay/kit';
import type { Catalog } from '../catalog/index.ts';
import type { Spaces } from '../spaces/index.ts';
import type { Store } from '../store/index.ts';
import { type Expiring, expiringIn } from './expiring.ts';

export interface Expiry {
  /** What of a connector ends soon, or has ended; the soonest first. */
  of(spaceId: string, connectorId: string): Promise<Expiring[]>;
  /** Tells the log of all of it, in all spaces. */
  warn(): Promise<void>;
}

export interface ExpiryOptions {
  store: Pick<Store, 'connectorTokens'>;
  catalog: Pick<Catalog, 'resolve' | 'list'>;
  spaces: Pick<Spaces, 'list'>;
  /** How long before the end. */
  warnBeforeMs: number;
  log: Logger;
  now(): Date;
}

export function createExpiry({ store, catalog, spaces, warnBeforeMs, log, now }: ExpiryOptions): Expiry {
  /** The consent that everybody's runs stand on. Access tokens are renewed by themselves. */
  async function consent(connectorId: string): Promise<Expiring[]> {
    const token = await store.connectorTokens.get(connectorId, null);
    const expiresAt = token?.refreshTokenExpiresAt ?? null;
    return expiresAt === null ? [] : [{ what: 'authorization', kind: 'token', expiresAt }];
  }

  async function of(spaceId: string, connectorId: string): Promise<Expiring[]> {
    const resolved = await catalog.resolve(spaceId, connectorId);
    if (resolved === undefined || resolved.connector.origin === 'system') return [];
    const { connector, openSecrets, openSettings } = resolved;
    const connection = opened(() => openSettings()?.connection);
    const { ca, cert, pfx, passphrase } = connection?.tls ?? {};
    const found = [
      ...expiringIn(connector.config, 'config'),
      ...expiringIn(opened(openSecrets), 'secrets'),
      ...expiringIn(ca, 'settings.tls.certificate_authorities'),
      ...expiringIn(cert, 'settings.tls.certificate'),
      ...expiringIn(pfx && Buffer.from(pfx).toString('base64'), 'settings.secrets.tls_pfx', passphrase),
      ...(connector.origin === 'stored' ? await consent(connectorId) : []),
    ];
    const soon = new Date(now().getTime() + warnBeforeMs).toISOString();
    return found
      .filter(({ expiresAt }) => expiresAt < soon)
      .sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
  }

  async function warnOf(spaceId: string): Promise<void> {
    for (const { id, name, typeId, origin } of await catalog.list(spaceId, { withSystem: false })) {
      // Those of the configuration are the same in every space.
      if (origin !== 'stored' && spaceId !== 'default') continue;
      const at = now().toISOString();
      for (const { what, kind, expiresAt } of await of(spaceId, id)) {
        const when = expiresAt < at ? 'has ended on' : 'ends on';
        log.warn(`${typeId}:${id}: ${name}: the ${kind} in ${what} ${when} ${expiresAt}`);
      }
    }
  }

  return {
    of,
    async warn() {
      for (const { id } of spaces.list())
        await warnOf(id).catch((error) =>
          log.error(`what ends soon in space "${id}" could not be found out: ${messageOf(error)}`),
        );
    },
  };
}

/** Secrets that do not open, or references that lead nowhere, are told when they are used. */
function opened<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}

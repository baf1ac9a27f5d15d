import { type Logger, messageOf, type StoredToken, type TokenStore } from '@patchbay/kit';
import type { ConnectorTokenStore } from '../store/index.ts';
import type { Descriptor, Vault } from '../vault/index.ts';

/** Whose token it is. A connector that is not stored has its token in memory only. */
export interface TokenOwner {
  id: string;
  spaceId: string;
  version: number;
  isStored: boolean;
}

export interface TokenRun {
  log: Logger;
  signal: AbortSignal;
  /** Told each token that the run gets to see. */
  onToken(token: string): void;
}

/** The access tokens of all connectors, encrypted where they are stored. */
export interface Tokens {
  of(owner: TokenOwner, run: TokenRun): TokenStore;
}

export interface TokensOptions {
  store: ConnectorTokenStore;
  vault: Vault;
  now(): Date;
}

interface Pending {
  token: Promise<string | undefined>;
  signal: AbortSignal;
}

export function createTokens({ store, vault, now }: TokensOptions): Tokens {
  const inMemory = new Map<string, StoredToken>();
  /** Requests under way, by connector and version. */
  const pending = new Map<string, Pending>();

  function keptFor(owner: TokenOwner, log: Logger): Omit<TokenStore, 'shared'> {
    const { id } = owner;
    if (!owner.isStored) {
      return {
        get: async () => inMemory.get(id),
        updateOrReplace: async (token) => void inMemory.set(id, { ...token, storedAt: now() }),
        delete: async () => void inMemory.delete(id),
      };
    }
    return {
      async get() {
        try {
          const record = await store.get(id);
          if (record === undefined) return undefined;
          const token = vault.open(descriptor(owner, record.expiresAt), record.token) as string;
          return {
            token,
            expiresAt: record.expiresAt === null ? undefined : new Date(record.expiresAt),
            storedAt: new Date(record.updatedAt),
          };
        } catch (error) {
          log.error(`Failed to read the token of connector "${id}": ${messageOf(error)}`);
          return undefined;
        }
      },
      async updateOrReplace({ token, expiresAt: expires }) {
        const expiresAt = expires?.toISOString() ?? null;
        const sealed = vault.seal(descriptor(owner, expiresAt), token);
        const record = { connectorId: id, token: sealed, expiresAt, updatedAt: now().toISOString() };
        if (!(await store.put(record, owner.version))) throw new Error('the connector has changed');
      },
      delete: () => store.delete(id),
    };
  }

  return {
    of(owner, { log, signal, onToken }) {
      const kept = keptFor(owner, log);
      const key = JSON.stringify([owner.id, owner.version]);
      const seen = (token: string | undefined) => {
        if (token !== undefined) onToken(token);
        return token;
      };
      return {
        ...kept,
        async get() {
          const stored = await kept.get();
          seen(stored?.token);
          return stored;
        },
        async updateOrReplace(token) {
          seen(token.token);
          await kept.updateOrReplace(token);
        },
        async shared(obtain) {
          for (;;) {
            const other = pending.get(key);
            if (other === undefined) break;
            try {
              return seen(await other.token);
            } catch (error) {
              // Another run that was given up says nothing about this one.
              if (!other.signal.aborted || signal.aborted) throw error;
            }
          }
          const token = obtain().finally(() => pending.delete(key));
          pending.set(key, { token, signal });
          return seen(await token);
        },
      };
    },
  };
}

/** Keeps nothing and shares nothing; what is `stored` is read. For runs that must leave no trace. */
export function passingTokens({ onToken }: TokenRun, stored?: TokenStore): TokenStore {
  return {
    get: async () => stored?.get(),
    updateOrReplace: async ({ token }) => onToken(token),
    delete: async () => {},
    shared: (obtain) => obtain(),
  };
}

/** What a sealed token is bound to. */
function descriptor({ id, spaceId, version }: TokenOwner, expiresAt: string | null): Descriptor {
  return { type: 'connector_token', id, spaceId, attributes: { version, expiresAt } };
}

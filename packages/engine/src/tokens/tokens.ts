import { randomUUID } from 'node:crypto';
import { type HttpClient, type Logger, messageOf, type StoredToken, type TokenStore } from '@patchbay/kit';
import type { ConnectorTokenRecord, ConnectorTokenStore } from '../store/index.ts';
import type { Vault } from '../vault/index.ts';
import { tokenDescriptor } from './descriptor.ts';

/** Whose token it is. A connector that is not stored has its token in memory only. */
export interface TokenOwner {
  id: string;
  spaceId: string;
  version: number;
  isStored: boolean;
  /** null: everybody's. Undefined: a user's own, and nobody knows the user. */
  profileUid: string | null | undefined;
}

export interface TokenRun {
  log: Logger;
  signal: AbortSignal;
  /** Told each token that the run gets to see. */
  onToken(token: string): void;
  /** Not given up with the run. */
  http?: HttpClient;
}

/** The access tokens of all connectors, encrypted where they are stored. */
export interface Tokens {
  of(owner: TokenOwner, run: TokenRun): TokenStore;
  /** Of a stored connector: what a user has consented to. Throws when the connector has changed. */
  put(owner: TokenOwner, token: StoredToken): Promise<void>;
  delete(connectorId: string, profileUid: string | null): Promise<void>;
  /** The connectors that a user has a token of their own for. */
  connectorsOf(profileUid: string): Promise<string[]>;
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

/** What is sealed of a token. */
type Sealed = Pick<StoredToken, 'token' | 'refreshToken'>;
type Kept = Pick<TokenStore, 'get' | 'updateOrReplace' | 'delete'>;

export function createTokens({ store, vault, now }: TokensOptions): Tokens {
  const inMemory = new Map<string, StoredToken>();
  /** Requests under way, by connector, version and user. */
  const pending = new Map<string, Pending>();

  function keptFor(owner: TokenOwner, log: Logger): Kept {
    const { id, profileUid } = owner;
    if (profileUid === undefined) return nobodys(id, log);
    if (!owner.isStored) {
      return {
        get: async () => inMemory.get(id),
        updateOrReplace: async (token) => void inMemory.set(id, { ...token, storedAt: now() }),
        delete: async () => void inMemory.delete(id),
      };
    }
    let read: ConnectorTokenRecord | undefined;
    return {
      async get() {
        try {
          read = await store.get(id, profileUid);
          return read && opened(owner, read);
        } catch (error) {
          log.error(`Failed to read the token of connector "${id}": ${messageOf(error)}`);
          return undefined;
        }
      },
      async updateOrReplace(token) {
        if (read === undefined) return put(owner, token);
        // What was forgotten meanwhile stays so, and what a user has consented to anew is not overwritten.
        if (!(await store.update({ ...sealedRecord(owner, token), id: read.id })))
          throw new Error('the stored token has been removed or replaced');
      },
      delete: () => store.delete(id, profileUid),
    };
  }

  function opened({ spaceId, version }: TokenOwner, record: ConnectorTokenRecord): StoredToken {
    const descriptor = tokenDescriptor({ ...record, spaceId, connectorVersion: version });
    const { token, refreshToken } = vault.open(descriptor, record.secrets) as Sealed;
    return {
      token,
      expiresAt: dateOf(record.expiresAt),
      storedAt: new Date(record.updatedAt),
      ...(refreshToken !== undefined && { refreshToken }),
      ...(record.refreshTokenExpiresAt !== null && {
        refreshTokenExpiresAt: new Date(record.refreshTokenExpiresAt),
      }),
    };
  }

  function sealedRecord(owner: TokenOwner, token: StoredToken): ConnectorTokenRecord {
    const at = now().toISOString();
    const record = {
      id: randomUUID(),
      connectorId: owner.id,
      profileUid: owner.profileUid ?? null,
      expiresAt: token.expiresAt?.toISOString() ?? null,
      refreshTokenExpiresAt: token.refreshTokenExpiresAt?.toISOString() ?? null,
      createdAt: at,
      updatedAt: at,
    };
    const sealed: Sealed = { token: token.token, refreshToken: token.refreshToken };
    const descriptor = tokenDescriptor({
      ...record,
      spaceId: owner.spaceId,
      connectorVersion: owner.version,
    });
    return { ...record, secrets: vault.seal(descriptor, sealed) };
  }

  async function put(owner: TokenOwner, token: StoredToken): Promise<void> {
    if (!(await store.put(sealedRecord(owner, token), owner.version)))
      throw new Error('the connector has changed');
  }

  return {
    put,
    delete: (connectorId, profileUid) => store.delete(connectorId, profileUid),
    connectorsOf: (profileUid) => store.connectorsOf(profileUid),

    of(owner, { log, signal, onToken, http }) {
      const kept = keptFor(owner, log);
      const key = JSON.stringify([owner.id, owner.version, owner.profileUid]);
      const seen = (token: string | undefined) => {
        if (token !== undefined) onToken(token);
        return token;
      };
      const seenAll = (stored: StoredToken | undefined) => {
        seen(stored?.token);
        seen(stored?.refreshToken);
      };
      return {
        ...kept,
        http: () => http,
        async get() {
          const stored = await kept.get();
          seenAll(stored);
          return stored;
        },
        async updateOrReplace(token) {
          seenAll(token);
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

/** For a run that should be a user's own, and is no user's: one in the background. */
function nobodys(connectorId: string, log: Logger): Kept {
  return {
    async get() {
      log.warn(
        `Per-user authMode requires a profileUid for connectorId: ${connectorId}. Cannot retrieve token.`,
      );
      return undefined;
    },
    updateOrReplace: () => Promise.reject(new Error('there is no user whose token it could be')),
    delete: async () => {},
  };
}

/** Keeps a token for one run and shares nothing; what is `stored` is read. For runs that must leave no trace. */
export function passingTokens({ onToken }: TokenRun, stored?: TokenStore): TokenStore {
  let own: StoredToken | undefined;
  return {
    get: async () => own ?? stored?.get(),
    updateOrReplace: async (token) => {
      onToken(token.token);
      if (token.refreshToken !== undefined) onToken(token.refreshToken);
      own = token;
    },
    delete: async () => {
      own = undefined;
    },
    shared: (obtain) => obtain(),
  };
}

function dateOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}

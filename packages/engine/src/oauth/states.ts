import type { OAuthStateRecord, OAuthStateStore } from '../store/index.ts';
import type { Descriptor, Vault } from '../vault/index.ts';
import { newPkce, newState, stateId } from './pkce.ts';

/** An authorization that a user has begun. */
export type Begun = Pick<OAuthStateRecord, 'connectorId' | 'spaceId' | 'createdBy' | 'returnUrl'>;

/** What the exchange needs of its beginning. */
interface Sealed {
  codeVerifier: string;
  redirectUri: string;
}

export interface States {
  begin(begun: Begun & { redirectUri: string }): Promise<{ state: string; codeChallenge: string }>;
  /** Undefined when it is unknown or has expired. */
  find(state: string): Promise<OAuthStateRecord | undefined>;
  /** Ends it, for one of those who try; undefined for the others. Throws `InternalError` when it does not open. */
  end(record: OAuthStateRecord): Promise<Sealed | undefined>;
  removeExpired(): Promise<void>;
}

const LIFETIME_MS = 10 * 60_000;
const PAGE = 100;

export function createStates({
  store,
  vault,
  now,
}: {
  store: OAuthStateStore;
  vault: Vault;
  now(): Date;
}): States {
  return {
    async begin({ redirectUri, ...begun }) {
      const state = newState();
      const { codeVerifier, codeChallenge } = newPkce();
      const createdAt = now();
      const record = {
        ...begun,
        id: stateId(state),
        createdAt: createdAt.toISOString(),
        expiresAt: new Date(createdAt.getTime() + LIFETIME_MS).toISOString(),
      };
      const sealed: Sealed = { codeVerifier, redirectUri };
      await store.create({ ...record, secrets: vault.seal(descriptor(record), sealed) });
      return { state, codeChallenge };
    },
    async find(state) {
      const record = await store.get(stateId(state));
      if (record === undefined || new Date(record.expiresAt) > now()) return record;
      await store.delete(record.id);
      return undefined;
    },
    async end(record) {
      if (!(await store.delete(record.id))) return undefined;
      return vault.open(descriptor(record), record.secrets) as Sealed;
    },
    async removeExpired() {
      const at = now().toISOString();
      while ((await store.deleteExpired(at, PAGE)) === PAGE);
    },
  };
}

function descriptor(record: Omit<OAuthStateRecord, 'secrets'>): Descriptor {
  const { id, spaceId, connectorId, createdBy, returnUrl, expiresAt } = record;
  return { type: 'oauth_state', id, spaceId, attributes: { connectorId, createdBy, returnUrl, expiresAt } };
}

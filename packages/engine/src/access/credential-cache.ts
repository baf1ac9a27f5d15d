import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ChangeFeed } from '../store/index.ts';
import type { Principal } from './principal.ts';

/** How long a verified credential is remembered. */
const TTL_MS = 60_000;
const MAX_ENTRIES = 10_000;

interface Entry {
  principal: Principal;
  /** Milliseconds since the epoch; when the credential itself ends. */
  expiresAt: number;
}

/**
 * Verified credentials, so that not every call pays for scrypt. They are kept under a keyed hash: the cache holds
 * no credential. Any change to users, roles or keys, here or in another process, forgets all of them at once; a verification that was under
 * way during the change is not remembered.
 */
export interface CredentialCache {
  get(header: string, now: number): Principal | undefined;
  /** Verifies with `verify` and remembers what it gives. Its errors are passed on and not remembered. */
  remember(header: string, verify: () => Promise<Entry>): Promise<Principal>;
  forgetAll(): void;
}

export function createCredentialCache(changes: ChangeFeed): CredentialCache {
  const key = randomBytes(32).toString('base64');
  const entries = new LRUCache<string, Entry>({ max: MAX_ENTRIES, ttl: TTL_MS });
  const verifying = new Map<string, Promise<Entry>>();
  let generation = 0;
  const nameOf = (header: string) => hash('sha256', `${key}${header}`, 'base64');

  const forgetAll = () => {
    generation++;
    entries.clear();
    verifying.clear();
  };
  for (const kind of ['users', 'roles', 'apiKeys'] as const) changes.onChange(kind, forgetAll);

  return {
    get(header, now) {
      if (!changes.isHeard()) return undefined;
      const entry = entries.get(nameOf(header));
      return entry !== undefined && entry.expiresAt > now ? entry.principal : undefined;
    },
    async remember(header, verify) {
      const name = nameOf(header);
      const startedIn = generation;
      // Callers that come with one credential at the same time share one verification.
      const running = verifying.get(name) ?? verify();
      verifying.set(name, running);
      try {
        const entry = await running;
        if (generation === startedIn) entries.set(name, entry);
        return entry.principal;
      } finally {
        if (verifying.get(name) === running) verifying.delete(name);
      }
    },
    forgetAll,
  };
}

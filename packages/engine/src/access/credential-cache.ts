import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ChangeFeed, ChangeKind } from '../store/index.ts';

/** How long a verified credential is remembered. */
const TTL_MS = 60_000;
const MAX_ENTRIES = 10_000;

interface Entry<Value> {
  /** Whom or what it stands for. */
  value: Value;
  /** Milliseconds since the epoch; when the credential itself ends. */
  expiresAt: number;
}

/**
 * Verified credentials, so that not every call pays for scrypt. They are kept under a keyed hash: the cache holds
 * no credential. Any change that may end one, here or in another process, forgets all of them at once; a verification that was under
 * way during the change is not remembered.
 */
export interface CredentialCache<Value> {
  get(credential: string, now: number): Value | undefined;
  /** Verifies with `verify` and remembers what it gives. Its errors are passed on and not remembered. */
  remember(credential: string, verify: () => Promise<Entry<Value>>): Promise<Value>;
  forget(credential: string): void;
  forgetAll(): void;
}

/** `kinds` are what a credential's validity depends on. */
export function createCredentialCache<Value>(
  changes: ChangeFeed,
  kinds: readonly ChangeKind[],
): CredentialCache<Value> {
  const key = randomBytes(32).toString('base64');
  const entries = new LRUCache<string, Entry<Value>>({ max: MAX_ENTRIES, ttl: TTL_MS });
  const verifying = new Map<string, Promise<Entry<Value>>>();
  let generation = 0;
  const nameOf = (credential: string) => hash('sha256', `${key}${credential}`, 'base64');

  const forgetAll = () => {
    generation++;
    entries.clear();
    verifying.clear();
  };
  for (const kind of kinds) changes.onChange(kind, forgetAll);

  return {
    get(credential, now) {
      if (!changes.isHeard()) return undefined;
      const entry = entries.get(nameOf(credential));
      return entry !== undefined && entry.expiresAt > now ? entry.value : undefined;
    },
    async remember(credential, verify) {
      const name = nameOf(credential);
      const startedIn = generation;
      // Callers that come with one credential at the same time share one verification.
      const running = verifying.get(name) ?? verify();
      verifying.set(name, running);
      try {
        const entry = await running;
        if (generation === startedIn) entries.set(name, entry);
        return entry.value;
      } finally {
        if (verifying.get(name) === running) verifying.delete(name);
      }
    },
    forget(credential) {
      const name = nameOf(credential);
      entries.delete(name);
      verifying.delete(name);
    },
    forgetAll,
  };
}

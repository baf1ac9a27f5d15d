import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { TooManyRequestsError } from '../errors/index.ts';

/** Names and addresses that are counted at once; the longest unseen are forgotten first. */
const MAX_ENTRIES = 20_000;

export interface LoginThrottleOptions {
  /** Failures of one user name, or from one address, within the window. */
  attempts: number;
  /** How long a window of failures is. */
  windowMs: number;
  /** How long further logins are then refused. */
  blockMs: number;
}

export interface Login {
  username: string;
  address: string | undefined;
}

/** Counts failed logins by user name and by address. Times are milliseconds since the epoch. */
export interface LoginThrottle {
  /** Throws `TooManyRequestsError` while the name or the address is blocked. */
  ensureAllowed(login: Login, now: number): void;
  failed(login: Login, now: number): void;
  /** Forgets the name's failures. Not the address's: who has one account could else guess at all others. */
  succeeded(login: Login): void;
}

interface Failures {
  count: number;
  since: number;
  blockedUntil: number;
}

export function createLoginThrottle({ attempts, windowMs, blockMs }: LoginThrottleOptions): LoginThrottle {
  const failures = new LRUCache<string, Failures>({ max: MAX_ENTRIES });

  return {
    ensureAllowed(login, now) {
      const until = Math.max(...keysOf(login).map((key) => failures.get(key)?.blockedUntil ?? 0));
      if (until <= now) return;
      throw new TooManyRequestsError('Too many failed logins, try again later', {
        retryAfterSeconds: Math.ceil((until - now) / 1000),
      });
    },
    failed(login, now) {
      for (const key of keysOf(login)) {
        const known = failures.get(key);
        const isCurrent =
          known !== undefined &&
          now < known.since + windowMs &&
          (known.blockedUntil === 0 || now < known.blockedUntil);
        const entry = isCurrent ? known : { count: 0, since: now, blockedUntil: 0 };
        entry.count++;
        if (entry.count >= attempts) entry.blockedUntil = now + blockMs;
        failures.set(key, entry);
      }
    },
    succeeded(login) {
      failures.delete(nameKey(login.username));
    },
  };
}

function keysOf({ username, address }: Login): string[] {
  return [nameKey(username), ...(address === undefined ? [] : [`address:${address}`])];
}

/** Of one size, however long the name. */
function nameKey(username: string): string {
  return `name:${hash('sha256', username, 'base64')}`;
}

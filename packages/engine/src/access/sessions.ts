import { hash, randomBytes } from 'node:crypto';
import { UnauthorizedError } from '../errors/index.ts';
import type { Store, UserRecord } from '../store/index.ts';
import { createCredentialCache } from './credential-cache.ts';
import type { Login } from './login-throttle.ts';
import type { VerifyLogin } from './logins.ts';
import type { Principal } from './principal.ts';

/** Durations in milliseconds; 0: no such end. */
export interface SessionLimits {
  idleTimeoutMs: number;
  lifespanMs: number;
}

/** A login that goes on, as its holder sees it. Times are milliseconds since the epoch, null where there is none. */
export interface Session {
  /** What the client calls the way in which it logged in. */
  provider: string;
  expiresAt: number | null;
  idleExpiresAt: number | null;
}

/** Who holds a session, and it. */
export interface SessionUse {
  principal: Principal;
  session: Session;
}

/**
 * Whether a use puts off the end of an idle session: not at all, as a page that only looks after its session; a tenth of
 * the time-out after the last time, so that not every call writes; at once.
 */
export type Extending = 'not' | 'when due' | 'now';

export interface Sessions {
  /**
   * Begins a session, with a token that nobody has had before; one that the caller comes with ends. Throws as a login with a
   * password does.
   */
  logIn(
    login: Login & { password: string; provider: string },
    former: string | undefined,
  ): Promise<SessionUse & { token: string }>;
  /** Throws `UnauthorizedError` when there is no such session any more. */
  useSession(token: string, extending: Extending): Promise<SessionUse>;
  /** Whose it was; undefined: there was none. */
  logOut(token: string): Promise<Principal | undefined>;
  /** Ends those of a user or of everybody, of one provider or any. How many they were. */
  endSessions(of: { username?: string | undefined; provider?: string | undefined }): Promise<number>;
  /** Removes what has ended from the store. */
  cleanUpSessions(): Promise<void>;
}

export interface SessionsOptions {
  store: Pick<Store, 'sessions' | 'users' | 'changes'>;
  limits: SessionLimits;
  verifyLogin: VerifyLogin;
  refreshRoles(): Promise<void>;
  principalOf(user: UserRecord): Principal;
  now(): Date;
}

const TOKEN_BYTES = 32;

/** What one statement removes at most, so that others are let in. */
const CLEAN_UP_BATCH = 500;

export function createSessions({
  store,
  limits: { idleTimeoutMs, lifespanMs },
  verifyLogin,
  refreshRoles,
  principalOf,
  now,
}: SessionsOptions): { sessions: Sessions; forgetAll(): void } {
  const { sessions, users, changes } = store;
  const known = createCredentialCache<SessionUse>(changes, ['users', 'roles', 'sessions']);
  const time = () => now().getTime();
  const after = (ms: number): string | null => (ms === 0 ? null : new Date(time() + ms).toISOString());

  /** From the store. Throws `UnauthorizedError`. */
  async function load(id: string) {
    const record = await sessions.get(id);
    const user = record && (await users.get(record.username));
    if (record === undefined || user === undefined || !user.enabled || record.passwordMark !== markOf(user))
      throw new UnauthorizedError('Unauthorized');
    const session = {
      provider: record.provider,
      expiresAt: momentOf(record.expiresAt),
      idleExpiresAt: momentOf(record.idleExpiresAt),
    };
    const expiresAt = Math.min(session.expiresAt ?? Infinity, session.idleExpiresAt ?? Infinity);
    if (expiresAt <= time()) throw new UnauthorizedError('Unauthorized');
    return { value: { session, principal: principalOf(user) }, expiresAt };
  }

  const isDue = ({ session: { idleExpiresAt } }: SessionUse) =>
    idleExpiresAt !== null && idleExpiresAt - time() < idleTimeoutMs * 0.9;

  async function end(token: string): Promise<void> {
    const id = idOf(token);
    if (await sessions.delete(id)) known.forgetAll();
    else known.forget(id);
  }

  return {
    forgetAll: known.forgetAll,
    sessions: {
      async logIn({ provider, ...login }, former) {
        const user = await verifyLogin(login);
        await refreshRoles();
        const token = randomBytes(TOKEN_BYTES).toString('base64url');
        const id = idOf(token);
        await sessions.create({
          id,
          username: user.username,
          passwordMark: markOf(user),
          provider,
          createdAt: now().toISOString(),
          expiresAt: after(lifespanMs),
          idleExpiresAt: after(idleTimeoutMs),
        });
        if (former !== undefined) await end(former);
        const { principal, session } = (await load(id)).value;
        return { token, principal, session };
      },

      async useSession(token, extending) {
        // What was remembered with former roles is forgotten with them.
        await refreshRoles();
        const id = idOf(token);
        const use = known.get(id, time()) ?? (await known.remember(id, () => load(id)));
        const isExtended = extending === 'now' || (extending === 'when due' && isDue(use));
        const idleExpiresAt = after(idleTimeoutMs);
        if (!isExtended || idleExpiresAt === null) return use;
        await sessions.extend(id, idleExpiresAt);
        known.forget(id);
        return known.remember(id, () => load(id));
      },

      async logOut(token) {
        await refreshRoles();
        const use = await load(idOf(token)).catch((error) => {
          if (error instanceof UnauthorizedError) return undefined;
          throw error;
        });
        await end(token);
        return use?.value.principal;
      },

      async endSessions(of) {
        const count = await sessions.deleteAll(of);
        known.forgetAll();
        return count;
      },

      async cleanUpSessions() {
        const at = now().toISOString();
        let removed: number;
        do removed = await sessions.deleteExpired(at, CLEAN_UP_BATCH);
        while (removed === CLEAN_UP_BATCH);
      },
    },
  };
}

/** A token is 256 random bits: a plain hash of it cannot be searched. */
function idOf(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Tells one password of a user from another, also one that was set while the session was being begun. */
function markOf({ passwordHash }: UserRecord): string {
  return hash('sha256', passwordHash, 'hex');
}

function momentOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

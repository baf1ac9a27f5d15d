import { ForbiddenError, UnauthorizedError } from '../errors/index.ts';
import type { Store, UserRecord } from '../store/index.ts';
import { type ApiKeys, createApiKeys, splitOnce, verifyApiKey } from './api-keys.ts';
import { createCredentialCache } from './credential-cache.ts';
import type { Directory } from './directory.ts';
import type { LoginThrottleOptions } from './login-throttle.ts';
import { createLogins } from './logins.ts';
import type { Principal } from './principal.ts';
import { NO_PRIVILEGES, type PrivilegeSet } from './privileges.ts';
import { keepRoles, type Roles } from './roles.ts';
import { createSessions, type SessionLimits, type Sessions } from './sessions.ts';
import { createFirstUser, createUsers, type Users } from './users.ts';

export interface Access extends Users, Roles, ApiKeys, Sessions {
  /**
   * Of an `Authorization` header, `Basic` or `ApiKey`, and what a directory knows. Throws `UnauthorizedError`; for passwords also
   * `TooManyRequestsError` after too many failures, by name and by the caller's address, and
   * `ServiceUnavailableError` when too many wait.
   */
  authenticate(header: string | undefined, address?: string): Promise<Principal>;
  /** Asks for the present password first, throttled as a login. Throws `ForbiddenError` where it is another. */
  changePassword(change: PasswordChange): Promise<void>;
}

export interface PasswordChange {
  username: string;
  present: string;
  next: string;
  address: string | undefined;
}

export interface AccessOptions {
  store: Pick<Store, 'users' | 'roles' | 'apiKeys' | 'sessions' | 'changes'>;
  /** The first user's password, if this is the first start; undefined: generate one. */
  firstPassword: string | undefined;
  loginThrottle: LoginThrottleOptions;
  sessions: SessionLimits;
  /** Asked about what is not ours; left out: nobody is. */
  directory?: Directory | undefined;
  now(): Date;
}

/** `generatedPassword` is set once: when the very first start made one up. */
export async function createAccess(
  options: AccessOptions,
): Promise<{ access: Access; generatedPassword: string | undefined }> {
  const { now, store } = options;
  const generatedPassword = await createFirstUser(store.users, options.firstPassword);
  const credentials = createCredentialCache<Principal>(store.changes, ['users', 'roles', 'apiKeys']);
  const changed = () => {
    credentials.forgetAll();
    forgetSessions();
  };
  const roles = await keepRoles(store.roles, store.changes, changed);
  const users = createUsers(store.users, changed);
  const apiKeys = createApiKeys(store.apiKeys, credentials.forgetAll, now);
  const logins = createLogins(store.users, options.loginThrottle, now);
  const verifyLogin = logins.verify;
  const principalOf = (user: UserRecord): Principal => ({
    ...identity(user),
    privileges: [roles.privilegesOf(user.roles)],
  });
  const { sessions, forgetAll: forgetSessions } = createSessions({
    store,
    limits: options.sessions,
    verifyLogin,
    refreshRoles: roles.refresh,
    principalOf,
    now,
  });

  /** Whom the directory knows under a name that nobody has here: one name is one person. */
  async function knownElsewhere(header: string, directory: Directory): Promise<Principal | undefined> {
    const principal = await directory.identify(header);
    if (principal === undefined) return undefined;
    return (await store.users.get(principal.username)) === undefined ? principal : undefined;
  }

  const reliedOn = (value: Principal, { cacheMs }: Directory) => ({
    value,
    expiresAt: now().getTime() + cacheMs,
  });

  async function verifyElsewhere(header: string) {
    const { directory } = options;
    const principal = directory && (await knownElsewhere(header, directory));
    if (directory === undefined || principal === undefined) throw new UnauthorizedError('Unauthorized');
    return reliedOn(principal, directory);
  }

  async function verifyBasic(header: string, encoded: string, address: string | undefined) {
    const [username = '', password = ''] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8'));
    const { directory } = options;
    if (directory !== undefined && (await store.users.get(username)) === undefined) {
      const principal = await logins.counted({ username, address }, () => knownElsewhere(header, directory));
      return reliedOn(principal, directory);
    }
    const user = await verifyLogin({ username, password, address });
    return { value: principalOf(user), expiresAt: Number.POSITIVE_INFINITY };
  }

  async function verifyKey(header: string, encoded: string) {
    const [id = ''] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8'));
    if (options.directory !== undefined && (await store.apiKeys.get(id)) === undefined)
      return verifyElsewhere(header);
    const record = await verifyApiKey(store.apiKeys, encoded, now());
    if (record === undefined) throw new UnauthorizedError('Unauthorized');
    const owner = await store.users.get(record.username);
    const principal: Principal = {
      ...(owner === undefined ? formerUser(record.username) : identity(owner)),
      apiKey: { id: record.id, name: record.name },
      // A key that is older than a kind of privilege has none of it.
      privileges: (record.privileges as PrivilegeSet[]).map((set) => ({ ...NO_PRIVILEGES, ...set })),
    };
    return {
      value: principal,
      expiresAt: record.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(record.expiresAt),
    };
  }

  return {
    generatedPassword,
    access: {
      ...users,
      ...apiKeys,
      ...sessions,
      listRoles: roles.listRoles,
      getRole: roles.getRole,
      putRole: roles.putRole,
      deleteRole: roles.deleteRole,

      async authenticate(header, address) {
        if (header === undefined) throw new UnauthorizedError('Unauthorized');
        // What was remembered with former roles is forgotten with them.
        await roles.refresh();
        const known = credentials.get(header, now().getTime());
        if (known !== undefined) return known;
        const [, scheme = '', encoded = ''] = /^(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
        switch (scheme.toLowerCase()) {
          case 'basic':
            return credentials.remember(header, () => verifyBasic(header, encoded, address));
          case 'apikey':
            return credentials.remember(header, () => verifyKey(header, encoded));
          case 'bearer':
            return credentials.remember(header, () => verifyElsewhere(header));
          default:
            throw new UnauthorizedError('Unauthorized');
        }
      },

      async changePassword({ username, present, next, address }) {
        await verifyLogin({ username, password: present, address }).catch((error) => {
          if (error instanceof UnauthorizedError)
            throw new ForbiddenError('The present password is another one');
          throw error;
        });
        await users.setPassword(username, next);
      },
    },
  };
}

function identity(user: UserRecord): Omit<Principal, 'privileges'> {
  const { username, profileUid, roles, fullName, email } = user;
  return { username, profileUid, roles, fullName, email };
}

/** The owner of a key that outlived them. */
function formerUser(username: string): Omit<Principal, 'privileges'> {
  return { username, profileUid: '', roles: [], fullName: null, email: null };
}

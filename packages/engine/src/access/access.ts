import { randomBytes, randomUUID } from 'node:crypto';
import {
  BadRequestError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthorizedError,
} from '../errors/index.ts';
import { keepRecords, type RoleRecord, type Store, type UserRecord } from '../store/index.ts';
import { type CreatedApiKey, createApiKey, type NewApiKey, splitOnce, verifyApiKey } from './api-keys.ts';
import { createCredentialCache } from './credential-cache.ts';
import { createLoginThrottle, type LoginThrottleOptions } from './login-throttle.ts';
import { hashPassword, unmatchableHash, verifyPassword } from './password.ts';
import { canManageSecurity, type Principal } from './principal.ts';
import { NO_PRIVILEGES, type PrivilegeSet, union } from './privileges.ts';
import { isReserved, privilegesOf, RESERVED_ROLES, type Role } from './role.ts';
import { createVerificationQueue } from './verification-queue.ts';

/** The user that is there from the first start. */
export const FIRST_USER = 'elastic';

export interface User {
  username: string;
  roles: string[];
  fullName: string | null;
  email: string | null;
  enabled: boolean;
}

/** A user as others see them. */
export interface Profile extends Omit<User, 'roles'> {
  uid: string;
}

export interface NewUser extends User {
  /** Required for a user that does not exist yet. */
  password: string | undefined;
}

export interface Access {
  /**
   * Of an `Authorization` header, `Basic` or `ApiKey`. Throws `UnauthorizedError`; for passwords also
   * `TooManyRequestsError` after too many failures, by name and by the caller's address, and
   * `ServiceUnavailableError` when too many wait.
   */
  authenticate(header: string | undefined, address?: string): Promise<Principal>;
  listUsers(): Promise<User[]>;
  /** Users by what identifies them for as long as they are there, whoever asks. */
  listProfiles(): Promise<Profile[]>;
  getUser(username: string): Promise<User>;
  putUser(user: NewUser): Promise<void>;
  deleteUser(username: string): Promise<void>;
  listRoles(): Role[];
  getRole(name: string): Role;
  /** With `createOnly` an existing role is a conflict. */
  putRole(role: Role, options: { createOnly: boolean }): Promise<void>;
  deleteRole(name: string): Promise<void>;
  createApiKey(owner: Principal, key: NewApiKey): Promise<CreatedApiKey>;
  /** One's own keys, or anybody's with the privilege. Throws when the key cannot be invalidated. */
  invalidateApiKey(caller: Principal, id: string): Promise<void>;
}

export interface AccessOptions {
  store: Pick<Store, 'users' | 'roles' | 'apiKeys' | 'changes'>;
  /** The first user's password, if this is the first start; undefined: generate one. */
  firstPassword: string | undefined;
  loginThrottle: LoginThrottleOptions;
  now(): Date;
}

/** `generatedPassword` is set once: when the very first start made one up. */
export async function createAccess(
  options: AccessOptions,
): Promise<{ access: Access; generatedPassword: string | undefined }> {
  const { users, apiKeys, changes } = options.store;
  const generatedPassword = await createFirstUser(options);
  const loadRoles = async () =>
    new Map(
      [...RESERVED_ROLES, ...(await options.store.roles.list()).map(toRole)].map((role) => [role.name, role]),
    );
  const roles = await keepRecords(loadRoles, changes, 'roles');
  const credentials = createCredentialCache(changes);
  const throttle = createLoginThrottle(options.loginThrottle);
  const inTurn = createVerificationQueue();
  // Whoever does not exist is told so no sooner than whoever gives a wrong password.
  const nobody = unmatchableHash();

  const rolePrivileges = (names: readonly string[]): PrivilegeSet =>
    union(names.flatMap((name) => roles.records.get(name) ?? []).map(privilegesOf));

  async function verifyBasic(encoded: string, address: string | undefined) {
    const [username = '', password = ''] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8'));
    const login = { username, address };
    const time = () => options.now().getTime();
    throttle.ensureAllowed(login, time());
    const user = await inTurn(async () => {
      // Others that waited as well may have failed by now.
      throttle.ensureAllowed(login, time());
      const user = await users.get(username);
      const matches = await verifyPassword(password, user?.passwordHash ?? nobody);
      if (user !== undefined && matches && user.enabled) return user;
      throttle.failed(login, time());
      throw new UnauthorizedError('Unauthorized');
    });
    throttle.succeeded(login);
    return {
      principal: { ...identity(user), privileges: [rolePrivileges(user.roles)] },
      expiresAt: Number.POSITIVE_INFINITY,
    };
  }

  async function verifyKey(encoded: string) {
    const record = await verifyApiKey(apiKeys, encoded, options.now());
    if (record === undefined) throw new UnauthorizedError('Unauthorized');
    const owner = await users.get(record.username);
    const principal: Principal = {
      ...(owner === undefined ? formerUser(record.username) : identity(owner)),
      apiKey: { id: record.id, name: record.name },
      // A key that is older than a kind of privilege has none of it.
      privileges: (record.privileges as PrivilegeSet[]).map((set) => ({ ...NO_PRIVILEGES, ...set })),
    };
    return {
      principal,
      expiresAt: record.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(record.expiresAt),
    };
  }

  return {
    generatedPassword,
    access: {
      async authenticate(header, address) {
        if (header === undefined) throw new UnauthorizedError('Unauthorized');
        // What was remembered with former roles is forgotten with them.
        await roles.refresh();
        const known = credentials.get(header, options.now().getTime());
        if (known !== undefined) return known;
        const [, scheme = '', encoded = ''] = /^(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
        switch (scheme.toLowerCase()) {
          case 'basic':
            return credentials.remember(header, () => verifyBasic(encoded, address));
          case 'apikey':
            return credentials.remember(header, () => verifyKey(encoded));
          default:
            throw new UnauthorizedError('Unauthorized');
        }
      },

      async listUsers() {
        return (await users.list()).map(toUser).sort((a, b) => a.username.localeCompare(b.username));
      },
      async listProfiles() {
        return (await users.list())
          .map(({ profileUid: uid, username, fullName, email, enabled }) => ({
            uid,
            username,
            fullName,
            email,
            enabled,
          }))
          .sort((a, b) => a.username.localeCompare(b.username));
      },
      async getUser(username) {
        const user = await users.get(username);
        if (user === undefined) throw new NotFoundError('Not Found');
        return toUser(user);
      },
      async putUser({ password, ...user }) {
        const existing = await users.get(user.username);
        if (existing === undefined && password === undefined) {
          throw new BadRequestError('password must be specified unless you are updating an existing user');
        }
        if (user.username === FIRST_USER && (!user.enabled || !user.roles.includes('superuser'))) {
          throw new BadRequestError(`the user [${FIRST_USER}] is reserved: it stays enabled and a superuser`);
        }
        const passwordHash =
          password === undefined ? (existing?.passwordHash ?? '') : await hashPassword(password);
        await users.put({ ...user, passwordHash, profileUid: existing?.profileUid ?? newProfileUid() });
        credentials.forgetAll();
      },
      async deleteUser(username) {
        if (username === FIRST_USER)
          throw new BadRequestError(`user [${username}] is reserved and cannot be deleted`);
        if (!(await users.delete(username))) throw new NotFoundError('Not Found');
        credentials.forgetAll();
      },

      listRoles: () => [...roles.records.values()].sort((a, b) => a.name.localeCompare(b.name)),
      getRole(name) {
        const role = roles.records.get(name);
        if (role === undefined) throw new NotFoundError('Not Found');
        return role;
      },
      async putRole(role, { createOnly }) {
        if (isReserved(role.name))
          throw new BadRequestError(`Role [${role.name}] is reserved and cannot be modified.`);
        if (createOnly && roles.records.has(role.name)) {
          throw new ConflictError(`Role already exists and cannot be created: ${role.name}`);
        }
        const { name, ...body } = role;
        await options.store.roles.put({ name, body });
        roles.records.set(name, role);
        roles.changed();
        credentials.forgetAll();
      },
      async deleteRole(name) {
        if (isReserved(name)) throw new BadRequestError(`Role [${name}] is reserved and cannot be deleted.`);
        if (!(await options.store.roles.delete(name))) throw new NotFoundError('Not Found');
        roles.records.delete(name);
        roles.changed();
        credentials.forgetAll();
      },

      createApiKey: (owner, key) => createApiKey(apiKeys, owner, key, options.now()),
      async invalidateApiKey(caller, id) {
        const record = await apiKeys.get(id);
        if (record === undefined) throw new NotFoundError(`API key [${id}] not found`);
        // A key may end itself, and nothing else of its owner's: it may be allowed less than they are.
        const isOwn =
          caller.apiKey === undefined ? record.username === caller.username : record.id === caller.apiKey.id;
        if (!isOwn && !canManageSecurity(caller)) throw new ForbiddenError('Forbidden');
        await apiKeys.invalidate(id, options.now().toISOString());
        credentials.forgetAll();
      },
    },
  };
}

async function createFirstUser({ store, firstPassword }: AccessOptions): Promise<string | undefined> {
  if ((await store.users.get(FIRST_USER)) !== undefined) return undefined;
  const password = firstPassword ?? randomBytes(15).toString('base64url');
  const isCreated = await store.users.create({
    username: FIRST_USER,
    passwordHash: await hashPassword(password),
    roles: ['superuser'],
    fullName: null,
    email: null,
    enabled: true,
    profileUid: newProfileUid(),
  });
  // Another process may have been first: then its password counts, and ours is not to be shown.
  return isCreated && firstPassword === undefined ? password : undefined;
}

function newProfileUid(): string {
  return `u_${randomUUID()}`;
}

function identity(user: UserRecord): Omit<Principal, 'privileges'> {
  const { username, profileUid, roles, fullName, email } = user;
  return { username, profileUid, roles, fullName, email };
}

/** The owner of a key that outlived them. */
function formerUser(username: string): Omit<Principal, 'privileges'> {
  return { username, profileUid: '', roles: [], fullName: null, email: null };
}

function toUser({ username, roles, fullName, email, enabled }: UserRecord): User {
  return { username, roles, fullName, email, enabled };
}

function toRole({ name, body }: RoleRecord): Role {
  return { ...(body as unknown as Omit<Role, 'name'>), name };
}

import { randomBytes, randomUUID } from 'node:crypto';
import { BadRequestError, NotFoundError } from '../errors/index.ts';
import type { UserRecord, UserStore } from '../store/index.ts';
import { hashPassword } from './password.ts';

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

/** Users as those see them who manage them. */
export interface Users {
  listUsers(): Promise<User[]>;
  /** Users by what identifies them for as long as they are there, whoever asks. */
  listProfiles(): Promise<Profile[]>;
  getUser(username: string): Promise<User>;
  putUser(user: NewUser): Promise<void>;
  deleteUser(username: string): Promise<void>;
  setUserEnabled(username: string, enabled: boolean): Promise<void>;
  /** Without asking for the former one. */
  setPassword(username: string, password: string): Promise<void>;
}

/** `changed` is called when anybody's credentials or roles may have changed. */
export function createUsers(users: UserStore, changed: () => void): Users {
  async function existing(username: string): Promise<UserRecord> {
    const user = await users.get(username);
    if (user === undefined) throw new NotFoundError('Not Found');
    return user;
  }

  async function put(user: UserRecord): Promise<void> {
    if (user.username === FIRST_USER && (!user.enabled || !user.roles.includes('superuser'))) {
      throw new BadRequestError(`the user [${FIRST_USER}] is reserved: it stays enabled and a superuser`);
    }
    await users.put(user);
    changed();
  }

  return {
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
    getUser: async (username) => toUser(await existing(username)),
    async putUser({ password, ...user }) {
      const known = await users.get(user.username);
      if (known === undefined && password === undefined) {
        throw new BadRequestError('password must be specified unless you are updating an existing user');
      }
      const passwordHash =
        password === undefined ? (known?.passwordHash ?? '') : await hashPassword(password);
      await put({ ...user, passwordHash, profileUid: known?.profileUid ?? newProfileUid() });
    },
    async deleteUser(username) {
      if (username === FIRST_USER)
        throw new BadRequestError(`user [${username}] is reserved and cannot be deleted`);
      if (!(await users.delete(username))) throw new NotFoundError('Not Found');
      changed();
    },
    async setUserEnabled(username, enabled) {
      await put({ ...(await existing(username)), enabled });
    },
    async setPassword(username, password) {
      await put({ ...(await existing(username)), passwordHash: await hashPassword(password) });
    },
  };
}

/** Makes the first user where there is none; its password where `password` is undefined and one was made up. */
export async function createFirstUser(
  users: UserStore,
  password: string | undefined,
): Promise<string | undefined> {
  if ((await users.get(FIRST_USER)) !== undefined) return undefined;
  const chosen = password ?? randomBytes(15).toString('base64url');
  const isCreated = await users.create({
    username: FIRST_USER,
    passwordHash: await hashPassword(chosen),
    roles: ['superuser'],
    fullName: null,
    email: null,
    enabled: true,
    profileUid: newProfileUid(),
  });
  // Another process may have been first: then its password counts, and ours is not to be shown.
  return isCreated && password === undefined ? chosen : undefined;
}

function newProfileUid(): string {
  return `u_${randomUUID()}`;
}

function toUser({ username, roles, fullName, email, enabled }: UserRecord): User {
  return { username, roles, fullName, email, enabled };
}

import { scryptSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BadRequestError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthorizedError,
} from '../errors/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { type Access, createAccess } from './access.ts';
import type { NewApiKey } from './api-keys.ts';
import { can, canManageSecurity, type Principal } from './principal.ts';
import { NO_PRIVILEGES, type PrivilegeSet, union } from './privileges.ts';
import { privilegesOf, type Role } from './role.ts';
import type { NewUser } from './users.ts';

const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const viewer: Role = {
  name: 'space1_viewer',
  metadata: {},
  elasticsearch: {},
  kibana: [{ spaces: ['space1'], base: [], feature: { actions: ['read'] } }],
};

const user = (facts: Partial<NewUser> = {}): NewUser => ({
  username: 'ann',
  password: 'secret1',
  roles: ['viewer'],
  fullName: 'Ann',
  email: 'ann@a.example',
  enabled: true,
  ...facts,
});

const apiKey = (facts: Partial<NewApiKey> = {}): NewApiKey => ({
  name: 'ci',
  expiresAt: null,
  metadata: {},
  limits: { descriptors: {}, privileges: undefined },
  ...facts,
});

const limitedTo = (privileges: PrivilegeSet) => ({ limits: { descriptors: {}, privileges } });

describe('access', () => {
  let folder: TempFolder;
  let store: Store;
  let access: Access;
  let time: number;
  const now = () => new Date(time);
  const open = (firstPassword?: string) =>
    createAccess({
      store,
      firstPassword,
      loginThrottle: { attempts: 3, windowMs: 1000, blockMs: 5000 },
      sessions: { idleTimeoutMs: 1000, lifespanMs: 5000 },
      now,
    });

  beforeEach(async () => {
    time = Date.parse('2026-01-01T00:00:00Z');
    folder = tempFolder();
    store = openSqliteStore(folder.file('patchbay.sqlite'));
    await put('elastic', 'changeme', ['superuser']);
    ({ access } = await open());
  });
  afterEach(async () => {
    await store.close();
    folder[Symbol.dispose]();
  });

  /** Puts a user straight into the store, with a hash that costs next to nothing. */
  const put = (username: string, password: string, roles: string[]) =>
    store.users.put({
      username,
      passwordHash: cheapHash(password),
      roles,
      fullName: null,
      email: null,
      enabled: true,
      profileUid: `u_${username}`,
    });

  const elastic = () => access.authenticate(basic('elastic', 'changeme'));
  const refused = async (header: string | undefined) =>
    expect(access.authenticate(header)).rejects.toThrow(new UnauthorizedError('Unauthorized'));

  describe('too many failed logins', () => {
    it('refuse even the right password, unverified, for a while; who is logged in stays so', async () => {
      await put('ann', 'secret1', []);
      const login = (password: string, address = '10.0.0.1') =>
        access.authenticate(basic('ann', password), address).then(
          () => 'in',
          (error) => error.statusCode,
        );
      expect(await login('secret1')).toBe('in');
      for (const wrong of ['a', 'b', 'c']) expect(await login(wrong)).toBe(401);
      expect(await login('d', '10.0.0.2')).toBe(429);
      expect(await login('secret1', '10.0.0.2')).toBe('in');
      await access.putUser(user({ username: 'bob', password: 'secret3', roles: [] }));
      expect(await login('secret1', '10.0.0.2')).toBe(429);
      time += 5000;
      expect(await login('secret1')).toBe('in');
    });

    it('are not let through by coming all at once', async () => {
      await put('ann', 'secret1', []);
      const guesses = Array.from({ length: 20 }, (_, at) => access.authenticate(basic('ann', `guess ${at}`)));
      const statuses = (await Promise.allSettled(guesses)).map(
        (result) => result.status === 'rejected' && result.reason.statusCode,
      );
      expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(4);
      expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(16);
    });
  });

  describe('the first start', () => {
    it('makes the user elastic, who may do everything', async () => {
      await store.users.delete('elastic');
      ({ access } = await open('changeme'));
      const principal = await elastic();
      expect(principal).toMatchObject({ username: 'elastic', roles: ['superuser'] });
      expect(principal.profileUid).toMatch(/^u_/);
      expect(canManageSecurity(principal)).toBe(true);
    });

    it('makes up a password when none is given, and tells it this once', async () => {
      await store.users.delete('elastic');
      const first = await open();
      expect(first.generatedPassword).toMatch(/^[A-Za-z0-9_-]{20}$/);
      access = first.access;
      await access.authenticate(basic('elastic', first.generatedPassword ?? ''));
      expect((await open()).generatedPassword).toBeUndefined();
    });

    it('is the only one at which the given password counts', async () => {
      const again = await open('another');
      expect(again.generatedPassword).toBeUndefined();
      access = again.access;
      await refused(basic('elastic', 'another'));
      expect(await elastic()).toMatchObject({ username: 'elastic' });
    });
  });

  describe('authentication', () => {
    it.each([
      undefined,
      '',
      'Basic',
      'Basic !!!',
      'Bearer abc',
      basic('elastic', 'wrong'),
      basic('nobody', 'changeme'),
      basic('', ''),
      `Basic ${Buffer.from('elastic').toString('base64')}`,
      'ApiKey abc',
      `ApiKey ${Buffer.from('id:key').toString('base64')}`,
    ])('refuses %j', async (header) => {
      await refused(header);
    });

    it('takes a scheme in any case, and a password with colons', async () => {
      await put('ann', 'a:b:c', []);
      const header = basic('ann', 'a:b:c').replace('Basic', 'bAsIc');
      expect(await access.authenticate(header)).toMatchObject({ username: 'ann' });
    });

    it('lets many callers in at once', async () => {
      const principals = await Promise.all(Array.from({ length: 20 }, elastic));
      expect(new Set(principals.map(({ username }) => username))).toEqual(new Set(['elastic']));
    });

    it('remembers a credential: the second time costs no scrypt', async () => {
      const first = await elastic();
      expect(await elastic()).toBe(first);
    });
  });

  describe('users', () => {
    it('are shown without their password, by name', async () => {
      await access.putUser(user());
      const { password: _, ...shown } = user();
      expect(await access.getUser('ann')).toEqual(shown);
      expect((await access.listUsers()).map(({ username }) => username)).toEqual(['ann', 'elastic']);
      await expect(access.getUser('nobody')).rejects.toThrow(NotFoundError);
      expect(JSON.stringify(await store.users.list())).not.toContain('secret1');
    });

    it('need a password when they are new, and keep theirs when none is given', async () => {
      await expect(access.putUser(user({ password: undefined }))).rejects.toThrow(
        new BadRequestError('password must be specified unless you are updating an existing user'),
      );
      await access.putUser(user());
      const before = await access.authenticate(basic('ann', 'secret1'));
      await access.putUser(user({ password: undefined, fullName: 'Ann B.' }));
      const after = await access.authenticate(basic('ann', 'secret1'));
      expect(after).toEqual({ ...before, fullName: 'Ann B.' });
    });

    it('are refused at once with a password that was changed', async () => {
      await put('ann', 'secret1', []);
      await access.authenticate(basic('ann', 'secret1'));
      await access.putUser(user({ password: 'secret2' }));
      await refused(basic('ann', 'secret1'));
      expect(await access.authenticate(basic('ann', 'secret2'))).toMatchObject({ username: 'ann' });
    });

    it('change their password by giving the present one, which is throttled as a login is', async () => {
      await put('ann', 'secret1', []);
      const change = (present: string) =>
        access.changePassword({ username: 'ann', present, next: 'secret2', address: undefined });
      await expect(change('wrong')).rejects.toThrow(ForbiddenError);
      await change('secret1');
      await refused(basic('ann', 'secret1'));
      expect(await access.authenticate(basic('ann', 'secret2'))).toMatchObject({ username: 'ann' });
      for (const wrong of ['a', 'b', 'c']) await expect(change(wrong)).rejects.toThrow(ForbiddenError);
      await expect(change('secret2')).rejects.toMatchObject({ statusCode: 429 });
    });

    it('are not remembered from a verification that was under way when they were disabled', async () => {
      await access.putUser(user());
      // A hash of the real cost keeps it under way for longer than the change takes.
      const underWay = access.authenticate(basic('ann', 'secret1'));
      await access.putUser(user({ password: undefined, enabled: false }));
      await underWay;
      await refused(basic('ann', 'secret1'));
    });

    it('are refused at once when they are disabled or deleted', async () => {
      await put('ann', 'secret1', []);
      await access.authenticate(basic('ann', 'secret1'));
      await access.putUser(user({ password: undefined, enabled: false }));
      await refused(basic('ann', 'secret1'));
      await access.putUser(user({ password: undefined }));
      await access.authenticate(basic('ann', 'secret1'));
      await access.deleteUser('ann');
      await refused(basic('ann', 'secret1'));
      await expect(access.deleteUser('ann')).rejects.toThrow(NotFoundError);
    });

    it('have what their roles give, as it is now', async () => {
      await put('ann', 'secret1', ['space1_viewer', 'no_such_role']);
      const ann = () => access.authenticate(basic('ann', 'secret1'));
      expect(can(await ann(), 'get', 'space1')).toBe(false);
      await access.putRole(viewer, { createOnly: true });
      expect(can(await ann(), 'get', 'space1')).toBe(true);
      expect(can(await ann(), 'create', 'space1')).toBe(false);
      await access.deleteRole('space1_viewer');
      expect(can(await ann(), 'get', 'space1')).toBe(false);
    });

    it('always have elastic among them, enabled and a superuser', async () => {
      const reserved = 'the user [elastic] is reserved: it stays enabled and a superuser';
      const change = user({ username: 'elastic', roles: ['superuser'] });
      await expect(access.putUser({ ...change, enabled: false })).rejects.toThrow(reserved);
      await expect(access.putUser({ ...change, roles: ['viewer'] })).rejects.toThrow(reserved);
      await expect(access.deleteUser('elastic')).rejects.toThrow(
        new BadRequestError('user [elastic] is reserved and cannot be deleted'),
      );
      await access.putUser({ ...change, password: 'changed' });
      await refused(basic('elastic', 'changeme'));
    });
  });

  describe('roles', () => {
    it('are kept over a restart, beside those that are always there', async () => {
      await access.putRole(viewer, { createOnly: false });
      ({ access } = await open());
      expect(access.getRole('space1_viewer')).toEqual(viewer);
      expect(access.listRoles().map(({ name }) => name)).toEqual([
        'editor',
        'kibana_admin',
        'space1_viewer',
        'superuser',
        'viewer',
      ]);
    });

    it('are replaced, unless they are to be new', async () => {
      await access.putRole(viewer, { createOnly: true });
      await expect(access.putRole(viewer, { createOnly: true })).rejects.toThrow(
        new ConflictError('Role already exists and cannot be created: space1_viewer'),
      );
      await access.putRole({ ...viewer, kibana: [] }, { createOnly: false });
      expect(access.getRole('space1_viewer').kibana).toEqual([]);
    });

    it('are not found when they are not there', async () => {
      expect(() => access.getRole('nothing')).toThrow(NotFoundError);
      await expect(access.deleteRole('nothing')).rejects.toThrow(NotFoundError);
    });

    it.each(['superuser', 'kibana_admin', 'editor', 'viewer'])(
      'do not change when reserved: %s',
      async (name) => {
        await expect(access.putRole({ ...viewer, name }, { createOnly: false })).rejects.toThrow(
          new BadRequestError(`Role [${name}] is reserved and cannot be modified.`),
        );
        await expect(access.deleteRole(name)).rejects.toThrow(
          new BadRequestError(`Role [${name}] is reserved and cannot be deleted.`),
        );
      },
    );
  });

  describe('API keys', () => {
    const use = (encoded: string) => access.authenticate(`ApiKey ${encoded}`);

    it('act for their owner, under their own name', async () => {
      const owner = await elastic();
      const { id, key, encoded } = await access.createApiKey(owner, apiKey());
      expect(Buffer.from(encoded, 'base64').toString()).toBe(`${id}:${key}`);
      expect(await use(encoded)).toEqual({ ...owner, apiKey: { id, name: 'ci' } });
    });

    it('that are older than a kind of privilege have none of it', async () => {
      const { id, encoded } = await access.createApiKey(await elastic(), apiKey());
      const record = await store.apiKeys.get(id);
      if (record === undefined) throw new Error('the key is not there');
      const [{ cases, ...before }] = record.privileges as [PrivilegeSet];
      store.apiKeys.get = async () => ({ ...record, privileges: [{ ...before, superuser: false }] });
      expect((await use(encoded)).privileges).toEqual([{ ...before, superuser: false, cases: [] }]);
    });

    it('are kept as a hash only', async () => {
      const { id, key } = await access.createApiKey(await elastic(), apiKey());
      expect(JSON.stringify(await store.apiKeys.get(id))).not.toContain(key);
    });

    it('are refused with another key, or another id', async () => {
      const first = await access.createApiKey(await elastic(), apiKey());
      const second = await access.createApiKey(await elastic(), apiKey());
      await refused(`ApiKey ${Buffer.from(`${first.id}:${second.key}`).toString('base64')}`);
      await refused(`ApiKey ${Buffer.from(`${first.id}:`).toString('base64')}`);
      await refused(`ApiKey ${Buffer.from(first.key).toString('base64')}`);
    });

    it('end when they expire, to the millisecond, also when they were just used', async () => {
      const expiresAt = '2026-01-01T01:00:00.000Z';
      const { encoded } = await access.createApiKey(await elastic(), apiKey({ expiresAt }));
      await use(encoded);
      time = Date.parse(expiresAt) - 1;
      await use(encoded);
      time = Date.parse(expiresAt);
      await refused(`ApiKey ${encoded}`);
    });

    it('are refused at once when they are invalidated', async () => {
      const owner = await elastic();
      const { id, encoded } = await access.createApiKey(owner, apiKey());
      await use(encoded);
      await access.invalidateApiKey(owner, id);
      await refused(`ApiKey ${encoded}`);
      await expect(access.invalidateApiKey(owner, 'nothing')).rejects.toThrow(
        new NotFoundError('API key [nothing] not found'),
      );
    });

    it('may be limited: what owner and key both allow is allowed', async () => {
      const limits = union([privilegesOf(viewer)]);
      const { encoded } = await access.createApiKey(await elastic(), apiKey(limitedTo(limits)));
      const principal = await use(encoded);
      expect(can(principal, 'execute', 'space1')).toBe(true);
      expect(can(principal, 'execute', 'space2')).toBe(false);
      expect(can(principal, 'create', 'space1')).toBe(false);
      expect(canManageSecurity(principal)).toBe(false);
    });

    it('cannot be given more than their owner has', async () => {
      await access.putRole(viewer, { createOnly: true });
      await put('ann', 'secret1', ['space1_viewer']);
      const ann = await access.authenticate(basic('ann', 'secret1'));
      const everything: PrivilegeSet = (await elastic()).privileges[0] as PrivilegeSet;
      const { encoded } = await access.createApiKey(ann, apiKey(limitedTo(everything)));
      const principal = await use(encoded);
      expect(can(principal, 'get', 'space1')).toBe(true);
      expect(can(principal, 'create', 'space1')).toBe(false);
    });

    it('made with a key have no privileges, and are refused where they ask for any', async () => {
      const first = await access.createApiKey(await elastic(), apiKey());
      const caller = await use(first.encoded);
      for (const key of [apiKey(), apiKey(limitedTo(privilegesOf(viewer)))]) {
        await expect(access.createApiKey(caller, key)).rejects.toThrow(
          new BadRequestError(
            'creating derived api keys requires an explicit role descriptor that is empty (has no privileges)',
          ),
        );
      }
      const second = await access.createApiKey(caller, apiKey(limitedTo(NO_PRIVILEGES)));
      expect(can(await use(second.encoded), 'get', 'space1')).toBe(false);
    });

    it('are listed for their owner, and for those who manage everybody’s; a key sees itself', async () => {
      await put('ann', 'secret1', []);
      const ann = await access.authenticate(basic('ann', 'secret1'));
      const hers = await access.createApiKey(ann, apiKey({ name: 'hers' }));
      const ours = await access.createApiKey(await elastic(), apiKey({ name: 'ours' }));
      const gone = await access.createApiKey(ann, apiKey({ name: 'gone' }));
      await access.invalidateApiKey(ann, gone.id);
      const seenBy = async (caller: Principal) =>
        (await access.listApiKeys(caller)).map(({ name }) => name).sort();
      expect(await seenBy(ann)).toEqual(['hers']);
      expect(await seenBy(await elastic())).toEqual(['hers', 'ours']);
      expect(await seenBy(await use(hers.encoded))).toEqual(['hers']);
      const [shown] = await access.listApiKeys(ann);
      expect(shown).toEqual({
        id: hers.id,
        name: 'hers',
        username: 'ann',
        metadata: {},
        descriptors: {},
        createdAt: '2026-01-01T00:00:00.000Z',
        expiresAt: null,
      });
      expect(JSON.stringify(await access.listApiKeys(await elastic()))).not.toContain(ours.key);
    });

    it('change for their owner alone, at once, and take the owner’s privileges anew', async () => {
      await access.putRole(viewer, { createOnly: true });
      await put('ann', 'secret1', []);
      const as = () => access.authenticate(basic('ann', 'secret1'));
      const { id, encoded } = await access.createApiKey(await as(), apiKey());
      const nothing = { expiresAt: undefined, metadata: undefined, limits: undefined };
      expect(await access.updateApiKey(await as(), id, nothing)).toBe(false);
      await put('ann', 'secret1', ['space1_viewer']);
      ({ access } = await open());
      expect(can(await use(encoded), 'get', 'space1')).toBe(false);
      expect(await access.updateApiKey(await as(), id, nothing)).toBe(true);
      expect(can(await use(encoded), 'get', 'space1')).toBe(true);
      const limits = { descriptors: { none: {} }, privileges: NO_PRIVILEGES };
      expect(await access.updateApiKey(await as(), id, { ...nothing, limits })).toBe(true);
      expect(can(await use(encoded), 'get', 'space1')).toBe(false);
      expect(await access.updateApiKey(await as(), id, { ...nothing, metadata: { a: 1 } })).toBe(true);
      expect(can(await use(encoded), 'get', 'space1')).toBe(false);

      const change = { ...nothing, metadata: {} };
      await expect(access.updateApiKey(await elastic(), id, change)).rejects.toThrow(
        new NotFoundError(`no API key owned by requesting user found for ID [${id}]`),
      );
      await expect(access.updateApiKey(await use(encoded), id, change)).rejects.toThrow(BadRequestError);
      const expiresAt = new Date(time + 1000).toISOString();
      await access.updateApiKey(await as(), id, { ...nothing, expiresAt });
      time += 1000;
      await refused(`ApiKey ${encoded}`);
      await expect(access.updateApiKey(await as(), id, change)).rejects.toThrow(
        new BadRequestError(`cannot update expired API key [${id}]`),
      );
    });

    it('keep what their owner had when they were made, also after the owner is gone', async () => {
      await put('ann', 'secret1', ['viewer']);
      const ann = await access.authenticate(basic('ann', 'secret1'));
      const { encoded } = await access.createApiKey(ann, apiKey());
      await access.putUser(user({ password: undefined, roles: [] }));
      expect(can(await use(encoded), 'get', 'default')).toBe(true);
      await access.deleteUser('ann');
      expect(await use(encoded)).toMatchObject({ username: 'ann', profileUid: '', roles: [] });
    });

    it('may end themselves, and no other of their owner’s unless they have the privilege', async () => {
      const owner = await elastic();
      const other = await access.createApiKey(owner, apiKey());
      const limited = await access.createApiKey(owner, apiKey(limitedTo(privilegesOf(viewer))));
      const caller = await use(limited.encoded);
      await expect(access.invalidateApiKey(caller, other.id)).rejects.toThrow(ForbiddenError);
      await access.invalidateApiKey(await use(other.encoded), limited.id);
      await refused(`ApiKey ${limited.encoded}`);
      const last = await access.createApiKey(owner, apiKey(limitedTo(privilegesOf(viewer))));
      await access.invalidateApiKey(await use(last.encoded), last.id);
      await refused(`ApiKey ${last.encoded}`);
    });

    it('are one’s own to invalidate, or anybody’s with the privilege', async () => {
      await put('ann', 'secret1', []);
      await put('bob', 'secret1', []);
      const as = (name: string): Promise<Principal> => access.authenticate(basic(name, 'secret1'));
      const { id, encoded } = await access.createApiKey(await as('ann'), apiKey());
      await expect(access.invalidateApiKey(await as('bob'), id)).rejects.toThrow(ForbiddenError);
      await use(encoded);
      await access.invalidateApiKey(await as('ann'), id);
      await refused(`ApiKey ${encoded}`);
      const second = await access.createApiKey(await as('ann'), apiKey());
      await access.invalidateApiKey(await elastic(), second.id);
      await refused(`ApiKey ${second.encoded}`);
    });
  });
});

/** As `hashPassword` writes it, at the least cost there is. */
function cheapHash(password: string): string {
  const salt = Buffer.from('salt');
  const hash = scryptSync(password, salt, 32, { N: 2, r: 1, p: 1 });
  return ['scrypt', 2, 1, 1, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

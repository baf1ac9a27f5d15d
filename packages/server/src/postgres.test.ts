import { readdirSync } from 'node:fs';
import { STALENESS_BOUND_MS } from '@patchbay/engine/store';
import {
  describeOnPostgres,
  type PostgresServer,
  startPostgres,
  type TestDatabase,
  testDatabase,
} from '@patchbay/engine/testing/postgres';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { runPatchbay } from './testing/run-patchbay.ts';
import {
  FIRST_PASSWORD,
  type TestServer,
  type TestServerOptions,
  temporaryFolder,
  testServer,
} from './testing/test-server.ts';
import { addUser } from './testing/users.ts';

const describe = await describeOnPostgres();

const PASSWORD = 'postgres-password';
const encryptionKey = 'xpack.encryptedSavedObjects.encryptionKey';
const sharedKey = { [encryptionKey]: 'k'.repeat(32) };

const on = (url: string, { settings, ...options }: TestServerOptions = {}) =>
  testServer({ ...options, settings: { 'patchbay.store.url': url, ...settings } });

const webhook = (url: string) => ({
  name: 'Hook',
  connector_type_id: '.webhook',
  config: { url, hasAuth: false },
  secrets: {},
});

describe('a server on PostgreSQL', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database[Symbol.asyncDispose]());

  it('keeps everything there, over restarts, and nothing but its key in the data folder', async () => {
    await using receiver = await standIn(() => ({}));
    const dataPath = temporaryFolder();
    const first = await on(database.url, { dataPath });
    const created = await first.call('POST', '/api/actions/connector/hook', { body: webhook(receiver.url) });
    expect(created.status).toBe(200);
    const me = await first.call('GET', '/api/status');
    await first.stop();
    expect(readdirSync(dataPath)).toEqual(['encryption.key']);

    await using second = await on(database.url, { dataPath });
    const run = await second.call('POST', '/api/actions/connector/hook/_execute', {
      body: { params: { body: 'hello' } },
    });
    expect(run.body).toMatchObject({ status: 'ok' });
    expect(receiver.received).toMatchObject([{ body: 'hello' }]);
    const again = await second.call('GET', '/api/status');
    expect(again.body).toMatchObject({ status: { overall: { level: 'available' } } });
    // One of several may be gone when another one comes: a name is nobody else's.
    expect(again.body.uuid).not.toBe(me.body.uuid);
    await second.stop();
    const rows = await database.query(
      `select document::json ->> 'message' as message from patchbay.events order by seq`,
    );
    expect(rows.map(({ message }) => message)).toEqual([
      expect.stringContaining('action started'),
      expect.stringContaining('action executed'),
    ]);
    expect(JSON.stringify([first.logged, second.logged])).not.toContain(PASSWORD);
  });

  it('may be started for the first time in several places at once', async () => {
    const servers = await Promise.all(
      [1, 2, 3].map(() => on(database.url, { settings: sharedKey, firstPassword: null })),
    );
    const passwords = servers.flatMap(({ generatedPassword }) => generatedPassword ?? []);
    expect(passwords).toHaveLength(1);
    const as = `elastic:${passwords[0]}`;
    for (const server of servers)
      expect((await server.call('GET', '/internal/security/me', { as })).status).toBe(200);
    const [one, other] = servers as [TestServer, TestServer];
    await one.call('POST', '/api/actions/connector/hook', { as, body: webhook('https://a.example') });
    const read = await other.call('GET', '/api/actions/connector/hook', { as });
    expect(read.body).toMatchObject({ name: 'Hook' });
    const uuids = await Promise.all(
      servers.map(async (server) => (await server.call('GET', '/api/status', { as })).body.uuid),
    );
    expect(new Set(uuids).size).toBe(3);
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('makes one key in a data folder that is shared, and no second one beside it', async () => {
    const dataPath = temporaryFolder();
    const servers = await Promise.all([1, 2].map(() => on(database.url, { dataPath })));
    expect(servers.filter(({ newKeyFile }) => newKeyFile !== undefined)).toHaveLength(1);
    await Promise.all(servers.map((server) => server.stop()));

    const elsewhere = temporaryFolder();
    await expect(on(database.url, { dataPath: elsewhere })).rejects.toThrow(/^The encryption key is missing/);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('has its offline commands work on it', async () => {
    const environment = {
      PATH_DATA: temporaryFolder(),
      PATCHBAY_STORE_URL: database.url,
      XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY: 'k'.repeat(32),
    };
    const reset = () =>
      runPatchbay(['users', 'reset-password', 'elastic', '--password-stdin'], {
        environment,
        input: 'a brand new one',
      });
    const none = await reset();
    expect(none).toMatchObject({ exitCode: 4, stdout: '' });
    expect(none.stderr).toMatch(
      /^There is no store in the PostgreSQL database test_\w+ on 127\.0\.0\.1:\d+: see --config/,
    );
    await using server = await on(database.url, { settings: sharedKey });
    await server.call('POST', '/api/actions/connector/hook', { body: webhook('https://a.example') });
    expect(await reset()).toEqual({ exitCode: 0, stdout: 'set the password of "elastic"\n', stderr: '' });

    const rotated = await runPatchbay(['keys', 'rotate', '--offline'], {
      environment: {
        ...environment,
        XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY: 'n'.repeat(32),
        XPACK_ENCRYPTEDSAVEDOBJECTS_KEYROTATION_DECRYPTIONONLYKEYS: 'k'.repeat(32),
      },
    });
    expect(rotated).toMatchObject({ exitCode: 0, stdout: 'encrypted anew: 1 of 1\n' });
  });

  it('says what is wrong with its URL, without repeating it', async () => {
    const check = (url: string) =>
      runPatchbay(['config', 'check'], { environment: { PATCHBAY_STORE_URL: url } });
    for (const [url, problem] of [
      [
        'mysql://ann:a-planted-secret@a.example/db',
        'patchbay.store.url: expected sqlite:PATH or postgres://',
      ],
      ['postgres://ann:a-planted-secret@a.example', 'it names no database'],
    ] as const) {
      const { exitCode, stdout } = await check(url);
      expect([exitCode, stdout]).toEqual([1, expect.stringContaining(problem)]);
      expect(stdout).not.toContain('a-planted-secret');
    }
  });
});

describe('two servers on one PostgreSQL', () => {
  let database: TestDatabase;
  let one: TestServer;
  let other: TestServer;
  beforeAll(async () => {
    database = await testDatabase();
    one = await on(database.url, { settings: sharedKey });
    other = await on(database.url, { settings: sharedKey });
  });
  afterAll(async () => {
    await one.stop();
    await other.stop();
    await database[Symbol.asyncDispose]();
  });

  /** What the other one answers is so within the bound, which starts now. */
  const soon = (check: () => Promise<void>) =>
    vi.waitFor(check, { timeout: STALENESS_BOUND_MS, interval: 20 });

  it('the other one runs a connector as it was changed, and not one that was deleted', async () => {
    await using before = await standIn(() => ({}));
    await using after = await standIn(() => ({}));
    const path = '/api/actions/connector/hook';
    const execute = () => other.call('POST', `${path}/_execute`, { body: { params: { body: 'hello' } } });
    await one.call('POST', path, { body: webhook(before.url) });
    expect((await execute()).body).toMatchObject({ status: 'ok' });

    const { connector_type_id, ...change } = webhook(after.url);
    await one.call('PUT', path, { body: change });
    await soon(async () => {
      await execute();
      expect(after.received).not.toEqual([]);
    });
    await one.call('PUT', '/api/patchbay/connectors/hook/settings', { body: { redirects: { max: 7 } } });
    await soon(async () => {
      const settings = await other.call('GET', '/api/patchbay/connectors/hook/settings');
      expect(settings.body).toMatchObject({ redirects: { max: 7 } });
    });
    await one.call('DELETE', path);
    await soon(async () => expect((await execute()).status).toBe(404));
  });

  it('the other one lets those run a connector who may by now', async () => {
    await using remote = await standIn(() => ({}));
    const as = await addUser(one, 'bob', [{ spaces: ['*'], feature: { actions: ['all'] } }]);
    await one.call('POST', '/api/actions/connector/gated', { body: webhook(remote.url) });
    const body = { params: { body: 'hello' } };
    const execute = async () =>
      (await other.call('POST', '/api/actions/connector/gated/_execute', { as, body })).status;
    await soon(async () => expect(await execute()).toBe(200));
    const path = '/api/patchbay/connectors/gated/access';
    await one.call('PUT', path, { body: { use: { users: ['ann'] } } });
    await soon(async () => expect(await execute()).toBe(403));
    await one.call('DELETE', path);
    await soon(async () => expect(await execute()).toBe(200));
  });

  it('the other one knows a space that was made, and not one that was deleted', async () => {
    const list = () => other.call('GET', '/s/team/api/actions/connectors');
    expect((await list()).status).toBe(404);
    await one.call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
    await soon(async () => expect((await list()).status).toBe(200));
    await one.call('DELETE', '/api/spaces/space/team');
    await soon(async () => expect((await list()).status).toBe(404));
  });

  it('the other one takes users, roles and keys as they are now', async () => {
    const as = 'ann:a long password';
    const list = async (credentials: string) =>
      (await other.call('GET', '/api/actions/connectors', { as: credentials })).status;
    const role = (feature: Record<string, string[]>) =>
      one.call('PUT', '/api/security/role/ops', { body: { kibana: [{ spaces: ['*'], feature }] } });
    await role({ actions: ['read'] });
    await one.call('POST', '/internal/security/users/ann', {
      body: { username: 'ann', password: 'a long password', roles: ['ops'] },
    });
    await soon(async () => expect(await list(as)).toBe(200));
    await role({ discover: ['all'] });
    await soon(async () => expect(await list(as)).toBe(403));
    await one.call('DELETE', '/internal/security/users/ann');
    await soon(async () => expect(await list(as)).toBe(401));

    const made = await one.call('POST', '/internal/security/api_key', { body: { name: 'ci' } });
    const key = `ApiKey ${made.body.encoded}`;
    expect(await list(key)).toBe(200);
    await one.call('POST', '/internal/security/api_key/invalidate', {
      body: { apiKeys: [{ id: made.body.id, name: 'ci' }] },
    });
    await soon(async () => expect(await list(key)).toBe(401));
  });

  it('the other one takes a session, and no more when it has ended', async () => {
    const begin = async () => {
      const { headers } = await one.call('POST', '/internal/security/login', {
        as: null,
        body: {
          providerType: 'basic',
          providerName: 'basic',
          currentURL: '/login',
          params: { username: 'elastic', password: FIRST_PASSWORD },
        },
      });
      return String(headers.get('set-cookie')).split(';', 1)[0] ?? '';
    };
    const list = async (on: TestServer, cookie: string) =>
      (await on.call('GET', '/api/actions/connectors', { as: null, headers: { cookie } })).status;
    const [first, second] = [await begin(), await begin()];
    expect([await list(other, first), await list(other, second)]).toEqual([200, 200]);
    await one.call('GET', '/api/security/logout', { as: null, headers: { cookie: first } });
    await soon(async () => expect(await list(other, first)).toBe(401));
    expect(await list(other, second)).toBe(200);
    await database.query(
      `update patchbay.users set password_hash = password_hash || 'x' where username = 'elastic'`,
    );
    await soon(async () => expect([await list(one, second), await list(other, second)]).toEqual([401, 401]));
  });
});

describe('a PostgreSQL that comes and goes', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  it('is waited for by a start', async () => {
    await postgres.stop();
    const starting = on(postgres.url('postgres'), { settings: sharedKey });
    await postgres.start();
    await using server = await starting;

    expect((await server.call('GET', '/readyz', { as: null })).status).toBe(200);
  });

  it('may be restarted: calls meanwhile are answered 503, and everything works afterwards', async () => {
    await using receiver = await standIn(() => ({}));
    await using server = await on(postgres.url('postgres'), { settings: sharedKey });
    await server.call('POST', '/api/actions/connector/hook', { body: webhook(receiver.url) });
    const execute = () =>
      server.call('POST', '/api/actions/connector/hook/_execute', { body: { params: { body: 'hello' } } });
    expect((await execute()).body).toMatchObject({ status: 'ok' });

    await postgres.stop();
    for (const path of ['/api/actions/connectors', '/internal/security/users']) {
      const answer = await server.call('GET', path);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.body).toEqual({
        statusCode: 503,
        error: 'Service Unavailable',
        message: 'The store is not available at the moment.',
      });
    }
    const login = await server.call('GET', '/internal/security/me', { as: 'elastic:not-the-password' });
    expect(login.status).toBe(503);
    expect((await server.call('GET', '/readyz', { as: null })).status).toBe(503);
    expect((await server.call('GET', '/livez', { as: null })).status).toBe(200);

    await postgres.start();
    await vi.waitFor(async () => {
      expect((await server.call('GET', '/readyz', { as: null })).status).toBe(200);
    });
    expect((await server.call('GET', '/api/actions/connectors')).status).toBe(200);
    expect((await execute()).body).toMatchObject({ status: 'ok' });
    const told = server.logged
      .filter(({ logger, msg }) => logger === 'store' && String(msg).startsWith('the PostgreSQL'))
      .map(({ msg }) => msg);
    expect(told).toEqual([
      expect.stringMatching(/^the PostgreSQL database postgres on 127\.0\.0\.1:\d+ is not available: /),
      expect.stringMatching(/^the PostgreSQL database postgres on 127\.0\.0\.1:\d+ answers again$/),
    ]);
    expect(JSON.stringify(server.logged)).not.toContain(PASSWORD);
  });
});

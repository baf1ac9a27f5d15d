import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_PASSWORD, testServer } from '../../testing/test-server.ts';
import { addApiKey } from '../../testing/users.ts';

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const users = '/internal/security/users';
const badRequest = (message: string) => ({ statusCode: 400, error: 'Bad Request', message });
const notFound = { statusCode: 404, error: 'Not Found', message: 'Not Found' };

const put = (username: string, body: object) =>
  call('POST', `${users}/${encodeURIComponent(username)}`, { body: { username, ...body } });
const me = (as: string) => call('GET', '/internal/security/me', { as });

describe('POST /internal/security/users/{username}', () => {
  it('makes a user who can log in, and never answers with the password', async () => {
    const { status, body } = await put('ann', {
      password: 'ann-password',
      roles: ['viewer'],
      full_name: 'Ann Other',
      email: 'ann@example.com',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      username: 'ann',
      roles: ['viewer'],
      full_name: 'Ann Other',
      email: 'ann@example.com',
      enabled: true,
      metadata: {},
    });
    expect((await call('GET', `${users}/ann`)).body).toEqual(body);
    expect((await me('ann:ann-password')).status).toBe(200);
  });

  it('takes a name and a password of any characters', async () => {
    await put('zoë@example.com', { password: 'p:ä ss/%日' });
    expect((await me('zoë@example.com:p:ä ss/%日')).body.username).toBe('zoë@example.com');
  });

  it('changes everything but the password where none is sent', async () => {
    await put('bob', { password: 'bob-password', roles: ['viewer'], full_name: 'Bob' });
    await put('bob', { roles: ['editor'] });
    expect((await me('bob:bob-password')).body).toMatchObject({ roles: ['editor'], full_name: null });
  });

  it('refuses the old password at once, though it was used a moment ago', async () => {
    await put('carl', { password: 'old-password' });
    expect((await me('carl:old-password')).status).toBe(200);
    await put('carl', { password: 'new-password' });
    expect((await me('carl:old-password')).status).toBe(401);
    expect((await me('carl:new-password')).status).toBe(200);
  });

  it('shuts a disabled user out at once', async () => {
    await put('dora', { password: 'dora-password' });
    expect((await me('dora:dora-password')).status).toBe(200);
    await put('dora', { enabled: false });
    expect((await me('dora:dora-password')).status).toBe(401);
    await put('dora', { enabled: true });
    expect((await me('dora:dora-password')).status).toBe(200);
  });

  it.each<[object, string]>([
    [{ username: 'other' }, '[request body.username]: expected "erna", the name in the path'],
    [{ password: 'short' }, '[request body.password]: Password must be at least 6 characters.'],
    [{ password: undefined }, 'password must be specified unless you are updating an existing user'],
    [{ roles: 'viewer' }, '[request body.roles]: expected value of type [array] but got [string]'],
    [{ enabled: 'yes' }, '[request body.enabled]: expected value of type [boolean] but got [string]'],
    [{ admin: true }, "[request body.admin]: Additional properties are not allowed ('admin' was unexpected)"],
  ])('refuses %j', async (change, message) => {
    const { status, body } = await put('erna', { password: 'erna-password', ...change });
    expect([status, body]).toEqual([400, badRequest(message)]);
    expect((await call('GET', `${users}/erna`)).body).toEqual(notFound);
  });

  it.each([{ roles: [] }, { roles: ['superuser'], enabled: false }])(
    'leaves the first user enabled and a superuser: %j is refused',
    async (change) => {
      expect((await put('elastic', change)).body).toEqual(
        badRequest('the user [elastic] is reserved: it stays enabled and a superuser'),
      );
    },
  );
});

describe('GET /internal/security/users', () => {
  it('lists the users by name', async () => {
    const { status, body } = await call('GET', users);
    expect(status).toBe(200);
    expect(body.map(({ username }: { username: string }) => username)).toEqual([
      'ann',
      'bob',
      'carl',
      'dora',
      'elastic',
      'zoë@example.com',
    ]);
    expect(body[4]).toEqual({
      username: 'elastic',
      roles: ['superuser'],
      full_name: null,
      email: null,
      enabled: true,
      metadata: {},
    });
  });
});

describe('POST /internal/security/users/{username}/password', () => {
  beforeAll(() => put('gina', { password: 'gina-password' }));
  const change = (body: object, as: string) => call('POST', `${users}/gina/password`, { as, body });

  it('changes one’s own for the present one, at once', async () => {
    const wrong = await change({ password: 'guess', newPassword: 'gina-second' }, 'gina:gina-password');
    expect([wrong.status, wrong.body.message]).toEqual([403, 'The present password is another one']);
    expect((await change({ newPassword: 'gina-second' }, 'gina:gina-password')).status).toBe(403);
    const { status, body } = await change(
      { password: 'gina-password', newPassword: 'gina-second' },
      'gina:gina-password',
    );
    expect([status, body]).toEqual([204, '']);
    expect([(await me('gina:gina-password')).status, (await me('gina:gina-second')).status]).toEqual([
      401, 200,
    ]);
  });

  it('changes anybody’s for those who manage users, and for nobody else', async () => {
    await put('hugo', { password: 'hugo-password' });
    expect((await change({ newPassword: 'gina-third' }, 'hugo:hugo-password')).status).toBe(403);
    expect((await change({ newPassword: 'gina-third' }, `elastic:${FIRST_PASSWORD}`)).status).toBe(204);
    expect((await me('gina:gina-third')).status).toBe(200);
  });

  it('does not change one’s own by a key', async () => {
    const key = await addApiKey(server, 'gina:gina-third', { name: 'k' });
    const body = { password: 'gina-third', newPassword: 'gina-fourth' };
    expect((await change(body, key)).status).toBe(403);
  });

  it('refuses what is too short', async () => {
    expect((await change({ newPassword: 'short' }, `elastic:${FIRST_PASSWORD}`)).body).toEqual(
      badRequest('[request body.newPassword]: Password must be at least 6 characters.'),
    );
  });
});

describe('POST /internal/security/users/{username}/_disable', () => {
  it('lets the user in no more, until _enable', async () => {
    await put('ida', { password: 'ida-password' });
    expect((await me('ida:ida-password')).status).toBe(200);
    expect((await call('POST', `${users}/ida/_disable`)).status).toBe(204);
    expect((await me('ida:ida-password')).status).toBe(401);
    expect((await call('GET', `${users}/ida`)).body.enabled).toBe(false);
    expect((await call('POST', `${users}/ida/_enable`)).status).toBe(204);
    expect((await me('ida:ida-password')).status).toBe(200);
  });

  it('is refused for the first user', async () => {
    expect((await call('POST', `${users}/elastic/_disable`)).body).toEqual(
      badRequest('the user [elastic] is reserved: it stays enabled and a superuser'),
    );
  });
});

describe('DELETE /internal/security/users/{username}', () => {
  it('answers 204 and shuts the user out at once', async () => {
    await put('fred', { password: 'fred-password' });
    expect((await me('fred:fred-password')).status).toBe(200);
    const { status, body } = await call('DELETE', `${users}/fred`);
    expect([status, body]).toEqual([204, '']);
    expect((await me('fred:fred-password')).status).toBe(401);
    expect((await call('DELETE', `${users}/fred`)).body).toEqual(notFound);
  });

  it('is refused for the first user', async () => {
    expect((await call('DELETE', `${users}/elastic`)).body).toEqual(
      badRequest('user [elastic] is reserved and cannot be deleted'),
    );
  });
});

describe('GET /internal/security/me', () => {
  it('tells who is calling', async () => {
    const { status, body } = await me(`elastic:${FIRST_PASSWORD}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      username: 'elastic',
      roles: ['superuser'],
      full_name: null,
      email: null,
      metadata: {},
      enabled: true,
      authentication_realm: { name: 'native', type: 'native' },
      lookup_realm: { name: 'native', type: 'native' },
      authentication_type: 'realm',
      authentication_provider: { type: 'http', name: '__http__' },
      elastic_cloud_user: false,
      profile_uid: expect.stringMatching(/^u_/),
    });
  });
});

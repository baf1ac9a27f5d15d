import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type CallOptions, FIRST_PASSWORD, testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

let now = START;
const server = await testServer({ now: () => new Date(now) });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const elastic = { username: 'elastic', password: FIRST_PASSWORD };
const unauthorized = { statusCode: 401, error: 'Unauthorized', message: 'Unauthorized' };

const LOGIN = { providerType: 'basic', providerName: 'basic', currentURL: 'http://a.example/login' };

const logIn = (params: object = elastic, facts: object = {}, options: CallOptions = {}) =>
  call('POST', '/internal/security/login', {
    as: null,
    body: { ...LOGIN, params, ...facts },
    ...options,
  });
const tokenOf = (headers: Headers) => /^sid=([^;]*)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? '';
const begin = async (params: object = elastic) => {
  const { status, headers } = await logIn(params);
  expect(status).toBe(200);
  return `sid=${tokenOf(headers)}`;
};
const withCookie = (method: string, path: string, cookie: string, options: CallOptions = {}) =>
  call(method, path, { as: null, ...options, headers: { cookie, ...options.headers } });
const me = (cookie: string) => withCookie('GET', '/internal/security/me', cookie);
const session = async (cookie: string) =>
  (await withCookie('GET', '/internal/security/session', cookie)).body;

beforeEach(() => {
  now = START;
});

describe('POST /internal/security/login', () => {
  it('begins a session that its cookie stands for', async () => {
    const { status, headers, body } = await logIn();
    expect([status, body]).toEqual([200, { location: '/' }]);
    expect(headers.get('set-cookie')).toMatch(/^sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const { body: caller } = await me(`a=b; sid=${tokenOf(headers)}; c=d`);
    expect(caller).toMatchObject({
      username: 'elastic',
      authentication_type: 'realm',
      authentication_provider: { type: 'basic', name: 'basic' },
    });
  });

  it.each([
    ['http://a.example/login', '/'],
    ['/login?next=%2Fapp%2Fx%3Fa%3D1', '/app/x?a=1'],
    ['http://a.example/login?next=%2Fapp%2Fx#/there', '/app/x#/there'],
    ['/login?next=https%3A%2F%2Fevil.example%2F', '/'],
    ['/login?next=%2F%2Fevil.example', '/'],
    ['/login?next=%2F%5Cevil.example', '/'],
    ['/login?next=%5C%5Cevil.example', '/'],
    ['/login?next=javascript%3Aalert(1)', '/'],
    ['http://[', '/'],
  ])('says where to go on from %s: %s', async (currentURL, location) => {
    expect((await logIn(elastic, { currentURL })).body).toEqual({ location });
  });

  it('refuses a wrong password, and begins nothing', async () => {
    const { status, body, headers } = await logIn({ ...elastic, password: 'wrong' });
    expect([status, body]).toEqual([401, unauthorized]);
    expect([headers.get('set-cookie'), headers.get('www-authenticate')]).toEqual([null, null]);
  });

  it.each<[object, object, string]>([
    [{ ...elastic, username: '' }, {}, 'params.username]: value has length [0]'],
    [{ username: 'a' }, {}, 'params.password]: expected value of type [string] but got [undefined]'],
    [elastic, { providerType: 'saml' }, 'providerType]: expected value to equal [basic] or [token]'],
    [elastic, { currentURL: 1 }, 'currentURL]: expected value of type [string] but got [number]'],
  ])('refuses %j with %j', async (params, facts, message) => {
    const { status, body } = await logIn(params, facts);
    expect([status, body.message]).toEqual([400, expect.stringContaining(`[request body.${message}`)]);
  });

  it('gives a new token each time, and ends the session that the browser came with', async () => {
    const first = await begin();
    const { headers } = await logIn(elastic, {}, { headers: { cookie: first } });
    const second = `sid=${tokenOf(headers)}`;
    expect(second).not.toBe(first);
    expect([(await me(first)).status, (await me(second)).status]).toEqual([401, 200]);
  });

  it('takes no token that the browser brings along', async () => {
    const planted = `sid=${'x'.repeat(43)}`;
    const { headers } = await logIn(elastic, {}, { headers: { cookie: planted } });
    expect(tokenOf(headers)).not.toBe('x'.repeat(43));
    expect((await me(planted)).status).toBe(401);
  });

  it('is throttled, by the same count as other logins', async () => {
    await using strict = await testServer({ settings: { 'patchbay.security.loginThrottle.attempts': 2 } });
    const guess = () =>
      strict.call('POST', '/internal/security/login', {
        as: null,
        body: { ...LOGIN, params: { ...elastic, password: 'wrong' } },
      });
    expect([(await guess()).status, (await guess()).status, (await guess()).status]).toEqual([401, 401, 429]);
    expect((await strict.call('GET', '/internal/security/me')).status).toBe(429);
  });

  it('asks for kbn-xsrf', async () => {
    const { status, body } = await logIn(elastic, {}, { headers: { 'kbn-xsrf': null } });
    expect([status, body.message]).toEqual([400, 'Request must contain a kbn-xsrf header.']);
  });
});

describe('a session', () => {
  it('does what its user may', async () => {
    const cookie = await begin();
    const body = { name: 'x', connector_type_id: '.server-log' };
    expect((await withCookie('POST', '/api/actions/connector', cookie, { body })).status).toBe(200);
    const reader = await addUser(server, 'reader', [{ spaces: ['default'], feature: { actions: ['read'] } }]);
    const [username = '', password = ''] = reader.split(':');
    const readers = await begin({ username, password });
    expect((await withCookie('GET', '/api/actions/connectors', readers)).status).toBe(200);
    expect((await withCookie('POST', '/api/actions/connector', readers, { body })).status).toBe(403);
  });

  it('is not asked where there is an Authorization header', async () => {
    const cookie = await begin();
    const headers = { cookie, authorization: `Basic ${Buffer.from('elastic:wrong').toString('base64')}` };
    const { status } = await call('GET', '/internal/security/me', { headers });
    expect(status).toBe(401);
  });

  it('that is not there is refused, and its cookie taken back', async () => {
    const { status, body, headers } = await me('sid=nothing');
    expect([status, body]).toEqual([401, unauthorized]);
    expect(headers.get('set-cookie')).toBe('sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0');
  });

  it('ends when it was idle for too long, and not while it is used', async () => {
    const cookie = await begin();
    for (let day = 1; day <= 6; day += 2) {
      now = START + day * DAY;
      expect((await me(cookie)).status).toBe(200);
    }
    now += 3 * DAY - 1;
    expect((await me(cookie)).status).toBe(200);
    now += 3 * DAY;
    expect((await me(cookie)).status).toBe(401);
  });

  it('ends at the end of its life, however much it is used', async () => {
    const cookie = await begin();
    for (let day = 1; day < 30; day++) {
      now = START + day * DAY;
      expect((await me(cookie)).status).toBe(200);
    }
    now = START + 30 * DAY;
    expect((await me(cookie)).status).toBe(401);
  });

  it('is not used by a page that only looks after it', async () => {
    const cookie = await begin();
    now += 2 * DAY;
    const options = { headers: { 'kbn-system-request': 'true' } };
    expect((await withCookie('GET', '/internal/security/session', cookie, options)).status).toBe(200);
    now += DAY;
    expect((await me(cookie)).status).toBe(401);
  });

  const users = '/internal/security/users';
  it.each<[string, () => Promise<unknown>]>([
    [
      'gets another password',
      () => call('POST', `${users}/ending/password`, { body: { newPassword: 'second' } }),
    ],
    ['is deleted', () => call('DELETE', `${users}/ending`)],
    ['is disabled', () => call('POST', `${users}/ending/_disable`)],
    [
      'is disabled and enabled again',
      async () => {
        await call('POST', `${users}/ending/_disable`);
        await call('POST', `${users}/ending/_enable`);
      },
    ],
  ])('ends at once when its user %s', async (_what, change) => {
    await addUser(server, 'ending', []);
    const cookie = await begin({ username: 'ending', password: 'password of ending' });
    expect((await me(cookie)).status).toBe(200);
    await change();
    expect((await me(cookie)).status).toBe(401);
  });

  it('goes on in a new one for who changes their own password in it', async () => {
    await addUser(server, 'self', []);
    const present = 'password of self';
    const [here, elsewhere] = [
      await begin({ username: 'self', password: present }),
      await begin({ username: 'self', password: present }),
    ];
    const body = { password: present, newPassword: 'password two' };
    const { status, headers } = await withCookie('POST', '/internal/security/users/self/password', here, {
      body,
    });
    expect(status).toBe(204);
    const cookies = [here, elsewhere, `sid=${tokenOf(headers)}`];
    expect(await Promise.all(cookies.map(async (cookie) => (await me(cookie)).status))).toEqual([
      401, 401, 200,
    ]);
  });

  it('has the roles that its user has now', async () => {
    await addUser(server, 'changing', [{ spaces: ['default'], feature: { actions: ['read'] } }]);
    const cookie = await begin({ username: 'changing', password: 'password of changing' });
    const list = async () => (await withCookie('GET', '/api/actions/connectors', cookie)).status;
    expect(await list()).toBe(200);
    await call('PUT', '/api/security/role/changing', { body: {} });
    expect(await list()).toBe(403);
  });

  it('is in no log line', async () => {
    const cookie = await begin();
    await me(cookie);
    expect(JSON.stringify(server.logged)).not.toContain(cookie.slice(4));
  });
});

describe('a request of another site’s page', () => {
  const refused = 'Requests from the pages of other sites are refused.';
  const path = '/api/spaces/space';
  const ask = async (headers: Record<string, string>, method = 'POST') => {
    const { status, body } = await withCookie(method, path, await begin(), {
      headers,
      ...(method === 'POST' && { body: {} }),
    });
    return status === 403 ? body.message : status;
  };

  it.each<[Record<string, string>]>([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: server.url }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://127.0.0.1:1' }],
  ])('is refused with a cookie: %j', async (headers) => {
    expect(await ask(headers)).toBe(refused);
  });

  it.each<[Record<string, string>]>([
    [{}],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://behind.a.proxy' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin: server.url }],
  ])('is none with %j', async (headers) => {
    expect(await ask(headers)).toBe(400);
  });

  it('may read, as far as a browser lets it', async () => {
    expect(await ask({ 'sec-fetch-site': 'cross-site' }, 'GET')).toBe(200);
  });

  it('begins no session', async () => {
    const { status, body } = await logIn(elastic, {}, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect([status, body.message]).toEqual([403, refused]);
  });

  it('is known by its Authorization header where it has one', async () => {
    const { status } = await call('POST', path, { headers: { origin: 'https://evil.example' }, body: {} });
    expect(status).toBe(400);
  });
});

describe('GET /api/security/logout', () => {
  it('ends the session, in the store too, and takes the cookie back', async () => {
    const cookie = await begin();
    const { status, headers } = await withCookie('GET', '/api/security/logout', cookie);
    expect([status, headers.get('location')]).toEqual([302, '/login?msg=LOGGED_OUT']);
    expect(headers.get('set-cookie')).toBe('sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0');
    expect((await me(cookie)).status).toBe(401);
  });

  it('tells the login page why, and where to go on', async () => {
    const path = '/api/security/logout?msg=SESSION_EXPIRED&next=%2Fapp%2Fx';
    const { headers } = await withCookie('GET', path, await begin());
    expect(headers.get('location')).toBe('/login?msg=SESSION_EXPIRED&next=%2Fapp%2Fx');
  });

  it('sends who has no session to the start', async () => {
    const { status, headers } = await call('GET', '/api/security/logout', { as: null });
    expect([status, headers.get('location')]).toEqual([302, '/']);
  });

  it('is not for scripts', async () => {
    const { status, body } = await withCookie('GET', '/api/security/logout', 'sid=x', {
      headers: { 'kbn-xsrf': 'x' },
    });
    expect([status, body.message]).toEqual([400, 'Client should be able to process redirect response.']);
  });
});

describe('/internal/security/session', () => {
  it('tells how long the session goes on', async () => {
    const cookie = await begin();
    expect(await session(cookie)).toEqual({
      expiresInMs: 3 * DAY,
      canBeExtended: true,
      provider: { type: 'basic', name: 'basic' },
      expirationReason: 'idle',
    });
    for (let day = 1; day <= 28; day++) {
      now = START + day * DAY;
      await me(cookie);
    }
    expect(await session(cookie)).toMatchObject({
      expiresInMs: 2 * DAY,
      canBeExtended: false,
      expirationReason: 'lifespan',
    });
  });

  it('puts off its end when it is asked to, and sends to where that is told', async () => {
    const cookie = await begin();
    now += 1000;
    expect((await session(cookie)).expiresInMs).toBe(3 * DAY - 1000);
    const { status, headers } = await withCookie('POST', '/internal/security/session', cookie);
    expect([status, headers.get('location')]).toEqual([302, '/internal/security/session']);
    expect((await session(cookie)).expiresInMs).toBe(3 * DAY);
  });

  it('has nothing to tell those who came without one', async () => {
    expect((await call('GET', '/internal/security/session')).status).toBe(204);
    expect((await call('GET', '/internal/security/session', { as: null })).status).toBe(401);
  });
});

describe('POST /api/security/session/_invalidate', () => {
  const end = (body: object, as?: string) =>
    call('POST', '/api/security/session/_invalidate', { body, ...(as !== undefined && { as }) });

  it('ends a user’s, those of a way in, or all', async () => {
    await end({ match: 'all' });
    await addUser(server, 'una', []);
    const una = { username: 'una', password: 'password of una' };
    const [first, second] = [await begin(una), await begin()];
    const query = { provider: { type: 'basic', name: 'basic' }, username: 'una' };
    expect((await end({ match: 'query', query: { provider: { type: 'saml' } } })).body).toEqual({ total: 0 });
    expect((await end({ match: 'query', query })).body).toEqual({ total: 1 });
    expect([(await me(first)).status, (await me(second)).status]).toEqual([401, 200]);
    expect((await end({ match: 'all' })).body).toEqual({ total: 1 });
    expect((await me(second)).status).toBe(401);
  });

  it.each([
    [
      { match: 'all', query: { provider: { type: 'basic' } } },
      "query]: a value wasn't expected to be present",
    ],
    [{ match: 'query' }, 'query]: expected at least one defined value but got [undefined]'],
  ])('refuses %j', async (body, message) => {
    const answer = await end(body);
    expect([answer.status, answer.body.message]).toEqual([400, `[request body.${message}`]);
  });
});

it('the cookie is named, kept to TLS and to the base path, and pages of the public URL are ours, as the settings say', async () => {
  await using other = await testServer({
    settings: {
      'xpack.security.cookieName': 'patchbay',
      'xpack.security.secureCookies': true,
      'xpack.security.sameSiteCookies': 'Strict',
      'server.publicBaseUrl': 'https://public.example',
      'server.basePath': '/base',
      'server.rewriteBasePath': true,
    },
  });
  const { headers, body } = await other.call('POST', '/base/internal/security/login', {
    as: null,
    body: {
      providerType: 'basic',
      providerName: 'basic',
      currentURL: '/base/login?next=/base/app',
      params: elastic,
    },
  });
  expect(headers.get('set-cookie')).toMatch(
    /^patchbay=[\w-]+; Path=\/base; HttpOnly; SameSite=Strict; Secure$/,
  );
  expect(body).toEqual({ location: '/base/app' });

  const cookie = String(headers.get('set-cookie')).split(';', 1)[0] ?? '';
  const write = async (origin: string) =>
    (await other.call('POST', '/base/api/spaces/space', { as: null, headers: { cookie, origin }, body: {} }))
      .status;
  expect([await write('https://public.example'), await write('https://public.example.evil')]).toEqual([
    400, 403,
  ]);
});

it('logins and logouts are in the audit log, without what was sent', async () => {
  const cookie = await begin();
  await logIn({ username: 'elastic', password: 'wr0ng-password' });
  await withCookie('GET', '/api/security/logout', cookie);
  const audited = server.logged.filter(({ event }) => /user_log(in|out)/.test(JSON.stringify(event ?? '')));
  expect(audited.slice(-3)).toMatchObject([
    { event: { action: 'user_login', outcome: 'success' }, user: { name: 'elastic' } },
    { event: { action: 'user_login', outcome: 'failure', type: ['start', 'denied'] } },
    { event: { action: 'user_logout', outcome: 'success' }, user: { name: 'elastic' } },
  ]);
  expect(JSON.stringify(audited)).not.toMatch(/wr0ng-password|sid=/);
});

import { generateKeyPairSync, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuthMode,
  authorizationSettings,
  authorizedClient,
  basicAuth,
  defineConnectorType,
} from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AuthorizationServerOptions, authorizationServer } from '../testing/authorization-server.ts';
import { type CallOptions, testServer } from '../testing/test-server.ts';
import { addApiKey, addUser } from '../testing/users.ts';

const ORIGIN = 'https://patchbay.example';
const REDIRECT_URI = `${ORIGIN}/api/actions/connector/_oauth_callback`;
const INVALID_STATE = 'Invalid or expired state parameter. The authorization session may have timed out.';

/** A made-up service's type: it reads what the service says of the token that it is called with. */
const reader = (id: string, authMode: AuthMode) => {
  const authorizationCode = { authMode, defaults: { scope: 'read write', scopeQueryParam: 'user_scope' } };
  return defineConnectorType({
    id,
    name: id,
    minimumLicense: 'basic',
    features: ['workflows'],
    authorizationCode,
    config: z.looseObject({ apiUrl: z.string(), authType: z.string().optional() }),
    secrets: z.looseObject({}),
    params: z.strictObject({}),
    async execute(context) {
      const http = authorizedClient(authorizationSettings(context, authorizationCode), context);
      return (await http.get(context.config.apiUrl)).status;
    },
  });
};

let time = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number) => {
  time = new Date(time.getTime() + seconds * 1000);
};

const types = [reader('.shared', 'shared'), reader('.own', 'per-user')];
const server = await testServer({
  types,
  settings: { 'server.publicBaseUrl': ORIGIN, 'logging.root.level': 'all' },
  now: () => time,
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());
await call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
const ann = await addUser(server, 'ann', [{ spaces: ['default', 'team'], feature: { actions: ['read'] } }]);
const bob = await addUser(server, 'bob', [{ spaces: ['*'], feature: { actions: ['all'] } }]);
const nobody = await addUser(server, 'none', [{ spaces: ['*'], feature: { discover: ['all'] } }]);

beforeEach(() => later(2 * 3600));

let count = 0;

interface Setup extends Partial<AuthorizationServerOptions> {
  type?: '.shared' | '.own';
  space?: string;
  config?: object;
  secrets?: object;
}

/** A connector, and the authorization server that it is registered at. */
async function setUp({ type = '.shared', space = '', config, secrets, ...options }: Setup = {}) {
  const service = await authorizationServer({
    clientId: 'patchbay',
    clientSecret: 'the client secret',
    redirectUri: REDIRECT_URI,
    auth: 'basic',
    now: () => time,
    ...options,
  });
  const id = `c${count++}`;
  const path = `${space}/api/actions/connector/${id}`;
  const body = {
    name: id,
    config: {
      apiUrl: `${service.url}/api`,
      authType: 'oauth_authorization_code',
      authorizationUrl: `${service.url}/authorize`,
      tokenUrl: `${service.url}/token`,
      ...config,
    },
    secrets: { clientId: 'patchbay', clientSecret: 'the client secret', ...secrets },
  };
  const created = await call('POST', path, { body: { ...body, connector_type_id: type } });
  expect(created.status, JSON.stringify(created.body)).toBe(200);
  const start = (options: CallOptions = {}) =>
    call('POST', `${space}/internal/actions/connector/${id}/_start_oauth_flow`, { body: {}, ...options });
  return {
    ...service,
    id,
    path,
    body,
    created: created.body,
    start,
    run: async (as?: string) =>
      (await call('POST', `${path}/_execute`, { body: { params: {} }, ...(as && { as }) })).body,
    /** The whole way of a user's browser, to where it ends. */
    async authorize(options: CallOptions = {}) {
      const { body } = await start(options);
      return back(await service.consent(body.authorizationUrl), options.as ? { as: options.as } : {});
    },
    tokenRequests: () => service.received.filter(({ url }) => url === '/token'),
  };
}

/** The browser comes back. */
const back = ({ pathname, search }: URL, options: CallOptions = {}) =>
  call('GET', pathname + search, options);
const comeBack = (query: Record<string, string>, options: CallOptions = {}) =>
  call('GET', `/api/actions/connector/_oauth_callback?${new URLSearchParams(query)}`, options);

describe('the start of an authorization', () => {
  it('answers where the browser is to go, with the settings of secrets, config and type', async () => {
    const { start, url } = await setUp();
    const { status, body } = await start();
    expect([status, Object.keys(body)]).toEqual([200, ['state', 'authorizationUrl']]);
    expect(body.state).toMatch(/^[\w-]{43}$/);
    const target = new URL(body.authorizationUrl);
    expect(target.origin + target.pathname).toBe(`${url}/authorize`);
    expect([...target.searchParams]).toEqual([
      ['client_id', 'patchbay'],
      ['response_type', 'code'],
      ['redirect_uri', REDIRECT_URI],
      ['state', body.state],
      ['code_challenge', expect.stringMatching(/^[\w-]{43}$/)],
      ['code_challenge_method', 'S256'],
      ['user_scope', 'read write'],
    ]);
  });

  it('sends a browser there', async () => {
    const { id, url } = await setUp();
    const path = `/api/actions/connector/${id}/oauth/start`;
    const { status, headers } = await call('GET', path);
    expect(status).toBe(302);
    expect(headers.get('location')).toMatch(new RegExp(`^${url}/authorize\\?`));
    const stranger = await call('GET', path, { as: null });
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it.each<[string, Setup, string]>([
    [
      'chose another way of logging in',
      { config: { authType: 'basic' } },
      'Connector does not use OAuth Authorization Code flow',
    ],
    [
      'has no authorization URL',
      { config: { authorizationUrl: undefined } },
      'Connector missing required OAuth configuration (authorizationUrl, clientId)',
    ],
    [
      'has no client id',
      { secrets: { clientId: undefined } },
      'Connector missing required OAuth configuration (authorizationUrl, clientId)',
    ],
    [
      'would send the browser to a script',
      { config: { authorizationUrl: 'javascript://x/%0aalert(1)' } },
      'authorizationUrl and tokenUrl must be http or https URLs',
    ],
  ])('is refused where the connector %s', async (_, setup, message) => {
    const { start } = await setUp(setup);
    expect(await start()).toMatchObject({ status: 400, body: { message } });
  });

  it('takes a URL of its own origin to return to, and no other', async () => {
    const { start } = await setUp();
    for (const [returnUrl, message] of [
      [
        'https://elsewhere.example/x',
        `returnUrl must be same origin as Kibana. Expected: ${ORIGIN}, Got: https://elsewhere.example`,
      ],
      [
        'http://patchbay.example/',
        `returnUrl must be same origin as Kibana. Expected: ${ORIGIN}, Got: http://patchbay.example`,
      ],
      [
        'https://patchbay.example@elsewhere.example/',
        `returnUrl must be same origin as Kibana. Expected: ${ORIGIN}, Got: https://elsewhere.example`,
      ],
      ['//elsewhere.example', '[request body.returnUrl]: expected URI with scheme [http|https].'],
      ['javascript:alert(1)', '[request body.returnUrl]: expected URI with scheme [http|https].'],
    ]) {
      expect(await start({ body: { returnUrl } })).toMatchObject({ status: 400, body: { message } });
    }
    expect((await start({ body: { returnUrl: `${ORIGIN}/app` } })).status).toBe(200);
    expect((await start({ body: { other: 1 } })).status).toBe(400);
  });

  it('is for everybody who may see the connector, in its space, and for nobody else', async () => {
    const { start, id } = await setUp({ space: '/s/team' });
    expect((await start({ as: ann })).status).toBe(200);
    expect((await start({ as: nobody })).status).toBe(403);
    expect((await start({ as: null })).status).toBe(401);
    const elsewhere = `/internal/actions/connector/${id}/_start_oauth_flow`;
    expect(await call('POST', elsewhere, { body: {} })).toMatchObject({
      status: 404,
      body: { message: `Saved object [action/${id}] not found` },
    });
  });

  it('asks for the public URL, unless the connector has its own to come back to', async () => {
    await using other = await testServer({ types });
    const config = {
      apiUrl: 'http://127.0.0.1/',
      authType: 'oauth_authorization_code',
      authorizationUrl: 'http://127.0.0.1/authorize',
    };
    const create = (id: string, more: object) =>
      other.call('POST', `/api/actions/connector/${id}`, {
        body: {
          name: id,
          connector_type_id: '.shared',
          config: { ...config, ...more },
          secrets: { clientId: 'c' },
        },
      });
    await create('without', {});
    await create('with', { redirectUri: 'https://own.example/back' });
    const start = (id: string, body = {}) =>
      other.call('POST', `/internal/actions/connector/${id}/_start_oauth_flow`, { body });
    const message = 'Kibana public URL not configured. Please set server.publicBaseUrl in kibana.yml';
    expect(await start('without')).toMatchObject({ status: 400, body: { message } });
    expect((await start('with')).body.authorizationUrl).toContain(
      'redirect_uri=https%3A%2F%2Fown.example%2Fback',
    );
    expect((await start('with', { returnUrl: ORIGIN })).body.message).toBe(message);
  });

  it('is limited for each user', async () => {
    await using other = await testServer({
      types,
      settings: {
        'server.publicBaseUrl': ORIGIN,
        'xpack.actions.auth.oauth_authorization_code.rate_limits.authorize': {
          lookbackWindow: '1h',
          limit: 2,
        },
        'xpack.actions.auth.oauth_authorization_code.rate_limits.callback': {
          lookbackWindow: '1h',
          limit: 1,
        },
      },
      now: () => time,
    });
    const { body } = await setUp();
    await other.call('POST', '/api/actions/connector/c', { body: { ...body, connector_type_id: '.shared' } });
    const start = (as?: string) =>
      other.call('POST', '/internal/actions/connector/c/_start_oauth_flow', { body: {}, ...(as && { as }) });
    expect([(await start()).status, (await start()).status]).toEqual([200, 200]);
    const message = 'Too many authorization attempts. Please try again later.';
    expect(await start()).toMatchObject({ status: 429, body: { message } });
    const carl = await addUser(other, 'carl', [{ spaces: ['*'], feature: { actions: ['read'] } }]);
    expect((await start(carl)).status).toBe(200);
    later(3601);
    expect((await start()).status).toBe(200);

    const callback = () => other.call('GET', '/api/actions/connector/_oauth_callback');
    await callback();
    const limited = await callback();
    expect(limited.status).toBe(200);
    expect(limited.body).toContain('<h1>Too Many Requests</h1>');
    expect(limited.body).toContain('You have made too many authorization attempts.');
    expect(limited.body).toContain('Too many authorization attempts. Please wait before trying again.');
  });
});

describe('an authorization', () => {
  it.each([
    ['basic', {}],
    ['body', { useBasicAuth: false }],
  ] as const)('gives the connector a token (client in the %s)', async (auth, config) => {
    const { authorize, run, received, tokenRequests } = await setUp({ auth, config });
    expect(await run()).toMatchObject({
      status: 'error',
      service_message: 'No access token available. User must complete OAuth authorization flow.',
    });
    const { status, headers, body } = await authorize();
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toContain('<h1>Authorization Successful</h1>');
    const form = new URLSearchParams(tokenRequests()[0]?.body);
    expect(form.get('code_verifier')).toMatch(/^[\w-]{128}$/);
    expect(form.get('redirect_uri')).toBe(REDIRECT_URI);
    expect(await run()).toMatchObject({ status: 'ok', data: 200 });
    expect(received.at(-1)?.headers.authorization).toMatch(/^Bearer access-/);
  });

  it('ends at the URL it was begun from, which is told how it went', async () => {
    const { start, consent, id } = await setUp();
    const begin = async () =>
      (await start({ body: { returnUrl: `${ORIGIN}/app/x?a=1#top` } })).body.authorizationUrl;
    const done = await back(await consent(await begin()));
    expect([done.status, done.headers.get('location')]).toEqual([
      302,
      `${ORIGIN}/app/x?a=1&oauth_authorization=success&connector_id=${id}#top`,
    ]);
    const { state } = Object.fromEntries(new URL(await begin()).searchParams);
    const denied = await comeBack({
      state: state ?? '',
      error: 'access_denied',
      error_description: 'not now',
    });
    expect(denied.status).toBe(302);
    expect([...new URL(denied.headers.get('location') ?? '').searchParams]).toEqual([
      ['a', '1'],
      ['oauth_authorization', 'error'],
      ['connector_id', id],
      ['error', 'access_denied\n\nnot now'],
    ]);
  });

  it('may come back to the address that was internal once, in any space’s path', async () => {
    const { start, consent, run } = await setUp({ space: '/s/team' });
    const { search } = await consent((await start()).body.authorizationUrl);
    const { body } = await call('GET', `/internal/actions/connector/_oauth_callback${search}`, {
      headers: { 'x-elastic-internal-origin': null },
    });
    expect(body).toContain('Authorization Successful');
    expect(await run()).toMatchObject({ status: 'ok' });
  });

  it('is good once', async () => {
    const { start, consent, tokenRequests } = await setUp();
    const target = await consent((await start()).body.authorizationUrl);
    const pages = await Promise.all([back(target), back(target)]);
    const texts = pages.map(({ body }) => body).sort((a, b) => a.length - b.length);
    expect(texts[0]).toContain('Authorization Successful');
    expect(texts[1]).toContain(INVALID_STATE);
    expect((await back(target)).body).toContain(INVALID_STATE);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('has ten minutes', async () => {
    const { start, consent } = await setUp();
    const target = await consent((await start()).body.authorizationUrl);
    later(600);
    expect((await back(target)).body).toContain(INVALID_STATE);
  });

  it('ends nowhere once the connector has changed', async () => {
    const { start, consent, path, body } = await setUp();
    const target = await consent((await start()).body.authorizationUrl);
    await call('PUT', path, { body });
    expect((await back(target)).body).toContain(INVALID_STATE);
  });

  it('is ended by who began it, who still may', async () => {
    const { start, consent, run } = await setUp();
    const target = await consent((await start({ as: ann })).body.authorizationUrl);
    expect((await back(target, { as: bob })).body).toContain(
      'This authorization session was not initiated by you. Please start a new authorization flow.',
    );
    await call('PUT', '/api/security/role/ann', { body: { kibana: [] } });
    expect((await back(target, { as: ann })).body).toContain('Unauthorized to execute actions');
    const kibana = [{ spaces: ['default', 'team'], feature: { actions: ['read'] } }];
    await call('PUT', '/api/security/role/ann', { body: { kibana } });
    expect((await back(target, { as: ann })).body).toContain('Authorization Successful');
    expect(await run()).toMatchObject({ status: 'ok' });
  });

  it('is of those who may use a connector where it is each user’s own, and who may change it where it is everybody’s', async () => {
    const [own, shared] = [await setUp({ type: '.own' }), await setUp()];
    for (const { id, start } of [own, shared]) {
      const lists = { use: { users: ['ann'] }, edit: { users: ['bob'] } };
      await call('PUT', `/api/patchbay/connectors/${id}/access`, { body: lists });
      const [may, mayNot] = id === own.id ? [ann, bob] : [bob, ann];
      const operation = id === own.id ? 'execute' : 'edit';
      const message = `Unauthorized to ${operation} connector ${id}`;
      expect(await start({ as: mayNot })).toMatchObject({ status: 403, body: { message } });
      const { consent } = id === own.id ? own : shared;
      const target = await consent((await start({ as: may })).body.authorizationUrl);
      // Taken away meanwhile.
      await call('PUT', `/api/patchbay/connectors/${id}/access`, { body: { use: {}, edit: {} } });
      expect((await back(target, { as: may })).body).toContain(message);
    }
  });

  it('asks a stranger to log in, in a browser’s way', async () => {
    const { status, headers, body } = await comeBack({ code: 'c', state: 's' }, { as: null });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="Patchbay", charset="UTF-8"');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain('<h1>Authentication Required</h1>');
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'Missing required OAuth state parameter.'],
    [{ code: 'c' }, 'Missing required OAuth state parameter.'],
    [{ code: 'c', state: 'unknown' }, INVALID_STATE],
  ])('with %j tells what is wrong', async (query, expected) => {
    const { status, body } = await comeBack(query);
    expect(status).toBe(200);
    expect(body).toContain(expected);
  });

  it.each<[string, Setup, Record<string, string>, string]>([
    [
      'the user declines',
      {},
      { error: 'access_denied', error_description: 'No, thank you' },
      'access_denied\n\nNo, thank you',
    ],
    ['there is no code', {}, {}, 'Missing required OAuth authorization code'],
    ['the code is none', {}, { code: 'made up' }, '{&quot;error&quot;:&quot;invalid_grant&quot;}'],
    [
      'the client is not known',
      { clientSecret: 'another one' },
      { code: 'c' },
      '{&quot;error&quot;:&quot;invalid_client&quot;}',
    ],
    [
      'settings are missing',
      { config: { tokenUrl: undefined } },
      { code: 'c' },
      'Connector missing required OAuth configuration (clientId, clientSecret, tokenUrl)',
    ],
  ])('tells that %s', async (_, setup, query, expected) => {
    const { start, run } = await setUp(setup);
    const { state } = (await start()).body;
    const { status, body } = await comeBack({ state, ...query });
    expect(status).toBe(200);
    expect(body).toContain('<h1>Authorization Failed</h1>');
    expect(body).toContain(`<pre>${expected}</pre>`);
    expect(await run()).toMatchObject({ status: 'error' });
  });

  it('shows what a URL says as text, on a page that loads and runs nothing', async () => {
    const { start } = await setUp();
    const { state } = (await start()).body;
    const { body, headers } = await comeBack({
      state,
      error: '"><script>alert(1)</script>',
      error_description: "<img src=x onerror='alert(1)'>&amp;",
    });
    expect(body).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(body).toContain('&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;');
    expect(body).not.toMatch(/<(script|img)/);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toContain('no-store');
  });
});

describe('a token that was given', () => {
  it('is refreshed when it has expired, once for all runs that want it, by a refresh token that changes', async () => {
    const { authorize, run, tokenRequests, given } = await setUp({ expiresIn: 3600 });
    await authorize();
    for (let turn = 1; turn <= 3; turn++) {
      later(3600);
      const results = await Promise.all([run(), run(), run(), run()]);
      expect(results.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(tokenRequests()).toHaveLength(1 + turn);
    }
    const spent = tokenRequests().map(({ body }) => new URLSearchParams(body).get('refresh_token'));
    expect(spent).toEqual([null, ...given.refreshTokens.slice(0, -1)]);
  });

  it('that the service takes no longer is refreshed, once for all runs that find it so', async () => {
    const { authorize, run, tokenRequests, revokeTokens } = await setUp();
    await authorize();
    revokeTokens();
    const results = await Promise.all([run(), run(), run()]);
    expect(results.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('that cannot be refreshed asks for a new authorization', async () => {
    const { authorize, run, revokeTokens, given, url } = await setUp();
    await authorize();
    revokeTokens();
    // Somebody else has spent the refresh token.
    await fetch(`${url}/token`, {
      method: 'POST',
      headers: { authorization: basicAuth({ user: 'patchbay', password: 'the client secret' }) },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: given.refreshTokens[0] ?? '' }),
    });
    revokeTokens();
    expect(await run()).toMatchObject({
      status: 'error',
      service_message:
        'Authentication failed: Unable to refresh access token. Please re-authorize the connector.',
      errorSource: 'user',
    });
    await authorize();
    expect(await run()).toMatchObject({ status: 'ok' });
  });

  it('is gone when the connector is updated, deleted or disconnected', async () => {
    const { authorize, run, path, body, id } = await setUp();
    await authorize();
    await call('PUT', path, { body });
    expect(await run()).toMatchObject({ status: 'error' });
    await authorize();
    expect(await run()).toMatchObject({ status: 'ok' });
    const disconnect = `/internal/actions/connector/${id}/_oauth_disconnect`;
    expect((await call('POST', disconnect, { as: ann })).status).toBe(204);
    expect((await call('POST', disconnect, { as: nobody })).status).toBe(403);
    expect(await run()).toMatchObject({ status: 'error' });
    await authorize();
    await call('DELETE', path);
    await call('POST', path, { body: { ...body, connector_type_id: '.shared' } });
    expect(await run()).toMatchObject({ status: 'error' });
    expect((await call('POST', disconnect.replace(id, 'unknown'))).status).toBe(404);
  });

  it('is each user’s own where the type says so', async () => {
    const { authorize, run, created, path, body, id, received } = await setUp({ type: '.own' });
    expect(created.auth_mode).toBe('per-user');
    const status = async (as?: string) =>
      (await call('POST', '/internal/actions/connectors/_me/auth_status', { ...(as && { as }) })).body[id];
    expect(await status(ann)).toEqual({ user_auth_status: 'not_connected' });
    await authorize({ as: ann });
    expect(await status(ann)).toEqual({ user_auth_status: 'connected' });
    expect(await status(bob)).toEqual({ user_auth_status: 'not_connected' });
    expect(await run(ann)).toMatchObject({ status: 'ok' });
    expect(await run(bob)).toMatchObject({ status: 'error' });
    const annsKey = await addApiKey(server, ann, { name: 'ann’s' });
    expect(await run(annsKey)).toMatchObject({ status: 'ok' });
    await authorize({ as: bob });
    await run(ann);
    const anns = received.at(-1)?.headers.authorization;
    await run(bob);
    expect(received.at(-1)?.headers.authorization).not.toBe(anns);
    await call('POST', `/internal/actions/connector/${id}/_oauth_disconnect`, { as: bob });
    expect(await run(bob)).toMatchObject({ status: 'error' });
    expect(await run(ann)).toMatchObject({ status: 'ok' });

    const other = { ...body, config: { ...body.config, authType: 'basic' } };
    expect(await call('PUT', path, { body: other })).toMatchObject({
      status: 400,
      body: { message: `Authentication type cannot be changed for per-user connectors. Connector: ${id}.` },
    });
    expect((await call('PUT', path, { body })).body.auth_mode).toBe('per-user');
    expect(await status(ann)).toEqual({ user_auth_status: 'not_connected' });
  });

  it('cannot become each user’s own where it is everybody’s', async () => {
    const { path, body, id, created } = await setUp({ type: '.own', config: { authType: 'basic' } });
    expect(created.auth_mode).toBe('shared');
    const other = { ...body, config: { ...body.config, authType: 'oauth_authorization_code' } };
    expect((await call('PUT', path, { body: other })).body.message).toBe(
      `Authentication type cannot be changed to a per-user type for shared connectors. Connector: ${id}.`,
    );
    const status = await call('POST', '/internal/actions/connectors/_me/auth_status');
    expect(status.body[id]).toEqual({ user_auth_status: 'not_applicable' });
  });
});

describe('a token by credentials that are not saved', () => {
  const path = '/internal/actions/connector/_oauth_access_token';
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const client = (tokenUrl: string) => ({
    type: 'client',
    options: {
      tokenUrl,
      scope: 'read',
      config: { clientId: 'id' },
      secrets: { clientSecret: 'the unsaved secret' },
    },
  });

  it('is given, and kept nowhere', async () => {
    await using service = await standIn(({ body }) => {
      const [head = '', claims = '', signature = ''] = (
        new URLSearchParams(body).get('assertion') ?? ''
      ).split('.');
      const isSigned = verify(
        'RSA-SHA256',
        Buffer.from(`${head}.${claims}`),
        publicKey,
        Buffer.from(signature, 'base64url'),
      );
      return { body: JSON.stringify({ token_type: 'Bearer', access_token: isSigned ? 'jwt' : 'client' }) };
    });
    const jwt = {
      type: 'jwt',
      options: {
        tokenUrl: service.url,
        config: { clientId: 'id', jwtKeyId: 'k', userIdentifierValue: 'bob' },
        secrets: {
          clientSecret: 's',
          privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        },
      },
    };
    for (const [body, accessToken] of [
      [client(service.url), 'Bearer client'],
      [jwt, 'Bearer jwt'],
      [{ ...jwt, options: { ...jwt.options, config: { ...jwt.options.config, jwtKeyId: '' } } }, null],
    ]) {
      expect(await call('POST', path, { body })).toMatchObject({ status: 200, body: { accessToken } });
    }
    expect(service.received.map(({ body }) => body)[0]).toBe(
      'client_id=id&client_secret=the%20unsaved%20secret&grant_type=client_credentials&scope=read',
    );
    expect((await call('POST', path, { as: ann, body: client(service.url) })).body.message).toBe(
      'Unauthorized to update actions',
    );
    expect(service.received).toHaveLength(2);
  });

  it('that is refused is told as that, and logged without the secret', async () => {
    await using service = await standIn(({ body }) => ({ status: 400, body: JSON.stringify({ body }) }));
    const from = server.logged.length;
    expect(await call('POST', path, { body: client(service.url) })).toMatchObject({
      status: 400,
      body: { message: 'Failed to retrieve access token' },
    });
    const logged = JSON.stringify(server.logged.slice(from));
    expect(logged).toContain('error thrown getting the access token from');
    expect(logged).not.toMatch(/unsaved(%20| )secret/);
    expect((await call('POST', path, { body: client('nowhere') })).status).toBe(400);
    expect((await call('POST', path, { body: { type: 'other', options: {} } })).status).toBe(400);
  });
});

it('is written down in the audit log: who began it, for which connector, and how it ended', async () => {
  const { start, consent, id } = await setUp();
  const from = server.logged.length;
  const target = await consent((await start()).body.authorizationUrl);
  await back(target);
  await back(target);
  const { state } = (await start({ as: ann })).body;
  await comeBack({ state, error: 'access_denied' }, { as: ann });
  const audited = server.logged.slice(from).filter(({ logger }) => logger === 'audit');
  const facts = audited.map((line) => {
    const { user, event, kibana } = line as Record<string, Record<string, unknown>>;
    const { id: connectorId } = (kibana?.saved_object ?? {}) as { id?: string };
    return [user?.name, event?.action, event?.outcome, connectorId];
  });
  expect(facts).toEqual([
    ['elastic', 'connector_authorization_start', 'success', id],
    ['elastic', 'connector_authorization_finish', 'success', id],
    ['elastic', 'connector_authorization_finish', 'failure', undefined],
    ['ann', 'connector_authorization_start', 'success', id],
    ['ann', 'connector_authorization_finish', 'failure', id],
  ]);
  expect(JSON.stringify(audited)).not.toContain(state);
});

it('leaves no code, verifier, token or secret in any answer, log line or file', async () => {
  const answers: string[] = [];
  const { start, consent, run, revokeTokens, given, tokenRequests } = await setUp();
  const target = await consent((await start()).body.authorizationUrl);
  answers.push((await back(target)).body, (await back(target)).body);
  answers.push(JSON.stringify(await run()));
  revokeTokens();
  answers.push(JSON.stringify(await run()));
  const state = (await start()).body.state as string;
  const refused = await comeBack({ state, code: 'code-that-is-none' });
  answers.push(refused.body, JSON.stringify([...refused.headers]));
  const secrets = [
    ...given.codes,
    ...given.tokens,
    ...given.refreshTokens,
    ...tokenRequests().flatMap(({ body }) => new URLSearchParams(body).get('code_verifier') ?? []),
    'code-that-is-none',
    'the client secret',
    basicAuth({ user: 'patchbay', password: 'the client secret' }).slice('Basic '.length),
  ];
  expect(secrets.length).toBeGreaterThan(8);
  const files = readdirSync(server.dataPath)
    .map((file) => readFileSync(join(server.dataPath, file), 'latin1'))
    .join('\n');
  const places = { answers: answers.join('\n'), log: JSON.stringify(server.logged), files };
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets) expect(text.includes(secret) ? `${secret} in ${place}` : '').toBe('');
  }
  expect(files).not.toContain(state);
});

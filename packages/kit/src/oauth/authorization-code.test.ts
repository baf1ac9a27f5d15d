import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../http/index.ts';
import { createLogger } from '../logger.ts';
import { memoryTokens, type StandInAnswer, standIn } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import { authorizationCodeToken, authorizationUrl, exchangeCode } from './authorization-code.ts';
import {
  type AuthorizationSettings,
  authorizationSettings,
  choosesAuthorizationCode,
} from './authorization-settings.ts';
import { authorizedClient } from './authorized-client.ts';
import type { StoredToken, TokenStore } from './token-store.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const RENEWED = { body: '{"token_type":"bearer","access_token":"new","expires_in":60}' };

interface Ask {
  stored?: StoredToken;
  tokens?: TokenStore;
  answer?: StandInAnswer;
  settings?: Partial<AuthorizationSettings>;
  rejected?: string;
}

function contextOf(tokens: TokenStore) {
  const logged: string[] = [];
  return {
    logged,
    connector: { id: 'c1' },
    tokens,
    http: createHttpClient({
      transport: nodeTransport,
      signal: new AbortController().signal,
      userAgent: 'test',
    }),
    log: createLogger((level, message) => void logged.push(`${level} ${message}`)),
    now: () => NOW,
  };
}

async function ask({ stored, answer = RENEWED, settings, rejected, ...given }: Ask) {
  await using server = await standIn(() => answer);
  const tokens = given.tokens ?? memoryTokens(stored);
  const context = contextOf(tokens);
  const all = {
    tokenUrl: `${server.url}/token`,
    clientId: 'id',
    clientSecret: 'the secret',
    scope: 'read',
    useBasicAuth: true,
    ...settings,
  };
  const token = await authorizationCodeToken(all, context, rejected === undefined ? {} : { rejected });
  return { token, logged: context.logged, received: server.received, kept: await tokens.get() };
}

describe('an authorization URL', () => {
  it('carries the request, beside a query that it has', () => {
    const url = authorizationUrl({
      authorizationUrl: 'https://a.example/authorize?tenant=7',
      clientId: 'id',
      redirectUri: 'https://patchbay.example/callback',
      state: 's',
      codeChallenge: 'c',
      scope: 'a b',
      scopeQueryParam: 'user_scope',
    });
    expect([...new URL(url).searchParams]).toEqual([
      ['tenant', '7'],
      ['client_id', 'id'],
      ['response_type', 'code'],
      ['redirect_uri', 'https://patchbay.example/callback'],
      ['state', 's'],
      ['code_challenge', 'c'],
      ['code_challenge_method', 'S256'],
      ['user_scope', 'a b'],
    ]);
  });
});

describe('the settings of the flow', () => {
  it('are those of the secrets, else of the config, else of the type', () => {
    const given = {
      secrets: { clientSecret: 's', clientId: 'of secrets', scope: '' },
      config: { clientId: 'of config', tokenUrl: 'of config', useBasicAuth: false, authorizationUrl: 7 },
    };
    const defaults = {
      tokenUrl: 'of type',
      scope: 'of type',
      authorizationUrl: 'of type',
      useBasicAuth: true,
    };
    expect(authorizationSettings(given, { defaults })).toEqual({
      clientId: 'of secrets',
      clientSecret: 's',
      tokenUrl: 'of config',
      scope: 'of type',
      authorizationUrl: 'of type',
      redirectUri: undefined,
      scopeQueryParam: undefined,
      useBasicAuth: false,
    });
    expect(authorizationSettings({ config: null, secrets: undefined }).useBasicAuth).toBe(true);
  });

  it.each([
    [{ authType: 'oauth_authorization_code' }, {}, true],
    [{ auth: { type: 'oauth_authorization_code' } }, {}, true],
    [{}, { authType: 'oauth_authorization_code' }, true],
    [{ authType: 'basic', auth: null }, null, false],
    [undefined, 'oauth_authorization_code', false],
  ])('are asked for where config is %j and secrets are %j: %s', (config, secrets, expected) => {
    expect(choosesAuthorizationCode({ config, secrets })).toBe(expected);
  });
});

describe('a code', () => {
  const form = 'grant_type=authorization_code&redirect_uri=https%3A%2F%2Fp.example%2F';
  it.each([
    [true, `code=c&code_verifier=v&${form}`, `Basic ${Buffer.from('id:the secret').toString('base64')}`],
    [false, `client_id=id&client_secret=the%20secret&code=c&code_verifier=v&${form}`, undefined],
  ])('is exchanged with basic auth %s', async (useBasicAuth, body, authorization) => {
    const granted = {
      token_type: 'bearer',
      access_token: 'abc',
      expires_in: '60',
      refresh_token: 'r',
      refresh_token_expires_in: 120,
    };
    await using server = await standIn(() => ({ body: JSON.stringify(granted) }));
    const client = { tokenUrl: server.url, clientId: 'id', clientSecret: 'the secret', useBasicAuth };
    const exchange = { code: 'c', redirectUri: 'https://p.example/', codeVerifier: 'v' };
    expect(await exchangeCode(client, exchange, contextOf(memoryTokens()))).toEqual({
      token: 'Bearer abc',
      expiresAt: inSeconds(60),
      refreshToken: 'r',
      refreshTokenExpiresAt: inSeconds(120),
    });
    expect(server.received[0]?.body).toBe(body);
    expect(server.received[0]?.headers.authorization).toBe(authorization);
  });

  it('that is answered without a token is an error', async () => {
    await using server = await standIn(() => ({ body: '{"error":"bad_verification_code"}' }));
    const client = { tokenUrl: server.url, clientId: 'id', clientSecret: 's', useBasicAuth: true };
    const exchange = { code: 'c', redirectUri: 'r', codeVerifier: 'v' };
    await expect(exchangeCode(client, exchange, contextOf(memoryTokens()))).rejects.toThrow(
      'missing required field (access_token)',
    );
  });
});

describe('a token that a user has consented to', () => {
  const expired = { token: 'Bearer old', expiresAt: NOW, refreshToken: 'renews' };

  it.each<[string, StoredToken]>([
    ['holds', { token: 'Bearer old', expiresAt: inSeconds(1) }],
    ['has no end', { token: 'Bearer old' }],
  ])('is used while it %s', async (_, stored) => {
    const { token, received, logged } = await ask({ stored });
    expect([token, received, logged]).toEqual(['Bearer old', [], []]);
  });

  it.each<[string, Ask, string]>([
    [
      'nothing is stored',
      {},
      'warn No access token found for connectorId: c1. User must complete OAuth authorization flow.',
    ],
    [
      'it has expired and nothing renews it',
      { stored: { token: 'Bearer old', expiresAt: NOW } },
      'warn Access token expired and no refresh token available for connectorId: c1. User must re-authorize.',
    ],
    [
      'what renews it has expired',
      { stored: { ...expired, refreshTokenExpiresAt: NOW } },
      'warn Refresh token expired for connectorId: c1. User must re-authorize.',
    ],
    [
      'the client has no secret',
      { stored: expired, settings: { clientSecret: undefined } },
      'warn Missing required fields for requesting OAuth Authorization Code access token',
    ],
  ])('is not there when %s, and nobody is asked', async (_, given, warning) => {
    const { token, received, logged } = await ask(given);
    expect([token, received, logged]).toEqual([undefined, [], [warning]]);
  });

  it('is refreshed when it has expired, and keeps what the answer leaves out', async () => {
    const stored = { ...expired, refreshTokenExpiresAt: inSeconds(600) };
    const { token, received, kept } = await ask({ stored });
    expect(token).toBe('Bearer new');
    expect(received[0]).toMatchObject({
      body: 'grant_type=refresh_token&refresh_token=renews&scope=read',
      headers: { authorization: `Basic ${Buffer.from('id:the secret').toString('base64')}` },
    });
    expect(kept).toEqual({
      token: 'Bearer new',
      expiresAt: inSeconds(60),
      refreshToken: 'renews',
      refreshTokenExpiresAt: inSeconds(600),
    });
  });

  it('has no end when the refresh names none, and takes over a new refresh token', async () => {
    const body =
      '{"token_type":"Bearer","access_token":"new","refresh_token":"next","refresh_token_expires_in":9}';
    const { kept } = await ask({ stored: expired, answer: { body }, settings: { useBasicAuth: false } });
    expect(kept).toEqual({
      token: 'Bearer new',
      expiresAt: undefined,
      refreshToken: 'next',
      refreshTokenExpiresAt: inSeconds(9),
    });
  });

  it('is not there when the refresh is refused, which is told without the refresh token', async () => {
    const answer = { status: 400, body: '{"error":"invalid_grant","error_description":"renews is not"}' };
    const { token, logged } = await ask({ stored: expired, answer });
    expect(token).toBeUndefined();
    expect(logged.at(-1)).toBe(
      'error Failed to refresh access token for connectorId: c1. Error: {"error":"invalid_grant","error_description":"[redacted] is not"}',
    );
  });

  it('is used though it cannot be stored', async () => {
    const tokens = {
      ...memoryTokens(expired),
      updateOrReplace: () => Promise.reject(new Error('disk full')),
    };
    const { token, logged } = await ask({ tokens });
    expect(token).toBe('Bearer new');
    expect(logged).toEqual([
      'warn Not able to update connector token for connectorId: c1 due to error: disk full',
    ]);
  });

  it('is refreshed near its end, and used if that fails', async () => {
    const stored = { ...expired, storedAt: inSeconds(-3590), expiresAt: inSeconds(10) };
    expect((await ask({ stored })).token).toBe('Bearer new');
    expect((await ask({ stored, answer: { status: 503 } })).token).toBe('Bearer old');
    const { refreshToken: _, ...alone } = stored;
    expect(await ask({ stored: alone })).toMatchObject({ token: 'Bearer old', received: [], logged: [] });
  });

  it('is refreshed though the run that asked for it is given up', async () => {
    await using server = await standIn(() => RENEWED);
    const lasting = contextOf(memoryTokens()).http;
    const context = contextOf({ ...memoryTokens(expired), http: () => lasting });
    const http = createHttpClient({
      transport: nodeTransport,
      signal: AbortSignal.abort(),
      userAgent: 'test',
    });
    const settings = { tokenUrl: server.url, clientId: 'id', clientSecret: 's', useBasicAuth: true };
    expect(await authorizationCodeToken(settings, { ...context, http })).toBe('Bearer new');
  });

  it('that another run has refreshed meanwhile is used, and its refresh token not spent', async () => {
    let reads = 0;
    const tokens = memoryTokens();
    const raced = {
      ...tokens,
      get: async () => (reads++ === 0 ? expired : { token: 'Bearer theirs', refreshToken: 'next' }),
    };
    expect(await ask({ tokens: raced })).toMatchObject({ token: 'Bearer theirs', received: [] });
    reads = 0;
    const rejected = await ask({ tokens: raced, rejected: 'Bearer old' });
    expect(rejected).toMatchObject({ token: 'Bearer theirs', received: [] });
  });
});

describe('an authorized client', () => {
  /** A service that takes one token, and gives it for a refresh token. */
  async function call(stored: StoredToken, accepted = 'Bearer new', settings: object = {}) {
    await using server = await standIn(({ url, headers }) => {
      if (url === '/token') return RENEWED;
      return { status: headers.authorization === accepted ? 200 : 401, body: '{}' };
    });
    const context = contextOf(memoryTokens(stored));
    const all = {
      tokenUrl: `${server.url}/token`,
      clientId: 'id',
      clientSecret: 's',
      useBasicAuth: true,
      ...settings,
    };
    const client = authorizedClient(all, context);
    const options = { json: { a: 1 }, headers: { authorization: 'mine', other: 'kept' } };
    const [outcome] = await Promise.allSettled([client.post(`${server.url}/x`, options)]);
    return {
      outcome,
      received: server.received.map(({ url, body, headers }) =>
        url === '/token' ? url : [headers.authorization, headers.other, body],
      ),
    };
  }

  it('puts the token on each request', async () => {
    const { outcome, received } = await call({ token: 'Bearer new' });
    expect(outcome.status).toBe('fulfilled');
    expect(received).toEqual([['Bearer new', 'kept', '{"a":1}']]);
  });

  it('repeats a request that is answered with 401 once, with a refreshed token', async () => {
    const { outcome, received } = await call({ token: 'Bearer old', refreshToken: 'r' });
    expect(outcome.status).toBe('fulfilled');
    const body = '{"a":1}';
    expect(received).toEqual([['Bearer old', 'kept', body], '/token', ['Bearer new', 'kept', body]]);
    const again = await call({ token: 'Bearer old', refreshToken: 'r' }, 'no token at all');
    expect(again.received).toHaveLength(3);
    expect(again.outcome).toMatchObject({ reason: { message: 'Request failed with status code 401' } });
  });

  it.each<[string, object, string]>([
    [
      'the token cannot be refreshed',
      {},
      'Authentication failed: Unable to refresh access token. Please re-authorize the connector.',
    ],
    [
      'the settings are not complete',
      { tokenUrl: undefined },
      'Authentication failed: Missing required OAuth configuration (clientId, clientSecret, tokenUrl).',
    ],
  ])('tells that %s', async (_, settings, message) => {
    const { outcome, received } = await call({ token: 'Bearer old' }, 'Bearer new', settings);
    expect(outcome).toMatchObject({ reason: { name: 'HttpStatusError', message, source: 'user' } });
    expect(received).toHaveLength(1);
  });

  it('sends nothing where nobody has authorized', async () => {
    await using server = await standIn();
    const settings = { clientId: 'id', clientSecret: 's', useBasicAuth: true };
    const client = authorizedClient(settings, contextOf(memoryTokens()));
    await expect(client.get(server.url)).rejects.toMatchObject({
      message: 'No access token available. User must complete OAuth authorization flow.',
      source: 'user',
    });
    expect(server.received).toEqual([]);
  });
});

import { generateKeyPairSync } from 'node:crypto';
import type { TokenStore } from '@patchbay/kit';
import { memoryTokens, testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { servicenow } from './servicenow.ts';
import { servicenowItom } from './servicenow-itom.ts';
import type { OauthClient } from './testing/oauth.ts';
import {
  ALL_ROLES,
  type ServiceNowLike,
  type ServiceNowLikeOptions,
  serviceNowLike,
} from './testing/servicenow-like.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = { type: 'pkcs8', format: 'pem' } as const;

const client: OauthClient = {
  id: 'the-client',
  secret: 'the client secret',
  keys: { 'key-1': pair.publicKey },
  tokenLifetime: 1800,
};

const START = Date.parse('2026-01-01T00:00:00Z');

/** An instance and a connector on the same clock. */
async function setUp(options: ServiceNowLikeOptions = {}) {
  let seconds = 0;
  const now = () => new Date(START + seconds * 1000);
  const users = { bob: { password: 'unused', roles: ALL_ROLES } };
  const vendor = await serviceNowLike({ client, users, now, ...options });
  const tokens = memoryTokens();
  return {
    vendor,
    tokens,
    now,
    wait(passed: number) {
      seconds += passed;
    },
    [Symbol.asyncDispose]: vendor.close,
  };
}

interface Run {
  subActionParams?: unknown;
  usesTableApi?: boolean;
  config?: object;
  secrets?: object;
}

const run = (
  { vendor, tokens, now }: { vendor: ServiceNowLike; tokens: TokenStore; now(): Date },
  {
    subActionParams = { incident: { short_description: 'a' } },
    usesTableApi = true,
    config,
    secrets,
  }: Run = {},
) =>
  testAction(servicenow, {
    config: {
      apiUrl: vendor.url,
      usesTableApi,
      isOAuth: true,
      clientId: client.id,
      userIdentifierValue: 'bob',
      jwtKeyId: 'key-1',
      ...config,
    },
    secrets: { clientSecret: client.secret, privateKey: pair.privateKey.export(PEM), ...secrets },
    params: { subAction: 'pushToService', subActionParams },
    tokens,
    now: now(),
  });

const calls = ({ vendor }: { vendor: ServiceNowLike }) =>
  vendor.received.map(({ method, url, headers }) => [method, url, headers.authorization]);

describe('signing in with a JWT', () => {
  it('asks for a token once while it holds, and creates for nobody by name', async () => {
    await using setting = await setUp();
    const first = await run(setting);
    setting.wait(1799);
    await run(setting);
    setting.wait(1);
    await run(setting);
    const [TABLE, TOKEN] = ['/api/now/v2/table/incident', '/oauth_token.do'];
    const incident = (number: number) => `${TABLE}/${String(number).padStart(32, '0')}`;
    expect(first.result.status).toBe('ok');
    expect(calls(setting)).toEqual([
      ['POST', TOKEN, undefined],
      ['POST', TABLE, 'Bearer token-1-of-bob'],
      ['GET', incident(1), 'Bearer token-1-of-bob'],
      ['POST', TABLE, 'Bearer token-1-of-bob'],
      ['GET', incident(2), 'Bearer token-1-of-bob'],
      ['POST', TOKEN, undefined],
      ['POST', TABLE, 'Bearer token-2-of-bob'],
      ['GET', incident(3), 'Bearer token-2-of-bob'],
    ]);
    expect(JSON.parse(setting.vendor.received[1]?.body ?? '')).toMatchObject({
      caller_id: null,
      opened_by: null,
    });
    expect(await setting.tokens.get()).toEqual({
      token: 'Bearer token-2-of-bob',
      expiresAt: new Date(START + 3_600_000),
    });
  });

  it('works with a key under a password', async () => {
    await using setting = await setUp();
    const privateKey = pair.privateKey.export({ ...PEM, cipher: 'aes-256-cbc', passphrase: 'open sesame' });
    const secrets = { privateKey, privateKeyPassword: 'open sesame' };
    expect((await run(setting, { secrets })).result.status).toBe('ok');
  });

  it('sends the form that ServiceNow takes', async () => {
    await using setting = await setUp();
    await run(setting);
    const [request] = setting.vendor.received;
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=UTF-8');
    expect([...new URLSearchParams(request?.body).keys()]).toEqual([
      'assertion',
      'client_id',
      'client_secret',
      'grant_type',
    ]);
  });

  it('serves events too', async () => {
    await using setting = await setUp();
    const { result } = await testAction(servicenowItom, {
      config: {
        apiUrl: setting.vendor.url,
        isOAuth: true,
        clientId: client.id,
        userIdentifierValue: 'bob',
        jwtKeyId: 'key-1',
      },
      secrets: { clientSecret: client.secret, privateKey: pair.privateKey.export(PEM) },
      params: { subAction: 'addEvent', subActionParams: { node: 'host-1' } },
      now: setting.now(),
    });
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: {} });
    expect(setting.vendor.received[1]?.headers.authorization).toBe('Bearer token-1-of-bob');
  });

  it.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [429, false],
    [500, true],
    [503, true],
  ])('after a %i still has its token: %s', async (status, isKept) => {
    await using setting = await setUp({
      answer: ({ method, url }) => (method === 'POST' && url !== '/oauth_token.do' ? { status } : undefined),
    });
    const { result } = await run(setting);
    expect(result.serviceMessage).toContain(`Request failed with status code ${status}`);
    expect(await setting.tokens.get()).toEqual(isKept ? expect.anything() : undefined);
    expect(setting.vendor.received).toHaveLength(2);
  });

  it('forgets its token when the health call says no', async () => {
    await using setting = await setUp({ users: { bob: { password: '', roles: [] } } });
    const { result } = await run(setting, { usesTableApi: false });
    expect(result.serviceMessage).toContain('Unable to get application version');
    expect(await setting.tokens.get()).toBeUndefined();
  });
});

describe('no token', () => {
  const failed = (error: string) =>
    `[Action][ServiceNow]: Unable to create incident. Error: ${error} [status=none] [method=post] [endpoint=table]`;

  it.each<[string, Run, string]>([
    ['for a stranger', { config: { userIdentifierValue: 'eve' } }, 'invalid_grant Reason: User not found'],
    ['by a key that is not known', { config: { jwtKeyId: 'key-2' } }, 'server_error Reason: access_denied'],
    ['for another client', { config: { clientId: 'other' } }, 'server_error Reason: access_denied'],
    [
      'for a wrong secret',
      { secrets: { clientSecret: 'wrong secret' } },
      'server_error Reason: access_denied',
    ],
    [
      'by another’s key',
      {
        secrets: {
          privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PEM),
        },
      },
      'server_error Reason: access_denied',
    ],
  ])('%s is told in the words of the service', async (_, change, error) => {
    await using setting = await setUp();
    const { result, logged } = await run(setting, change);
    expect(result).toMatchObject({ serviceMessage: failed(error), retry: true, errorSource: 'framework' });
    expect(logged).toMatchObject([
      {
        level: 'warn',
        message: expect.stringMatching(
          /^error thrown getting the access token from http:\/\/127\.0\.0\.1:\d+\/oauth_token\.do: \{"error":/,
        ),
      },
    ]);
    expect(JSON.stringify([result, logged])).not.toMatch(/secret"|PRIVATE KEY|eyJ/);
    expect(setting.vendor.received).toHaveLength(1);
  });

  it.each([
    ['{"error":"invalid_grant","error_description":""}', 'invalid_grant'],
    ['{"error":{"message":"x"}}', '{"error":{"message":"x"}}'],
    ['down', '"down"'],
  ])('answered with %s', async (body, error) => {
    await using setting = await setUp({ answer: () => ({ status: 400, body }) });
    expect((await run(setting)).result.serviceMessage).toBe(failed(error));
  });

  it('without one in the answer says for which connector', async () => {
    await using setting = await setUp({ answer: () => ({ body: '{}' }) });
    expect((await run(setting)).result.serviceMessage).toBe(
      failed('Unable to retrieve access token for connectorId: test'),
    );
  });

  it('with a key that does not open is told without the key', async () => {
    await using setting = await setUp();
    const { result } = await run(setting, { secrets: { privateKey: 'my secret key' } });
    expect(result.serviceMessage).toBe(
      failed('Unable to generate JWT token. Error: the private key is no key in PEM that its password opens'),
    );
    expect(setting.vendor.received).toEqual([]);
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { OauthClient } from '../../../connectors/src/servicenow/testing/oauth.ts';
import { ALL_ROLES, serviceNowLike } from '../../../connectors/src/servicenow/testing/servicenow-like.ts';
import { testServer } from '../testing/test-server.ts';

/** ServiceNow over the whole way: what only egress and the token store can show. */

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const client: OauthClient = {
  id: 'the-client',
  secret: 'the client secret',
  keys: { 'key-1': pair.publicKey },
  tokenLifetime: 1800,
};

const server = await testServer({ settings: { 'xpack.actions.maxResponseContentLength': 20_000 } });
afterAll(() => server[Symbol.asyncDispose]());

const one = (id: string) => `/api/actions/connector/${id}`;

async function create(id: string, apiUrl: string, isOAuth: boolean) {
  const { status } = await server.call('POST', one(id), {
    body: {
      name: id,
      connector_type_id: '.servicenow',
      config: {
        apiUrl,
        usesTableApi: false,
        isOAuth,
        ...(isOAuth && { clientId: client.id, userIdentifierValue: 'bob', jwtKeyId: 'key-1' }),
      },
      secrets: isOAuth
        ? {
            clientSecret: client.secret,
            privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
          }
        : { username: 'bob', password: 'the password' },
    },
  });
  expect(status).toBe(200);
}

const push = (id: string, incident: object = { short_description: 'Disk is full' }) =>
  server.call('POST', `${one(id)}/_execute`, {
    body: { params: { subAction: 'pushToService', subActionParams: { incident } } },
  });

describe('a run of ServiceNow', () => {
  it('keeps its token from run to run, until ServiceNow says no', async () => {
    let isDenied = false;
    await using vendor = await serviceNowLike({
      client,
      users: { bob: { password: '', roles: ALL_ROLES } },
      now: () => new Date(),
      answer: ({ url }) => (isDenied && url.endsWith('/health') ? { status: 403 } : undefined),
    });
    await create('oauth', vendor.url, true);
    const tokensAsked = () => vendor.received.filter(({ url }) => url === '/oauth_token.do').length;
    expect((await push('oauth')).body.status).toBe('ok');
    expect((await push('oauth')).body.status).toBe('ok');
    expect(tokensAsked()).toBe(1);
    isDenied = true;
    expect((await push('oauth')).body).toMatchObject({ status: 'error', retry: true, errorSource: 'user' });
    expect(tokensAsked()).toBe(1);
    isDenied = false;
    expect((await push('oauth')).body.status).toBe('ok');
    expect(tokensAsked()).toBe(2);
    expect(JSON.stringify(server.logged)).not.toMatch(/token-\d-of-bob|the client secret|PRIVATE KEY/);
  });

  it('that is answered too much is the user’s to mend', async () => {
    await using vendor = await serviceNowLike({
      answer: ({ method }) => (method === 'POST' ? { body: 'x'.repeat(20_001) } : undefined),
    });
    await create('large', vendor.url, false);
    expect((await push('large')).body).toEqual({
      connector_id: 'large',
      status: 'error',
      message: 'an error occurred while running the action',
      service_message:
        '[Action][ServiceNow]: Unable to create incident. Error: maxContentLength size of 20000 exceeded [status=none] [method=post] [endpoint=import_set]',
      retry: true,
      errorSource: 'user',
    });
  });

  it('that is led to a login page fails', async () => {
    await using vendor = await serviceNowLike({
      answer: ({ url }) =>
        url === '/login.do'
          ? { body: '<html>Log in</html>' }
          : { status: 302, headers: { location: '/login.do' } },
    });
    await create('login', vendor.url, false);
    const { body } = await push('login');
    expect(body.service_message).toContain(
      'There is an issue with your Service Now Instance. Please check . [status=none] [method=get] [endpoint=health]',
    );
  });

  it('with params that are none is refused, with exactly these keys', async () => {
    await using vendor = await serviceNowLike();
    await create('refused', vendor.url, false);
    const { status, body } = await server.call('POST', `${one('refused')}/_execute`, {
      body: { params: {} },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      connector_id: 'refused',
      status: 'error',
      message: 'error validating action params: ✖ Invalid input\n  → at subAction',
      retry: false,
      errorSource: 'user',
    });
    expect(vendor.received).toEqual([]);
  });
});

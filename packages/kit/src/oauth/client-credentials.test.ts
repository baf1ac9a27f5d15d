import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../http/index.ts';
import { createLogger } from '../logger.ts';
import { memoryTokens, type StandInAnswer, standIn } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import {
  type AssertionCredentials,
  type ClientCredentials,
  clientCredentialsToken,
} from './client-credentials.ts';
import type { TokenStore } from './token-store.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const TOKEN = { status: 200, body: '{"token_type":"Bearer","access_token":"abc","expires_in":60}' };

type Change = Partial<ClientCredentials> | Pick<AssertionCredentials, 'clientAssertion'>;

async function ask(answer: StandInAnswer, tokens: TokenStore = memoryTokens(), change: Change = {}) {
  await using service = await standIn(() => answer);
  const logged: string[] = [];
  const asked = clientCredentialsToken(
    {
      tokenUrl: `${service.url}/token?key=hidden`,
      clientId: 'id',
      clientSecret: 's',
      scope: 'a b',
      ...change,
    },
    {
      connector: { id: 'c1' },
      http: createHttpClient({
        transport: nodeTransport,
        signal: new AbortController().signal,
        userAgent: 'test',
      }),
      tokens,
      log: createLogger((level, message) => void logged.push(`${level} ${message}`)),
      now: () => NOW,
    },
  );
  const [outcome] = await Promise.allSettled([asked]);
  return { outcome, logged, received: service.received, url: service.url };
}

const formOf = async (change: Change) =>
  (await ask(TOKEN, memoryTokens(), change)).received.map(({ body, headers }) => [
    body,
    headers.authorization,
  ])[0];

describe('the form of a token request', () => {
  it('has its fields in alphabetical order, the additional ones over the others', async () => {
    const additionalFields = { audience: 'me', scope: "it's *y*", n: 1, none: null, grant_type: 'mine' };
    expect(await formOf({ additionalFields })).toEqual([
      'audience=me&client_id=id&client_secret=s&grant_type=client_credentials&n=1&scope=it%27s%20%2Ay%2A',
      undefined,
    ]);
  });

  it('leaves the client to the header where the service wants basic auth', async () => {
    expect(await formOf({ authMethod: 'client_secret_basic', clientSecret: 'top:secret' })).toEqual([
      'grant_type=client_credentials&scope=a%20b',
      `Basic ${Buffer.from('id:top:secret').toString('base64')}`,
    ]);
  });

  it('holds an assertion in place of a secret, made only when a token is asked for', async () => {
    let made = 0;
    const clientAssertion = async () => {
      made++;
      return { client_assertion: 'signed', client_assertion_type: 'jwt' };
    };
    const change = { clientAssertion, clientSecret: 'unused' };
    expect(await formOf(change)).toEqual([
      'client_assertion=signed&client_assertion_type=jwt&client_id=id&grant_type=client_credentials&scope=a%20b',
      undefined,
    ]);
    await ask(TOKEN, memoryTokens({ token: 'Bearer held' }), change);
    expect(made).toBe(1);
  });
});

describe('a client-credentials token', () => {
  it('is asked for with a form and stored until it expires, counted from the request', async () => {
    const tokens = memoryTokens();
    const { outcome, received } = await ask(TOKEN, tokens);
    expect(outcome).toEqual({ status: 'fulfilled', value: 'Bearer abc' });
    expect(received[0]).toMatchObject({
      method: 'POST',
      body: 'client_id=id&client_secret=s&grant_type=client_credentials&scope=a%20b',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        accept: 'application/json',
      },
    });
    expect(await tokens.get()).toEqual({ token: 'Bearer abc', expiresAt: new Date(NOW.getTime() + 60_000) });
  });

  it('holds an hour where the service does not say', async () => {
    const tokens = memoryTokens();
    await ask({ body: '{"token_type":"Bearer","access_token":"abc"}' }, tokens);
    expect((await tokens.get())?.expiresAt).toEqual(new Date(NOW.getTime() + 3_600_000));
  });

  it.each([
    [undefined, 0],
    [new Date(NOW.getTime() + 1), 0],
    [NOW, 1],
  ])('stored with the expiry %s takes %i requests', async (expiresAt, requests) => {
    const { outcome, received } = await ask(TOKEN, memoryTokens({ token: 'Bearer old', expiresAt }));
    expect(received).toHaveLength(requests);
    expect(outcome).toMatchObject({ value: requests === 0 ? 'Bearer old' : 'Bearer abc' });
  });

  it('has the type that it is given, whatever the service says', async () => {
    const { outcome } = await ask(TOKEN, memoryTokens(), { tokenType: 'Token' });
    expect(outcome).toMatchObject({ value: 'Token abc' });
  });

  it.each([
    ['a second before its renewal', 3600, 31, 'Bearer old', 0],
    ['at its renewal', 3600, 30, 'Bearer abc', 1],
    ['in the last tenth of a short life', 60, 6, 'Bearer abc', 1],
    ['before the last tenth of a short life', 60, 7, 'Bearer old', 0],
  ])('%s (%i s, %i s left) is %s', async (_, lifetime, left, expected, requests) => {
    const expiresAt = new Date(NOW.getTime() + left * 1000);
    const storedAt = new Date(expiresAt.getTime() - lifetime * 1000);
    const tokens = memoryTokens({ token: 'Bearer old', expiresAt, storedAt });
    const { outcome, received } = await ask(TOKEN, tokens);
    expect(outcome).toMatchObject({ value: expected });
    expect(received).toHaveLength(requests);
    const refused = await ask({ status: 503 }, memoryTokens({ token: 'Bearer old', expiresAt, storedAt }));
    expect(refused.outcome).toMatchObject({ value: 'Bearer old' });
  });

  it('that cannot be stored is used', async () => {
    const tokens = { ...memoryTokens(), updateOrReplace: () => Promise.reject(new Error('disk full')) };
    const { outcome, logged } = await ask(TOKEN, tokens);
    expect(outcome).toMatchObject({ value: 'Bearer abc' });
    expect(logged).toEqual([
      'warn Not able to update connector token for connectorId: c1 due to error: disk full',
    ]);
  });

  it('is not there without a secret, nor where the answer has none', async () => {
    const missing = await ask(TOKEN, memoryTokens(), { clientSecret: '' });
    expect(missing).toMatchObject({ outcome: { value: undefined }, received: [] });
    expect(missing.logged).toEqual([
      'warn Missing required fields for requesting OAuth Client Credentials access token',
    ]);
    expect((await ask({ body: '{}' })).outcome).toEqual({ status: 'fulfilled', value: undefined });
    expect((await ask({ body: 'no JSON' })).outcome).toEqual({ status: 'fulfilled', value: undefined });
  });

  it('refused is an error in the words of the service, keys sorted, without the query of its URL', async () => {
    const { outcome, logged, url } = await ask({ status: 401, body: '{"b":1,"a":"no"}' });
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: '{"a":"no","b":1}' } });
    expect(logged).toEqual([
      `warn error thrown getting the access token from ${url}/token: {"a":"no","b":1}`,
    ]);
  });

  it('refused is told without what was sent, however the service repeats it', async () => {
    const clientSecret = 'top "secret"';
    const echoed = JSON.stringify({
      said: clientSecret,
      hint: { b: Buffer.from(`id:${clientSecret}`).toString('base64'), a: 1 },
    });
    const { outcome, logged } = await ask({ status: 400, body: echoed }, memoryTokens(), { clientSecret });
    const told = '{"hint":{"a":1,"b":"[redacted]"},"said":"[redacted]"}';
    expect(outcome).toMatchObject({ reason: { message: told } });
    expect(logged.join()).toContain(told);
  });

  it.each([201, 302])('in an answer of %i is neither used nor told', async (status) => {
    const { outcome, logged } = await ask({ ...TOKEN, status, headers: { location: '/elsewhere' } });
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { message: `[${status}] ${status === 201 ? 'Created' : 'Found'}` },
    });
    expect(logged.join()).not.toContain('abc');
  });
});

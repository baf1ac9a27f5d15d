import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../http/index.ts';
import { createLogger } from '../logger.ts';
import { memoryTokens, type StandInAnswer, standIn } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import { clientCredentialsFields, clientCredentialsToken } from './client-credentials.ts';
import type { TokenStore } from './token-store.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const TOKEN = { status: 200, body: '{"token_type":"Bearer","access_token":"abc","expires_in":60}' };

async function ask(answer: StandInAnswer, tokens: TokenStore = memoryTokens(), clientSecret = 's') {
  await using service = await standIn(() => answer);
  const logged: string[] = [];
  const asked = clientCredentialsToken(
    { tokenUrl: `${service.url}/token?key=hidden`, clientId: 'id', clientSecret, scope: 'a b' },
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

describe('the fields of a token request', () => {
  it('come in their order, the additional ones last and over the others', () => {
    const fields = clientCredentialsFields({
      tokenUrl: '',
      clientId: 'id',
      clientSecret: 's',
      scope: 'x',
      additionalFields: { audience: 'me', scope: 'y', n: 1, none: null },
    });
    expect(Object.entries(fields)).toEqual([
      ['grant_type', 'client_credentials'],
      ['client_id', 'id'],
      ['client_secret', 's'],
      ['scope', 'y'],
      ['audience', 'me'],
      ['n', '1'],
    ]);
  });
});

describe('a client-credentials token', () => {
  it('is asked for with a form and stored until it expires, counted from the request', async () => {
    const tokens = memoryTokens();
    const { outcome, received } = await ask(TOKEN, tokens);
    expect(outcome).toEqual({ status: 'fulfilled', value: 'Bearer abc' });
    expect(received[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=client_credentials&client_id=id&client_secret=s&scope=a+b',
    });
    expect(received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=utf-8');
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

  it('that cannot be stored is used', async () => {
    const tokens = { ...memoryTokens(), updateOrReplace: () => Promise.reject(new Error('disk full')) };
    const { outcome, logged } = await ask(TOKEN, tokens);
    expect(outcome).toMatchObject({ value: 'Bearer abc' });
    expect(logged).toEqual([
      'warn Not able to update connector token for connectorId: c1 due to error: disk full',
    ]);
  });

  it('is not there without a secret, nor where the answer has none', async () => {
    const missing = await ask(TOKEN, memoryTokens(), '');
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

  it.each([201, 302])('in an answer of %i is neither used nor told', async (status) => {
    const { outcome, logged } = await ask({ ...TOKEN, status, headers: { location: '/elsewhere' } });
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { message: `[${status}] ${status === 201 ? 'Created' : 'Found'}` },
    });
    expect(logged.join()).not.toContain('abc');
  });
});

import {
  memoryTokens,
  type ReceivedRequest,
  type StandInAnswer,
  standIn,
  testAction,
} from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { webhook } from './webhook.ts';

const OAUTH = { hasAuth: true, authType: 'webhook-oauth2-client-credentials', clientId: 'test-client-id' };

/** A service that gives tokens, numbered, at `/token`, and answers so elsewhere. */
function service(answer: (request: ReceivedRequest) => StandInAnswer = () => ({})) {
  let given = 0;
  return standIn((request) => {
    if (request.url !== '/token') return answer(request);
    given++;
    return {
      body: JSON.stringify({ token_type: 'Bearer', access_token: `test-token-${given}`, expires_in: 60 }),
    };
  });
}

describe('.webhook with OAuth', () => {
  it('asks for a token once while it holds, and sends it instead of secret headers and a config header', async () => {
    await using remote = await service();
    const tokens = memoryTokens();
    const run = (now: string) =>
      testAction(webhook, {
        config: {
          ...OAUTH,
          url: `${remote.url}/hook`,
          accessTokenUrl: `${remote.url}/token`,
          headers: { authorization: 'of config', other: 'kept' },
        },
        secrets: { clientSecret: 'test-client-secret', secretHeaders: { hidden: 'dropped' } },
        params: { body: 'x' },
        tokens,
        now: new Date(now),
      });
    for (const time of ['00:00:00', '00:00:30', '00:01:01']) {
      const { result } = await run(`2026-01-01T${time}Z`);
      expect(result).toMatchObject({ status: 'ok', data: 'x' });
    }
    expect(
      remote.received.map(({ url, headers }) => [url, url === '/hook' ? headers.authorization : '']),
    ).toEqual([
      ['/token', ''],
      ['/hook', 'Bearer test-token-1'],
      ['/hook', 'Bearer test-token-1'],
      ['/token', ''],
      ['/hook', 'Bearer test-token-2'],
    ]);
    expect(remote.received[0]?.body).toBe(
      'client_id=test-client-id&client_secret=test-client-secret&grant_type=client_credentials',
    );
    expect(remote.received[1]?.headers).toMatchObject({ other: 'kept' });
    expect(remote.received[1]?.headers).not.toHaveProperty('hidden');
  });

  it.each([
    [400, false],
    [401, false],
    [499, false],
    [500, true],
  ])('after a %i still has its token: %s', async (status, isKept) => {
    await using remote = await service(() => ({ status }));
    const tokens = memoryTokens();
    const { result } = await testAction(webhook, {
      config: { ...OAUTH, url: `${remote.url}/hook`, accessTokenUrl: `${remote.url}/token` },
      secrets: { clientSecret: 's' },
      params: {},
      tokens,
    });
    expect(result.status).toBe('error');
    expect(await tokens.get()).toEqual(isKept ? expect.anything() : undefined);
  });

  it.each<[string, StandInAnswer, string]>([
    [
      'is refused',
      { status: 400, body: '{"error":"invalid_client"}' },
      'Unable to retrieve/refresh the access token: {"error":"invalid_client"}',
    ],
    ['has none', { body: '{}' }, 'Unable to retrieve new access token'],
  ])('fails where the token %s, calling nobody', async (_, answer, serviceMessage) => {
    await using remote = await standIn(() => answer);
    const { result, logged } = await testAction(webhook, {
      config: { ...OAUTH, url: `${remote.url}/hook`, accessTokenUrl: `${remote.url}/token` },
      secrets: { clientSecret: 's' },
      params: {},
    });
    expect(result).toMatchObject({ message: 'error calling webhook, request failed', serviceMessage });
    expect(logged.at(-1)?.message).toBe(`ConnectorId "test": error "${serviceMessage}"`);
    expect(remote.received).toHaveLength(1);
  });
});

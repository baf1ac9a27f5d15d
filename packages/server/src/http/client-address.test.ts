import { expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';

const trust = (...proxies: string[]) => ({ 'patchbay.http.trustedProxies': proxies });

/** Whom the audit log and the request log hold for the caller of a request with these headers. */
async function callerWith(settings: Record<string, unknown>, forwarded: string | null) {
  await using server = await testServer({ settings: { 'logging.root.level': 'debug', ...settings } });
  const headers = { 'x-forwarded-for': forwarded };
  await server.call('GET', '/api/actions/connectors?canary-query', { as: 'elastic:wrong', headers });
  expect(JSON.stringify(server.logged)).not.toContain('canary');
  const addressOf = (logger: string, message: string) =>
    server.logged.find((line) => line.logger === logger && String(line.msg).includes(message))?.client;
  const audited = addressOf('audit', 'denied');
  expect(addressOf('server', 'GET /api/actions/connectors 401')).toEqual(audited);
  return (audited as { ip: string }).ip;
}

it.each<[string, Record<string, unknown>, string | null, string]>([
  ['the peer, whatever it claims, where no proxy is trusted', {}, '203.0.113.7', '127.0.0.1'],
  ['the peer, where others are trusted', trust('10.0.0.0/8'), '203.0.113.7', '127.0.0.1'],
  ['whom a trusted proxy names', trust('127.0.0.1'), '203.0.113.7', '203.0.113.7'],
  [
    'the last one that no trusted proxy wrote',
    trust('127.0.0.0/8', '10.0.0.0/8'),
    '198.51.100.1, 203.0.113.7, 10.1.1.1',
    '203.0.113.7',
  ],
  ['the proxy, where it names nobody', trust('127.0.0.1'), null, '127.0.0.1'],
  ['the proxy, where it passes on what is no address', trust('127.0.0.1'), 'unknown', '127.0.0.1'],
])('the caller is %s', async (_, settings, forwarded, expected) => {
  expect(await callerWith(settings, forwarded)).toBe(expected);
});

it('throttles callers behind a trusted proxy each for themselves, and nobody who makes addresses up', async () => {
  const throttle = { 'patchbay.security.loginThrottle.attempts': 2 };
  const attempts = async (settings: Record<string, unknown>) => {
    await using server = await testServer({ settings: { ...throttle, ...settings } });
    const statuses = [];
    for (const [n, address] of ['203.0.113.1', '203.0.113.2', '203.0.113.3'].entries()) {
      const headers = { 'x-forwarded-for': address };
      statuses.push(
        (await server.call('GET', '/internal/security/me', { as: `guess${n}:x`, headers })).status,
      );
    }
    return statuses;
  };
  expect(await attempts(trust('127.0.0.1'))).toEqual([401, 401, 401]);
  expect(await attempts({})).toEqual([401, 401, 429]);
});

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';

const server = await testServer({ settings: { 'server.name': 'edge' } });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

/** Sends bytes as they stand and reads until the server closes. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

describe('a request id', () => {
  it.each([
    ['x-request-id', 'abc-1._X'],
    ['x-opaque-id', 'from-opaque'],
  ])('is taken from %s', async (name, value) => {
    const { headers } = await call('GET', '/livez', { headers: { [name]: value } });
    expect(headers.get('x-request-id')).toBe(value);
  });

  it('is made up for those who send none, or one that could do harm', async () => {
    for (const id of [null, 'a b', 'x'.repeat(65), '<script>']) {
      const { headers } = await call('GET', '/api/nowhere', { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('what Node refuses by itself', () => {
  it.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400, 'Bad Request'],
    [
      'headers that are too long',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
    [
      'a URL that is too long',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
  ])('is answered like everything else: %s', async (_, bytes, status, reason) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} ${reason}\r\n`));
    expect(answer).toContain('kbn-name: edge\r\n');
    expect(answer).toContain('x-content-type-options: nosniff\r\n');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({
      statusCode: status,
      error: reason,
      message: reason,
    });
  });
});

describe('a body', () => {
  it('nested far too deep is refused', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const body = `{"name":"x","connector_type_id":".server-log","config":{"a":${deep}}}`;
    const answer = await call('POST', '/api/actions/connector', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe('Invalid request payload JSON: nested deeper than 500 levels');
  });

  it('may have any number of brackets in its texts', async () => {
    const name = '[{"\\'.repeat(1000);
    const body = { name, connector_type_id: '.server-log' };
    expect((await call('POST', '/api/actions/connector', { body })).body.name).toBe(name);
  });
});

describe('more requests at once than the limit', () => {
  it('are answered 503 until others have ended, and health checks always', async () => {
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    await using vendor = await standIn(async () => {
      arrived.resolve();
      await held.promise;
      return { status: 200 };
    });
    await using small = await testServer({ settings: { 'patchbay.requests.maxConcurrent': 1 } });
    await small.call('POST', '/api/actions/connector/hook', {
      body: {
        name: 'h',
        connector_type_id: '.webhook',
        config: { url: vendor.url, hasAuth: false },
      },
    });
    const running = small.call('POST', '/api/actions/connector/hook/_execute', {
      body: { params: { body: 'x' } },
    });
    await arrived.promise;
    const refused = await small.call('GET', '/api/actions/connectors');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.body).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'The server is busy',
    });
    expect((await small.call('GET', '/readyz')).status).toBe(200);
    held.resolve();
    await running;
    expect((await small.call('GET', '/api/actions/connectors')).status).toBe(200);
  });
});

describe('failed logins', () => {
  it('are answered 429 after so many, with the time to wait', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    await using strict = await testServer({
      now: () => now,
      settings: {
        'patchbay.security.loginThrottle.attempts': 2,
        'patchbay.security.loginThrottle.block': '30s',
      },
    });
    const login = (as: string) => strict.call('GET', '/internal/security/me', { as });
    expect((await login('elastic:a')).status).toBe(401);
    expect((await login('elastic:b')).status).toBe(401);
    const refused = await login('elastic:changeme');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    expect(refused.body).toEqual({
      statusCode: 429,
      error: 'Too Many Requests',
      message: 'Too many failed logins, try again later',
    });
    now = new Date(now.getTime() + 30_000);
    expect((await login('elastic:changeme')).status).toBe(200);
  });
});

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';

const server = await testServer({ slowRequests: { headersMs: 300, requestMs: 600, checkEveryMs: 50 } });
afterAll(() => server[Symbol.asyncDispose]());

const DRIP_MS = 30;

/** Sends the beginning at once, then a byte at a time without end, until it is answered. */
async function drip(beginning: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(beginning);
  const dripping = setInterval(() => socket.write('x'), DRIP_MS);
  // What is written after the server has closed.
  socket.on('error', () => {});
  try {
    return await text(socket);
  } finally {
    clearInterval(dripping);
  }
}

it.each([
  ['headers', 'GET /api/status HTTP/1.1\r\nhost: x\r\nx-slow: '],
  [
    'a body',
    `POST /api/actions/connector HTTP/1.1\r\nhost: x\r\nkbn-xsrf: x\r\nauthorization: Basic ${btoa('elastic:changeme')}\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{"name": "`,
  ],
])('answers a client that drips %s 408 and closes', async (_, beginning) => {
  const answer = await drip(beginning);
  expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  expect(answer).toContain('connection: close\r\n');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({
    statusCode: 408,
    error: 'Request Timeout',
    message: 'Request Timeout',
  });
  expect((await server.call('GET', '/livez')).status).toBe(200);
});

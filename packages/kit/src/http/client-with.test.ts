import { expect, it } from 'vitest';
import { standIn } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import { createHttpClient } from './client.ts';
import { clientWith } from './client-with.ts';
import type { TransportRequest } from './transport.ts';

/** What leaves, by every way there is to send. */
async function sent(use: (client: ReturnType<typeof clientWith>, url: string) => Promise<unknown>) {
  const requests: TransportRequest[] = [];
  const http = createHttpClient({
    transport(request) {
      requests.push(request);
      return nodeTransport(request);
    },
    signal: new AbortController().signal,
    userAgent: 'test',
  });
  await using vendor = await standIn();
  const client = clientWith(http, {
    headers: { 'X-Version': '2', 'X-Mode': 'all' },
    query: { key: 'k', lang: 'en' },
    sensitiveHeaders: ['X-Key'],
    sensitiveQuery: ['key'],
    maxResponseBytes: 10,
  });
  await use(client, vendor.url);
  return { requests, received: vendor.received };
}

it('adds to each call what it has, and lets the call win', async () => {
  const { requests, received } = await sent((client, url) =>
    client.post(`${url}/a?b=c`, {
      headers: { 'x-mode': 'some' },
      query: { lang: 'de' },
      json: 1,
      sensitiveHeaders: ['X-Other'],
      sensitiveQuery: ['token'],
    }),
  );
  expect(received).toMatchObject([
    {
      method: 'POST',
      url: '/a?b=c&key=k&lang=de',
      headers: { 'x-version': '2', 'x-mode': 'some' },
      body: '1',
    },
  ]);
  expect(requests).toMatchObject([
    { sensitiveHeaders: ['X-Key', 'X-Other'], sensitiveQuery: ['key', 'token'], maxResponseBytes: 10 },
  ]);
});

it.each(['get', 'post', 'put', 'patch', 'delete'] as const)('adds it to %s', async (method) => {
  const { received } = await sent((client, url) => client[method](url));
  expect(received).toMatchObject([
    { method: method.toUpperCase(), url: '/?key=k&lang=en', headers: { 'x-version': '2' } },
  ]);
});

it('adds it to what is streamed', async () => {
  const { requests, received } = await sent((client, url) => client.stream('GET', url, { isPassedOn: true }));
  expect(received).toMatchObject([{ url: '/?key=k&lang=en' }]);
  expect(requests).toMatchObject([{ isStreamed: true, isPassedOn: true }]);
});

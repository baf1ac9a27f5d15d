import { expect, it } from 'vitest';
import type { TransportRequest } from '../http/index.ts';
import { nodeTransport } from './node-transport.ts';
import { playedBy } from './played-by.ts';
import { standIn } from './stand-in.ts';

const get = (url: string): TransportRequest => ({
  method: 'GET',
  url,
  headers: {},
  body: undefined,
  timeoutMs: undefined,
  maxRedirects: 0,
  sensitiveHeaders: [],
  signal: new AbortController().signal,
});

it('sends to the player what its origin would get, and to all others what is theirs', async () => {
  await using player = await standIn();
  await using other = await standIn();
  const transport = playedBy({ 'https://api.example.com': player.url }, nodeTransport);
  await transport(get('https://api.example.com/a/b?c=d'));
  await transport(get(`${other.url}/e`));
  expect(player.received).toMatchObject([{ url: '/a/b?c=d', headers: { host: 'api.example.com' } }]);
  expect(other.received).toMatchObject([{ url: '/e', headers: { host: new URL(other.url).host } }]);
});

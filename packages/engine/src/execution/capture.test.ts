import { createAllowedHosts } from '@patchbay/kit';
import { expect, it } from 'vitest';
import { capture } from './capture.ts';

it('shows a URL without what a call keeps secret in it', async () => {
  const { transport, shown } = capture(createAllowedHosts(['*']));
  const request = {
    method: 'GET',
    url: 'https://u:p@a.example/x?a=1&a%20b=2&c=3?a=4&empty=&flag#a=5',
    headers: {},
    body: undefined,
    timeoutMs: undefined,
    maxRedirects: 0,
    sensitiveHeaders: [],
    sensitiveQuery: ['a', 'a b', 'empty', 'flag'],
    signal: new AbortController().signal,
  };
  await expect(transport(request)).rejects.toThrow('not sent: this is a dry run');
  expect(shown((text) => text).map(({ url }) => url)).toEqual([
    'https://[redacted]@a.example/x?a=[redacted]&a%20b=[redacted]&c=3?a=4&empty=[redacted]&flag#a=5',
  ]);
});

it('shows a token request without what proves who asks', async () => {
  const { transport, shown } = capture(createAllowedHosts(['*']));
  const request = {
    method: 'POST',
    url: 'https://a.example/token',
    headers: {},
    body: 'assertion=ey.J.x&client_id=id&code=c%20d&grant_type=x&refresh_token=r&scope=code',
    timeoutMs: undefined,
    maxRedirects: 0,
    sensitiveHeaders: [],
    signal: new AbortController().signal,
  };
  await expect(transport(request)).rejects.toThrow('not sent: this is a dry run');
  await expect(transport({ ...request, body: 'code=7&other=1' })).rejects.toThrow();
  expect(shown((text) => text).map(({ body }) => body)).toEqual([
    'assertion=[redacted]&client_id=id&code=[redacted]&grant_type=x&refresh_token=[redacted]&scope=code',
    'code=7&other=1',
  ]);
});

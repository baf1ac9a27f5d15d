import { createAllowedHosts } from '@patchbay/kit';
import { expect, it } from 'vitest';
import { capture } from './capture.ts';

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

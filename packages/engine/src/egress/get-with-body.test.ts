import { standIn } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { testEgress } from '../testing/index.ts';
import { send } from '../testing/send.ts';

it('a GET may carry a body, and the connection serves the next request', async () => {
  const egress = testEgress();
  await using vendor = await standIn(() => ({ body: 'ok' }));
  const transport = egress.transportFor(undefined);
  for (const body of ['{}', '{"a":1}']) {
    expect(
      await send(transport, vendor.url, { body, headers: { 'content-type': 'application/json' } }),
    ).toMatchObject({ status: 200, body: 'ok' });
  }
  expect(vendor.received).toMatchObject([
    { method: 'GET', body: '{}', headers: { 'content-length': '2' } },
    { method: 'GET', body: '{"a":1}', headers: { 'content-length': '7' } },
  ]);
});

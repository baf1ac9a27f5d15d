import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestArbitrary } from './testing/request-arbitrary.ts';
import { testServer } from './testing/test-server.ts';

const SEED = 20_260_101;

it('answers whatever a client may send as documented, and never with a 500', async () => {
  // No type may reach anything.
  await using server = await testServer({ settings: { 'xpack.actions.allowedHosts': [] } });
  const { call } = server;
  await call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
  const connector = { name: 'Log', connector_type_id: '.server-log' };
  const { body } = await call('POST', '/api/actions/connector/log', { body: connector });
  const { body: document } = await call('GET', '/api/openapi.json');
  const requests = requestArbitrary(document, [body.id, 'made', 'made-too', 'other']);

  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, body }) => {
      // Throws where the answer is not as documented: an error's body too.
      const { status } = await call(method, path, { ...(body !== undefined && { body }) });
      expect(status).not.toBe(500);
      statuses.add(status);
    }),
    { numRuns: 2000, seed: SEED, interruptAfterTimeLimit: 30_000 },
  );
  expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 400, 404]));
}, 60_000);

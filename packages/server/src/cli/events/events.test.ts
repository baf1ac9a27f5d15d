import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patchbayOf } from '../../testing/run-patchbay.ts';
import { type TestServer, testServer } from '../../testing/test-server.ts';

let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;
let patchbay: ReturnType<typeof patchbayOf>;

beforeAll(async () => {
  remote = await standIn(({ body }) => (body.includes('fail') ? { body: 'no: \u001b[2J' } : { body: 'ok' }));
  server = await testServer();
  await server.call('POST', '/api/actions/connector/chat', {
    body: { name: 'Chat', connector_type_id: '.slack', secrets: { webhookUrl: remote.url } },
  });
  for (const message of ['a', 'b', 'fail'])
    await server.call('POST', '/api/actions/connector/chat/_execute', { body: { params: { message } } });
  patchbay = patchbayOf(server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

const events = (...args: string[]) => patchbay(['events', ...args]);

it('lists the ends of runs, the newest first, why they failed as plain text', async () => {
  const { stdout, exitCode } = await events();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^TIME +CONNECTOR +WHAT +MS +WHY\n\S+Z +chat +failure +\d+ +\S.*\n\S+Z +chat +success +\d+\n\S+Z +chat +success +\d+\n$/,
  );
  expect(stdout).not.toContain('\u001b');
});

it('lists what is asked for, as JSON too', async () => {
  const lines = async (...args: string[]) => (await events(...args)).stdout.trim().split('\n').length - 1;
  expect(await lines('--outcome', 'failure')).toBe(1);
  expect(await lines('--action', 'execute', 'execute-start')).toBe(6);
  expect(await lines('--connector', 'chat', '--limit', '2')).toBe(2);
  expect(await lines('--filter', 'event.outcome: success and kibana.action.name: Ch*')).toBe(2);
  expect(await lines('--from', 'now-1h', '--to', 'now+1h', '--type', '.slack')).toBe(3);
  expect(await lines('--delivery', 'none')).toBe(0);
  const json = JSON.parse((await events('--json', '--limit', '1')).stdout);
  expect(json).toMatchObject([{ event: { outcome: 'failure' }, kibana: { action: { id: 'chat' } } }]);
});

it.each([
  { args: ['--limit', 'x'], exitCode: 2, says: '--limit: expected a number' },
  { args: ['--follow', '--to', 'now'], exitCode: 2, says: '--follow has no end' },
  { args: ['--filter', 'a: ('], exitCode: 1, says: 'Invalid kuery syntax for filter a: (' },
])('$args is refused', async ({ args, exitCode, says }) => {
  expect(await events(...args)).toEqual({ exitCode, stdout: '', stderr: expect.stringContaining(says) });
});

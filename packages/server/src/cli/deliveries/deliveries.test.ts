import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { patchbayOf } from '../../testing/run-patchbay.ts';
import { type TestServer, testServer } from '../../testing/test-server.ts';

const LATER = '2099-01-01T00:00:00Z';

let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;
let patchbay: ReturnType<typeof patchbayOf>;
let isRefusing = false;

beforeAll(async () => {
  remote = await standIn(() => (isRefusing ? { body: 'no: \u001b[2J' } : { body: 'ok' }));
  server = await testServer({ settings: { 'xpack.actions.run.maxAttempts': 1 } });
  await server.call('POST', '/api/actions/connector/chat', {
    body: { name: 'Chat', connector_type_id: '.slack', secrets: { webhookUrl: remote.url } },
  });
  patchbay = patchbayOf(server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

const deliveries = (...args: string[]) => patchbay(['deliveries', ...args]);

async function enqueue(...args: string[]): Promise<string> {
  const ran = await deliveries('enqueue', 'chat', '--params', '{"message":"hello"}', ...args);
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ran.stdout).toMatch(/^\S+\n$/);
  return ran.stdout.trim();
}

const reaches = (id: string, state: string) =>
  vi.waitFor(async () => {
    expect((await server.call('GET', `/api/patchbay/deliveries/${id}`)).body.state).toBe(state);
  });

it('a delivery is enqueued, once under one key, shown and listed', async () => {
  const id = await enqueue('--idempotency-key', 'k', '--order-key', 'o');
  await reaches(id, 'delivered');
  const again = await deliveries('enqueue', 'chat', '--params', '{"message":"x"}', '--idempotency-key', 'k');
  expect(again).toEqual({
    exitCode: 0,
    stdout: `${id}\n`,
    stderr: 'was enqueued before, and is delivered\n',
  });
  const got = await deliveries('get', id, '--params');
  expect(got.stdout).toMatch(/^id: .*\n(?:.*\n)*state: delivered\n(?:.*\n)*params:\n {2}message: hello\n$/);
  expect(JSON.parse((await deliveries('get', id, '--json')).stdout)).toMatchObject({ id, attempt: 1 });
  const listed = await deliveries('list', '--order-key', 'o', '--state', 'delivered', 'dead');
  expect(listed.stdout).toMatch(
    /^ID +CONNECTOR +STATE +ATTEMPT +CREATED +REASON\n\S+ +chat +delivered +1 +\S+\n$/,
  );
  expect(remote.received).toHaveLength(1);
});

it('a dead one is listed with its reason, as plain text, replayed and discarded', async () => {
  isRefusing = true;
  const id = await enqueue();
  await reaches(id, 'dead');
  const { stdout } = await deliveries('list', '--state', 'dead');
  expect(stdout).toMatch(/chat +dead +1 +\S+ {2,}\S/);
  expect(stdout).not.toContain('\u001b');
  expect((await deliveries('discard', id)).stdout).toBe(`discarded ${id}\n`);
  isRefusing = false;
  expect((await deliveries('replay', id, '--json')).exitCode).toBe(0);
  await reaches(id, 'delivered');
  const repeated = await deliveries('replay', id);
  expect(repeated.stdout).toMatch(new RegExp(`^replayed ${id} as \\S+\n$`));
  expect(await deliveries('discard', id)).toMatchObject({ exitCode: 1, stdout: '' });
});

it('all that match are changed, when it is said', async () => {
  for (let n = 0; n < 2; n++) await enqueue('--run-at', LATER, '--order-key', 'many');
  const first = await deliveries('list', '--order-key', 'many', '--per-page', '1');
  expect(first.stderr).toBe('1 of 2\n');
  expect(await deliveries('cancel', '--order-key', 'many')).toMatchObject({ exitCode: 2, stdout: '' });
  expect((await deliveries('cancel', '--order-key', 'many', '--yes')).stdout).toBe('cancelled 2\n');
  expect((await deliveries('cancel', '--all', '--yes', '--json')).stdout).toBe('{\n  "changed": 0\n}\n');
});

it.each([
  { args: ['cancel'], exitCode: 2, says: 'Which ones?' },
  { args: ['cancel', '--all', '--state', 'ready'], exitCode: 2, says: 'Which ones?' },
  { args: ['cancel', 'some-id', '--state', 'ready'], exitCode: 2, says: 'Give either an id' },
  { args: ['get', 'nothing'], exitCode: 4, says: 'Delivery [nothing] not found' },
  { args: ['list', '--state', 'lost'], exitCode: 1, says: 'request query.state' },
  {
    args: ['enqueue', 'nobody', '--params', '{}'],
    exitCode: 4,
    says: 'Saved object [action/nobody] not found',
  },
  { args: ['enqueue', 'chat'], exitCode: 2, says: 'Give the params' },
])('$args is not done', async ({ args, exitCode, says }) => {
  expect(await deliveries(...args)).toEqual({ exitCode, stdout: '', stderr: expect.stringContaining(says) });
});

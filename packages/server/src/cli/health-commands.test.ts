import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { patchbayOf } from '../testing/run-patchbay.ts';
import { type TestServer, testServer } from '../testing/test-server.ts';

let server: TestServer;
let patchbay: ReturnType<typeof patchbayOf>;

beforeAll(async () => {
  server = await testServer();
  patchbay = patchbayOf(server);
  const log = { name: 'Log', connector_type_id: '.server-log' };
  await server.call('POST', '/api/actions/connector/log', { body: log });
  await server.call('POST', '/api/actions/connector/log/_execute', { body: { params: { message: 'x' } } });
});
afterAll(() => server[Symbol.asyncDispose]());

it('connectors health prints a line for each, or all of one', async () => {
  const listed = await patchbay(['connectors', 'health']);
  expect(listed.stdout).toMatch(/^ID +NAME +STATUS +RUNS 24H +OK\nlog +Log +healthy +1 +100 %\n$/);
  expect((await patchbay(['connectors', 'health', 'log'])).stdout).toContain('status: healthy\n');
  const { stdout } = await patchbay(['connectors', 'health', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([{ id: 'log', status: 'healthy' }]);
  expect(await patchbay(['connectors', 'health', 'nowhere'])).toMatchObject({ exitCode: 4, stdout: '' });
});

it('why prints the answer, and then what happened', async () => {
  const body = { connector_id: 'log', params: { message: 'x' } };
  const { id } = (await server.call('POST', '/api/patchbay/deliveries', { body })).body;
  await vi.waitFor(async () => {
    const { stdout } = await patchbay(['why', '--delivery', id]);
    const [answer, , ...chain] = stdout.trimEnd().split('\n');
    expect(answer).toBe('arrived: delivered by attempt 1');
    expect(chain.map((line) => line.replace(/^\S+ {2}/, ''))).toEqual([
      'accepted from elastic',
      'attempt 1 came through',
      'delivered',
    ]);
  });
  const ofConnector = await patchbay(['why', '--connector', 'log']);
  expect(ofConnector.stdout).toMatch(/^arrived: its last run came through at .*\n\n/);
  expect(ofConnector.stdout).toContain(`  ${id}  delivered\n`);
});

it('why wants to know of what', async () => {
  expect(await patchbay(['why'])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'Give either --delivery or --connector.\n',
  });
});

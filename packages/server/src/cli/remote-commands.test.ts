import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patchbayOf, type Ran } from '../testing/run-patchbay.ts';
import { type TestServer, temporaryFolder, testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const PLANTED = 'a-planted-secret';

let server: TestServer;
let patchbay: ReturnType<typeof patchbayOf>;

beforeAll(async () => {
  server = await testServer({
    settings: {
      'xpack.actions.preconfigured': {
        fixed: { name: 'Fixed', actionTypeId: '.server-log', config: {}, secrets: {} },
      },
    },
  });
  patchbay = patchbayOf(server);
});

afterAll(() => server[Symbol.asyncDispose]());

async function json(args: string[], environment = {}) {
  const ran = await patchbay([...args, '--json'], { environment });
  expect(ran, JSON.stringify(ran)).toMatchObject({ exitCode: 0 });
  return JSON.parse(ran.stdout);
}

describe('spaces', () => {
  it('are created, listed and deleted', async () => {
    const made = await patchbay(['spaces', 'create', 'team', '--name', 'The team', '--color', '#aabbcc']);
    expect(made).toEqual({ exitCode: 0, stdout: 'created the space "team"\n', stderr: '' });
    expect((await patchbay(['spaces', 'list'])).stdout).toMatch(
      /^ID +NAME +DESCRIPTION\n(?:.*\n)*team +The team\n/,
    );
    expect(await json(['spaces', 'list'])).toContainEqual(expect.objectContaining({ id: 'team' }));
    expect(await json(['spaces', 'delete', 'team', '--yes'])).toEqual({ id: 'team', deleted: true });
    expect(await patchbay(['spaces', 'delete', 'team', '--yes'])).toMatchObject({ exitCode: 4, stdout: '' });
  });

  it('are not deleted where nobody can be asked', async () => {
    await patchbay(['spaces', 'create', 'kept']);
    expect(await patchbay(['spaces', 'delete', 'kept'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'There is no terminal to ask at: give --yes.\n',
    });
    expect(await json(['spaces', 'list'])).toContainEqual(expect.objectContaining({ id: 'kept' }));
  });

  it('exits 1 and says why where the server refuses', async () => {
    const ran = await patchbay(['spaces', 'create', 'Not Allowed']);
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('must be lower case');
  });
});

describe('users', () => {
  const anna = ['users', 'create', 'anna', '--role', 'viewer', '--full-name', 'Anna', '--password-stdin'];

  it('are created with a password from standard input, listed and deleted', async () => {
    const made = await patchbay(anna, { input: 'a password of hers\n' });
    expect(made).toEqual({ exitCode: 0, stdout: 'created the user "anna"\n', stderr: '' });
    const as = 'anna:a password of hers';
    expect((await server.call('GET', '/internal/security/me', { as })).status).toBe(200);
    expect(await patchbay(anna, { input: 'another one' })).toMatchObject({ exitCode: 1 });
    expect((await patchbay(['users', 'list'])).stdout).toMatch(/anna +viewer +yes +Anna\n/);
    expect((await patchbay(['users', 'delete', 'anna', '--yes'])).exitCode).toBe(0);
    expect((await patchbay(['users', 'delete', 'anna', '--yes'])).exitCode).toBe(4);
  });

  it('exits 2 for a password that is too short', async () => {
    expect(await patchbay(anna, { input: 'short' })).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('API keys', () => {
  it('are created, alone on standard output, used and invalidated', async () => {
    const made = await patchbay(['api-keys', 'create', 'ci', '--expiration', '1d']);
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toMatch(/^\S+\n$/);
    const id = /with id (\S+),/.exec(made.stderr)?.[1] ?? '';
    const PATCHBAY_API_KEY = made.stdout.trim();
    const asKey = { PATCHBAY_API_KEY, PATCHBAY_USER: undefined };
    expect(await json(['spaces', 'list'], asKey)).not.toEqual([]);

    expect((await patchbay(['api-keys', 'invalidate', id])).exitCode).toBe(0);
    expect(await patchbay(['spaces', 'list'], { environment: asKey })).toMatchObject({ exitCode: 3 });
    expect((await patchbay(['api-keys', 'invalidate', 'unknown'])).exitCode).toBe(4);
  });
});

describe('connectors', () => {
  it('are listed, shown, run and deleted, in their space', async () => {
    await using vendor = await standIn(() => ({ body: 'thanks' }));
    await patchbay(['spaces', 'create', 'ops']);
    await server.call('POST', '/s/ops/api/actions/connector/hook', {
      body: {
        name: 'Hook',
        connector_type_id: '.webhook',
        config: { url: vendor.url },
        secrets: { user: 'bob', password: PLANTED },
      },
    });
    const inOps = (...args: string[]) => patchbay(['connectors', ...args, '--space', 'ops']);
    const all: Ran[] = [];
    const keep = async (ran: Promise<Ran>) => all[all.push(await ran) - 1] as Ran;

    expect((await keep(inOps('list'))).stdout).toMatch(/fixed +Fixed +\.server-log +preconfigured\n/);
    expect((await keep(inOps('list'))).stdout).toMatch(/hook +Hook +\.webhook\n/);
    expect((await keep(inOps('get', 'hook'))).stdout).toContain('connector_type_id: .webhook');
    expect((await patchbay(['connectors', 'get', 'hook'])).exitCode).toBe(4);

    const ran = await keep(inOps('execute', 'hook', '--params', '{"body":"x"}'));
    expect(ran).toEqual({ exitCode: 0, stdout: 'ok\n"x"\n', stderr: '' });
    const file = join(temporaryFolder(), 'params.yml');
    writeFileSync(file, 'body: from a file\n');
    expect((await keep(inOps('execute', 'hook', '-f', file, '--json'))).exitCode).toBe(0);
    await keep(
      patchbay(['connectors', 'execute', 'hook', '-f', '-', '--space', 'ops'], { input: 'body: y' }),
    );
    const dry = await keep(
      inOps('execute', 'hook', '--params', '{"body":"not sent"}', '--dry-run', '--json'),
    );
    expect(JSON.parse(dry.stdout)).toMatchObject({
      status: 'ok',
      dry_run: true,
      data: { requests: [{ method: 'POST', body: 'not sent' }] },
    });
    expect(vendor.received.map(({ body }) => body)).toEqual(['x', 'from a file', 'y']);
    expect(vendor.received[0]?.headers.authorization).toContain('Basic');

    expect((await keep(inOps('delete', 'hook'))).exitCode).toBe(2);
    expect((await keep(inOps('delete', 'hook', '--yes'))).exitCode).toBe(0);
    expect((await keep(inOps('get', 'hook'))).exitCode).toBe(4);
    expect(JSON.stringify(all)).not.toContain(PLANTED);
    expect(JSON.stringify(all)).not.toContain('\u001b');
  });

  it('exits 1 where the run ended in an error', async () => {
    await using vendor = await standIn(() => ({ status: 500 }));
    await server.call('POST', '/api/actions/connector/broken', {
      body: { name: 'Broken', connector_type_id: '.slack', secrets: { webhookUrl: vendor.url } },
    });
    const args = ['connectors', 'execute', 'broken', '--params', '{"message":"x"}'];
    const ran = await patchbay([...args, '--json']);
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ connector_id: 'broken', status: 'error' });
    expect(ran.stderr).toContain('error posting a slack message');
  });

  it.each([
    { args: [], exitCode: 2, says: 'Give the params' },
    { args: ['--params', '{'], exitCode: 2, says: '--params: this is not JSON.' },
    { args: ['-f', '/not/there'], exitCode: 1, says: 'Cannot read /not/there' },
  ])('are not run with params that cannot be read: $args', async ({ args, exitCode, says }) => {
    const ran = await patchbay(['connectors', 'execute', 'x', ...args]);
    expect(ran).toEqual({ exitCode, stdout: '', stderr: expect.stringContaining(says) });
  });
});

it('exits 3 for a wrong password, and for what one may not do', async () => {
  const wrong = await patchbay(['spaces', 'list'], { environment: { PATCHBAY_PASSWORD: 'wrong-password' } });
  expect(wrong).toMatchObject({ exitCode: 3, stdout: '' });
  expect(wrong.stderr).not.toContain('wrong-password');
  await addUser(server, 'reader', [{ spaces: ['*'], feature: { actions: ['read'] } }]);
  const environment = { PATCHBAY_USER: 'reader', PATCHBAY_PASSWORD: 'password of reader' };
  expect(await patchbay(['spaces', 'create', 'x'], { environment })).toMatchObject({ exitCode: 3 });
});

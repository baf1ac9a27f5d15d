import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describeOnPostgres, testDatabase } from '@patchbay/engine/testing/postgres';
import { standIn } from '@patchbay/kit/testing';
import { expect, it, vi } from 'vitest';
import { patchbayOf, runPatchbay } from '../testing/run-patchbay.ts';
import { type TestServer, temporaryFolder, testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const describe = await describeOnPostgres();

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PLANTED = 'a-planted-secret';
const LATER = '2099-01-01T00:00:00Z';
const main = join(import.meta.dirname, '../main.js');

const webhook = (url: string) => ({
  name: 'Hook',
  connector_type_id: '.webhook',
  config: { url },
  secrets: { user: 'ann', password: PLANTED },
});

async function createHook({ call }: TestServer, url: string): Promise<void> {
  expect((await call('POST', '/api/actions/connector/hook', { body: webhook(url) })).status).toBe(200);
}

const enqueueLater = ({ call }: TestServer) =>
  call('POST', '/api/patchbay/deliveries', {
    body: { connector_id: 'hook', params: { body: 'x' }, run_at: LATER },
  });

/** A folder for another server, with the key of the first one. */
function folderBeside(dataPath: string): string {
  const other = temporaryFolder();
  copyFileSync(join(dataPath, 'encryption.key'), join(other, 'encryption.key'));
  return other;
}

const restore = (file: string, dataPath: string, ...args: string[]) =>
  runPatchbay(['restore', file, ...args], { environment: { PATH_DATA: dataPath } });

describe('patchbay backup and restore', () => {
  it('bring a running server into an empty folder, where its connectors run', async () => {
    await using remote = await standIn();
    const file = join(temporaryFolder(), 'b.gz');
    const before = await testServer();
    await createHook(before, remote.url);
    let isOver = false;
    const load = (async () => {
      for (let n = 0; !isOver; n++) {
        const made = await before.call('POST', `/api/actions/connector/load-${n}`, {
          body: webhook(remote.url),
        });
        expect(made.status).toBe(200);
      }
    })();
    const taken = await patchbayOf(before)(['backup', file]);
    isOver = true;
    await load;
    expect(taken).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^wrote and verified .*b\.gz: \d+ rows, as they were at 20\S+\n$/),
      stderr: 'The encryption key is not in it: keep that too, in another place.\n',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(file, '..'))).toEqual(['b.gz']);
    const text = gunzipSync(readFileSync(file)).toString();
    for (const secret of [PLANTED, readFileSync(join(before.dataPath, 'encryption.key'), 'utf8').trim()])
      expect(text).not.toContain(secret);
    expect(readdirSync(before.dataPath).filter((name) => name.includes('backup'))).toEqual([]);

    const folder = folderBeside(before.dataPath);
    await before[Symbol.asyncDispose]();
    const restored = await restore(file, folder);
    expect(restored).toMatchObject({ exitCode: 0, stderr: '' });
    expect(restored.stdout).toMatch(/^connectors +\d+ +[0-9a-f]{16}$/m);
    expect(restored.stdout).toMatch(/restored and verified \d+ rows of \d+ tables, as they were at 20\S+\n$/);
    await using after = await testServer({ dataPath: folder });
    const run = await after.call('POST', '/api/actions/connector/hook/_execute', {
      body: { params: { body: 'still here' } },
    });
    expect(run.body).toMatchObject({ status: 'ok' });
    expect(remote.received.at(-1)).toMatchObject({
      body: 'still here',
      headers: { authorization: `Basic ${Buffer.from(`ann:${PLANTED}`).toString('base64')}` },
    });
    // Whoever was made together is there together.
    const { body: connectors } = await after.call('GET', '/api/actions/connectors');
    for (const { id } of connectors) {
      const { body } = await after.call('GET', `/api/patchbay/connectors/${id}/access`);
      expect(body.owner).toBe('elastic');
    }
  });

  it('go from SQLite to PostgreSQL and back, without a server', async () => {
    await using remote = await standIn();
    await using database = await testDatabase();
    const [first, second] = [join(temporaryFolder(), '1.gz'), join(temporaryFolder(), '2.gz')];
    const before = await testServer();
    await createHook(before, remote.url);
    await enqueueLater(before);
    const folder = folderBeside(before.dataPath);
    const offline = { environment: { PATH_DATA: before.dataPath } };
    const busy = await runPatchbay(['backup', first, '--offline'], offline);
    expect(busy).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('is in use by another process'),
    });
    expect(existsSync(first)).toBe(false);
    await before.stop();
    expect(await runPatchbay(['backup', first, '--offline', '--json'], offline)).toMatchObject({
      exitCode: 0,
    });
    rmSync(before.dataPath, { recursive: true });

    const onPostgres = { environment: { PATH_DATA: folder, PATCHBAY_STORE_URL: database.url } };
    const there = await runPatchbay(['restore', first, '--json'], onPostgres);
    expect(JSON.parse(there.stdout)).toMatchObject({ deliveries: { queued: 1, held: 0 } });
    const again = await runPatchbay(['restore', first], onPostgres);
    expect(again).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/ is not empty: there are rows in /),
    });
    const server = await testServer({ dataPath: folder, settings: { 'patchbay.store.url': database.url } });
    expect((await server.call('GET', '/api/actions/connector/hook')).status).toBe(200);
    expect(await runPatchbay(['backup', second, '--offline'], onPostgres)).toMatchObject({ exitCode: 0 });
    await server.stop();

    const back = folderBeside(folder);
    expect(await restore(second, back)).toMatchObject({ exitCode: 0 });
    await using after = await testServer({ dataPath: back });
    const run = await after.call('POST', '/api/actions/connector/hook/_execute', {
      body: { params: { body: 'x' } },
    });
    expect(run.body).toMatchObject({ status: 'ok' });
    expect((await after.call('GET', '/api/patchbay/deliveries')).body).toMatchObject({
      total: 1,
      data: [{ state: 'ready' }],
    });
  });

  it('hold what was queued where that is asked for, and say so where it is not', async () => {
    await using remote = await standIn();
    const file = join(temporaryFolder(), 'b.gz');
    await using before = await testServer();
    await createHook(before, remote.url);
    const { id } = (await enqueueLater(before)).body;
    await patchbayOf(before)(['backup', file]);
    const runs = await restore(file, folderBeside(before.dataPath));
    expect(runs.stdout).toMatch(
      /1 deliveries were queued then and will run: what was delivered since arrives again\n$/,
    );
    const folder = folderBeside(before.dataPath);
    const held = await restore(file, folder, '--hold-deliveries');
    expect(held.stdout).toMatch(
      /held 1 deliveries that were queued: they are cancelled, and can be replayed\n$/,
    );
    await using after = await testServer({ dataPath: folder });
    expect((await after.call('GET', `/api/patchbay/deliveries/${id}`)).body).toMatchObject({
      state: 'cancelled',
      reason: 'held when a backup was restored',
    });
    const replayed = await after.call('POST', `/api/patchbay/deliveries/${id}/_replay`);
    expect(replayed.body).toMatchObject({ id });
    await vi.waitFor(async () => {
      const { state } = (await after.call('GET', `/api/patchbay/deliveries/${id}`)).body;
      expect(state).toBe('delivered');
    });
  });

  it('say when the key is missing, or is another one', async () => {
    const file = join(temporaryFolder(), 'b.gz');
    await using before = await testServer();
    await patchbayOf(before)(['backup', file]);
    const withoutKey = await restore(file, temporaryFolder());
    expect(withoutKey.exitCode).toBe(0);
    expect(withoutKey.stderr).toMatch(
      /^A server with these settings would not start yet\. The encryption key is missing/,
    );
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'encryption.key'), 'k'.repeat(40));
    expect((await restore(file, folder)).stderr).toContain('The encryption key is not the one that');
  });

  it('leave the store empty when the restore is killed amid it', async () => {
    await using before = await testServer();
    const small = join(temporaryFolder(), 'small.gz');
    const file = join(temporaryFolder(), 'large.gz');
    await patchbayOf(before)(['backup', small]);
    writeFileSync(
      file,
      gzipSync(withEvents(gunzipSync(readFileSync(small)).toString(), 200_000), { level: 1 }),
    );
    const folder = folderBeside(before.dataPath);
    const log = join(folder, 'patchbay.sqlite-wal');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'restore', file], {
      env: { PATH: process.env.PATH, PATH_DATA: folder },
      stdio: 'ignore',
    });
    // What is written before the transaction stands is more than what makes the tables.
    await vi.waitFor(() => expect(statSync(log).size).toBeGreaterThan(4_000_000), {
      timeout: 60_000,
      interval: 5,
    });
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(await restore(small, folder)).toMatchObject({ exitCode: 0, stderr: '' });
  }, 120_000);

  it('write no file that is not whole, and over none that is there', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'b.gz');
    const broken = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/gzip' });
      response.write(
        gzipSync('{"patchbay_backup":1,"schema":1,"created_at":"2026"}\n'.repeat(1000)).subarray(0, 40),
      );
      setImmediate(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(broken, 'listening');
    const url = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
    const brokeOff = await patchbayOf({ url })(['backup', file]);
    broken.close();
    expect(brokeOff).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^The backup broke off: /) });
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(file, 'mine');
    expect(await patchbayOf({ url })(['backup', file])).toMatchObject({
      exitCode: 2,
      stderr: `${file} is there already.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await restore(join(folder, 'nothing.gz'), temporaryFolder())).exitCode).toBe(4);
    expect(await restore(file, temporaryFolder())).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('It is no backup of Patchbay'),
    });
  });

  it('are a superuser’s, one at a time, and in the audit log', async () => {
    await using server = await testServer();
    const admin = await addUser(server, 'admin', [{ spaces: ['*'], base: ['all'] }]);
    const refused = await server.call('POST', '/api/patchbay/_backup', { as: admin });
    expect(refused.status).toBe(403);
    const take = () => server.call('POST', '/api/patchbay/_backup');
    const statuses = (await Promise.all([take(), take()])).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 429]);
    expect((await take()).headers.get('content-disposition')).toMatch(
      /^attachment; filename="patchbay-[\w-]+\.backup\.gz"$/,
    );
    const audited = server.logged.filter((line) => JSON.stringify(line).includes('store_backup'));
    expect(audited.map((line) => (line.event as { outcome: string }).outcome).sort()).toEqual([
      'failure',
      'failure',
      'success',
      'success',
    ]);
  });
});

/** The same backup with more in its event log. The checksums are those of nothing: a restore of it fails in the end. */
function withEvents(text: string, count: number): string {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('{"table":"events"'));
  const { columns } = JSON.parse(lines[begin] ?? '') as { columns: string[] };
  const rows = Array.from({ length: count }, (_, n) =>
    JSON.stringify(
      columns.map((column) =>
        column === 'seq' ? 1_000_000 + n : column === 'attempt' || column === 'duration_ms' ? null : 'x',
      ),
    ),
  );
  return [...lines.slice(0, begin + 1), ...rows, ...lines.slice(begin + 1)].join('\n');
}

import { join } from 'node:path';
import { describeOnPostgres, testDatabase } from '@patchbay/engine/testing/postgres';
import { expect, it } from 'vitest';
import { runPatchbay } from '../testing/run-patchbay.ts';
import { temporaryFolder, testServer } from '../testing/test-server.ts';

const describe = await describeOnPostgres();

const webhook = {
  name: 'Hook',
  connector_type_id: '.webhook',
  config: { url: 'https://a.example', hasAuth: true },
  secrets: { user: 'ann', password: 'a-planted-secret' },
};

it('makes a store, finds it right, and says so to programs', async () => {
  const dataPath = temporaryFolder();
  const environment = { PATH_DATA: dataPath };
  const run = (...args: string[]) => runPatchbay(['store', ...args], { environment });
  const missing = await run('check');
  expect(missing).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: `There is no database ${join(dataPath, 'patchbay.sqlite')}.\n`,
  });
  const made = JSON.parse((await run('migrate', '--json')).stdout);
  expect(made).toEqual({ from: 0, to: expect.any(Number) });
  expect((await run('migrate')).stdout).toBe(`the schema is at version ${made.to}\n`);
  const checked = await run('check', '--json');
  expect(checked).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(checked.stdout)).toMatchObject({
    ok: true,
    checks: ['file', 'schema', 'integrity', 'secrets'].map((name) => ({ name, ok: true })),
  });
  await using _server = await testServer({ dataPath });
  const inUse = await run('check');
  expect(inUse).toMatchObject({ exitCode: 3, stdout: '' });
  expect(inUse.stderr).toContain('is in use by another process');
});

describe('a move from SQLite to PostgreSQL', () => {
  it('brings everything along that a server has, under the same key', async () => {
    await using database = await testDatabase();
    const dataPath = temporaryFolder();
    const before = await testServer({ dataPath });
    await before.call('POST', '/api/actions/connector/hook', { body: webhook });
    await before.stop();

    const environment = { PATH_DATA: dataPath, PATCHBAY_STORE_URL: database.url };
    const run = (...args: string[]) => runPatchbay(['store', ...args], { environment });
    const copied = await run('copy', '--from', 'sqlite:patchbay.sqlite', '--to', 'env:PATCHBAY_STORE_URL');
    expect(copied).toMatchObject({ exitCode: 0, stderr: '' });
    expect(copied.stdout).toMatch(/^connectors +1 +[0-9a-f]{16}$/m);
    expect(copied.stdout).toMatch(/copied and verified \d+ rows of \d+ tables\n$/);
    const again = await run('copy');
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toMatch(/ is not empty: there are rows in .*connectors/);
    const checked = await run('check');
    expect(checked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(checked.stdout).toMatch(/^secrets +ok +1 have the form of sealed text$/m);

    await using after = await testServer({ dataPath, settings: { 'patchbay.store.url': database.url } });
    const read = await after.call('GET', '/api/actions/connector/hook');
    expect(read.body).toMatchObject({ name: 'Hook', config: { url: 'https://a.example' } });
    const dry = await after.call('POST', '/api/actions/connector/hook/_execute?dry_run=true', {
      body: { params: { body: 'x' } },
    });
    expect(dry.status).toBe(200);
    expect(JSON.stringify(dry.body)).not.toContain('Unable to decrypt');
  });

  it('asks for what it needs, and repeats no password', async () => {
    const environment = { PATH_DATA: temporaryFolder() };
    const run = (...args: string[]) => runPatchbay(['store', 'copy', ...args], { environment });
    expect(await run()).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await run('--to', 'env:NOWHERE')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: '--to: there is no variable NOWHERE.\n',
    });
    await runPatchbay(['store', 'migrate'], { environment });
    const away = await run('--to', 'postgres://ann:a-planted-secret@127.0.0.1:1/db');
    expect(away).toMatchObject({ exitCode: 3, stdout: '' });
    expect(away.stderr).toContain('every process of this machine can read a password in an argument');
    expect(away.stderr).toContain('The PostgreSQL database db on 127.0.0.1:1 cannot be opened');
    expect(away.stderr).not.toContain('a-planted-secret');
  });
});

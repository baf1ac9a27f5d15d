import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runPatchbay } from '../testing/run-patchbay.ts';
import { temporaryFolder, testServer } from '../testing/test-server.ts';

it('checks the configuration and prints a problem a line', async () => {
  const file = join(temporaryFolder(), 'patchbay.yml');
  writeFileSync(file, 'server.port: many\nxpack.actions.allowedHost: [x]\n');
  const bad = await runPatchbay(['config', 'check', '--config', file]);
  expect(bad.exitCode).toBe(1);
  const lines = bad.stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.slice(0, line.indexOf(':'))).sort()).toEqual([
    'server.port',
    'xpack.actions.allowedHost',
  ]);
  const json = await runPatchbay(['config', 'check', '--config', file, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, problems: lines });

  writeFileSync(file, 'server.port: 1234\n');
  expect(await runPatchbay(['config', 'check', '-c', file])).toMatchObject({ exitCode: 0, stdout: 'ok\n' });
});

it('sets a password in the data folder, once the server is stopped', async () => {
  const dataPath = temporaryFolder();
  const server = await testServer({ dataPath });
  const reset = (name: string) =>
    runPatchbay(['users', 'reset-password', name, '--password-stdin'], {
      environment: { PATH_DATA: dataPath },
      input: 'a brand new one',
    });
  const running = await reset('elastic');
  expect(running).toMatchObject({ exitCode: 1, stdout: '' });
  expect(running.stderr).toContain('another process');
  await server.stop();

  expect((await reset('nobody')).exitCode).toBe(4);
  const done = await reset('elastic');
  expect(done).toEqual({ exitCode: 0, stdout: 'set the password of "elastic"\n', stderr: '' });
  await using again = await testServer({ dataPath });
  const as = 'elastic:a brand new one';
  expect((await again.call('GET', '/internal/security/me', { as })).status).toBe(200);
});

it('makes no database where there is none', async () => {
  const environment = { PATH_DATA: temporaryFolder() };
  const ran = await runPatchbay(['users', 'reset-password', 'elastic', '--password-stdin'], { environment });
  expect(ran).toMatchObject({ exitCode: 4, stdout: '' });
});

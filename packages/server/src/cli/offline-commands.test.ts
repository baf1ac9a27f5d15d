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

it('finds what the start would find wrong with settings that are right by themselves', async () => {
  const file = join(temporaryFolder(), 'patchbay.yml');
  const lines = [
    'server.ssl: {enabled: true, certificate: /not/there.pem, key: /not/there.key}',
    'elasticsearch: {hosts: ["http://127.0.0.1:9200"], ssl.certificateAuthorities: /not/there.ca}',
    'xpack.actions.allowedHosts: [a.example]',
    'xpack.actions.preconfigured: {mine: {name: Mine, actionTypeId: .server-log}}',
    'patchbay.connectorSettings:',
    '  mine: {timeouts: {response: soon}, redirects: {max: 99}}',
    '  other: {proxy: {url: "http://b.example"}}',
    'patchbay.connectorAccess: {other: {use: {users: [ann]}}}',
  ];
  writeFileSync(file, lines.join('\n'));
  const ran = await runPatchbay(['config', 'check', '-c', file]);
  expect(ran).toMatchObject({ exitCode: 1, stderr: '7 problems.\n' });
  expect(ran.stdout.trimEnd().split('\n')).toEqual([
    'server.ssl.certificate: cannot read the file (ENOENT).',
    expect.stringContaining('elasticsearch.ssl.certificateAuthorities: ENOENT'),
    'patchbay.connectorSettings.mine.timeouts.response: expected a duration such as 500ms, 60s or 5m',
    expect.stringContaining('patchbay.connectorSettings.mine.redirects.max: Too big'),
    'patchbay.connectorSettings.other: there is no preconfigured connector of this id',
    'patchbay.connectorSettings.other.proxy.url: error validating connector settings: target hostname "b.example" is not added to the Kibana config xpack.actions.allowedHosts',
    'patchbay.connectorAccess.other: there is no preconfigured connector of this id',
  ]);
});

it('tells where a configuration file is no YAML, without quoting it', async () => {
  const file = join(temporaryFolder(), 'patchbay.yml');
  writeFileSync(file, 'xpack.actions.preconfigured:\n  a: {secrets: {password: "a-planted-secret"}\nb: 1');
  const wrong = `Cannot read the configuration file ${file}: line 3, column 1: bad indent\n`;
  const check = await runPatchbay(['config', 'check', '-c', file]);
  expect(check).toEqual({ exitCode: 1, stdout: wrong, stderr: '1 problem.\n' });
  expect(await runPatchbay(['serve', '-c', file])).toEqual({ exitCode: 1, stdout: '', stderr: wrong });
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

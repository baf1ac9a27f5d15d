import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { standIn } from '@patchbay/kit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patchbayOf, type Ran } from '../../testing/run-patchbay.ts';
import { type TestServer, temporaryFolder, testServer } from '../../testing/test-server.ts';

const PLANTED = 'a-planted-secret';
const FILE = join(temporaryFolder(), 'connectors.yml');

let server: TestServer;
let all: Ran[];

beforeEach(async () => {
  all = [];
  server = await testServer({
    settings: {
      'xpack.actions.preconfigured': {
        fixed: { name: 'Fixed', actionTypeId: '.server-log', config: {}, secrets: {} },
      },
    },
  });
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  expect(JSON.stringify(all)).not.toContain(PLANTED);
  expect(JSON.stringify(all)).not.toContain('\u001b');
});

async function apply(yaml: string, ...args: string[]): Promise<Ran> {
  writeFileSync(FILE, yaml);
  const ran = await patchbayOf(server)(['connectors', 'apply', '-f', FILE, ...args], {
    environment: { HOOK_PASSWORD: PLANTED },
  });
  all.push(ran);
  return ran;
}

const hook = (id: string, facts = '') => `
  - id: ${id}
    name: Hook ${id}
    connector_type_id: .webhook
    config: { url: 'http://127.0.0.1:1/${id}'${facts} }
    secrets: { user: bob, password: "\${HOOK_PASSWORD}" }`;

const TWO = `connectors:${hook('one')}${hook('two')}`;

const listed = async (): Promise<{ id: string; config: Record<string, unknown> }[]> =>
  (await server.call('GET', '/api/actions/connectors')).body;

const ids = async () => (await listed()).map(({ id }) => id).sort();

describe('an apply', () => {
  it('makes a connector after the one that stands in for it, wherever that is in the file', async () => {
    const first = `connectors:${hook('first')}
    settings: { delivery: { fallback: { connector_id: second } } }${hook('second')}`;
    const ran = await apply(first, '--yes');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toMatch(/created second\n.*created first/s);
    expect(await apply(first, '--check')).toMatchObject({ exitCode: 0 });
  });

  it('creates, then changes nothing, then updates what differs', async () => {
    expect(await apply(TWO, '--yes')).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        '+ create     one  .webhook  (secrets: will be set)',
        '+ create     two  .webhook  (secrets: will be set)',
        '2 to create, 0 to update, 0 to delete, 0 unchanged.',
        'created one',
        'created two',
        '',
      ].join('\n'),
    });
    expect(await apply(TWO)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('0 to create, 0 to update, 0 to delete, 2 unchanged.'),
    });
    const changed = await apply(`connectors:${hook('one')}${hook('two', ', method: put')}`, '--yes');
    expect(changed.stdout).toContain('~ update     two  .webhook  (config.method, secrets: will be set)');
    expect((await listed()).map(({ config }) => config?.method)).toContain('put');
    // What is taken out of the file is taken back.
    expect((await apply(TWO, '--yes')).stdout).toContain('config.method');
    expect((await apply(TWO)).stdout).toContain('2 unchanged.');
  });

  it('sets secrets again where asked to', async () => {
    await apply(TWO, '--yes');
    const ran = await apply(TWO, '--update-secrets', '--yes', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      done: [
        { action: 'update', id: 'one' },
        { action: 'update', id: 'two' },
      ],
    });
  });

  it('deletes what is not in the file with --prune, and nothing preconfigured', async () => {
    await apply(TWO, '--yes');
    const one = `connectors:${hook('one')}`;
    expect((await apply(one, '--yes')).stdout).toContain('0 to delete');
    expect((await apply(one, '--prune', '--yes')).stdout).toContain('deleted two\n');
    expect(await ids()).toEqual(['fixed', 'one']);
  });

  it('reads several documents, and works in a space', async () => {
    await patchbayOf(server)(['spaces', 'create', 'team']);
    const yaml = `connectors:${hook('one')}\n---\nconnectors:${hook('two')}\n---\n`;
    expect((await apply(yaml, '--space', 'team', '--yes')).exitCode).toBe(0);
    expect(await ids()).toEqual(['fixed']);
    expect((await apply(yaml, '--space', 'team')).stdout).toContain('2 unchanged.');
  });
});

describe('an apply of an entry with settings', () => {
  const KEY = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
  const withSettings = (settings: string) => `connectors:${hook('one')}
    settings: ${settings}`;
  const PROXIED = withSettings(
    `{ proxy: { url: 'http://127.0.0.1:3128' }, secrets: { proxy_user: bob, proxy_password: "\${HOOK_PASSWORD}" } }`,
  );
  const settingsOf = async (id: string) =>
    (await server.call('GET', `/api/patchbay/connectors/${id}/settings`)).body;

  it('creates with them, then changes nothing, then changes them alone', async () => {
    const created = await apply(PROXIED, '--yes');
    expect(created).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        '+ create     one  .webhook  (secrets: will be set, settings, settings.secrets: will be set)',
        '1 to create, 0 to update, 0 to delete, 0 unchanged.',
        'created one',
        '',
      ].join('\n'),
    });
    const proxy = { url: 'http://127.0.0.1:3128' };
    expect(await settingsOf('one')).toEqual({ proxy, secrets_set: ['proxy_user', 'proxy_password'] });
    expect((await apply(PROXIED)).stdout).toContain('1 unchanged.');

    const slower = PROXIED.replace('{ proxy:', '{ timeouts: { response: 10s }, proxy:');
    const changed = await apply(slower, '--yes');
    expect(changed.stdout).toContain(
      '~ update     one  .webhook  (settings.timeouts, settings.secrets: will be set)\n',
    );
    expect(await settingsOf('one')).toMatchObject({ timeouts: { response: '10s' }, proxy });
    // What is taken out of the file is taken back, and an entry without settings leaves them alone.
    expect((await apply(PROXIED, '--yes')).stdout).toContain('settings.timeouts');
    expect((await apply(`connectors:${hook('one')}`)).stdout).toContain('1 unchanged.');
    expect(await settingsOf('one')).toEqual({ proxy, secrets_set: ['proxy_user', 'proxy_password'] });
  });

  it('sends what the settings say with the run', async () => {
    await using service = await standIn();
    const settings = `{ signing: { enabled: true }, secrets: { signing_keys: ["${KEY}"] } }`;
    await apply(withSettings(settings).replace('http://127.0.0.1:1/one', service.url), '--yes');
    await server.call('POST', '/api/actions/connector/one/_execute', { body: { params: { body: 'x' } } });
    expect(service.received[0]?.headers['webhook-signature']).toMatch(/^v1,/);
    expect(JSON.stringify(all)).not.toContain(KEY);
  });

  it('sees a secret that is there or not, and sets the values anew with --update-secrets', async () => {
    await apply(PROXIED, '--yes');
    const fewer = PROXIED.replace('proxy_user: bob, ', '');
    const planned = await apply(fewer, '--check', '--json');
    expect(JSON.parse(planned.stdout).plan).toMatchObject([
      { action: 'update', changes: ['settings.secrets', 'settings.secrets: will be set'] },
    ]);
    const again = await apply(PROXIED, '--update-secrets', '--yes');
    expect(again.stdout).toContain('(secrets: will be set, settings.secrets: will be set)');
  });

  it('leaves a reference in them to the server', async () => {
    const reference = '${env:NOT_ALLOWED_HERE}';
    const yaml = PROXIED.replace(
      'proxy_password: "${HOOK_PASSWORD}"',
      () => `proxy_password: "${reference}"`,
    );
    const ran = await apply(yaml, '--yes');
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain(
      `settings: secrets.proxy_password: the secret reference ${reference} does not`,
    );
  });

  it('is refused by entry and field where they cannot be right, before anything is changed', async () => {
    const entry = (id: string, settings: string) => `${hook(id)}
    settings: ${settings}`;
    const ran = await apply(
      `connectors:${hook('fine')}${entry('a', '{ timeouts: { response: soon }, other: 1 }')}${entry(
        'b',
        '{ tls: { verification_mode: maybe } }',
      )}${entry('c', '{ signing: { enabled: true } }')}${entry(
        'd',
        `{ secrets: { proxy_password: ${PLANTED}, signing_keys: [${PLANTED}] } }`,
      )}${entry('e', '{ proxy: { url: "http://x" }, secrets: { proxy_password: "${NOT_SET}" } }')}`,
      '--yes',
    );
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr.trimEnd().split('\n')).toEqual([
      `${FILE}: connectors[1] (a): settings.timeouts.response: expected a duration such as 500ms, 60s or 5m`,
      `${FILE}: connectors[1] (a): settings: Unrecognized key: "other"`,
      expect.stringContaining(`${FILE}: connectors[2] (b): settings.tls.verification_mode: Invalid option`),
      `${FILE}: connectors[3] (c): settings.secrets.signing_keys: is needed for signing`,
      `${FILE}: connectors[4] (d): settings.secrets.signing_keys.0: expected whsec_ and the base64 of 24 to 64 bytes`,
      `${FILE}: connectors[5] (e): settings.secrets.proxy_password: the environment variable NOT_SET is not set`,
    ]);
    expect(await ids()).toEqual(['fixed']);
  });

  it('says so where the connector was created and the server refuses its settings', async () => {
    await server.stop();
    server = await testServer({ settings: { 'xpack.actions.allowedHosts': ['127.0.0.1'] } });
    const elsewhere = PROXIED.replace('127.0.0.1:3128', 'forbidden.invalid');
    const ran = await apply(`${elsewhere}${hook('two')}`, '--yes');
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain(`${FILE}: connectors[0] (one): PUT /api/patchbay/connectors/one/settings: `);
    expect(ran.stderr).toContain('target hostname "forbidden.invalid" is not added to the Kibana config');
    expect(ran.stderr).toContain('The connector itself was created; its settings were not set.');
    expect(ran.stderr).toContain('Done before it: nothing. Not done: create two.');
    const json = await apply(elsewhere, '--yes', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ done: [], failed: { action: 'update', id: 'one' } });
  });
});

it('takes an empty file for a mistake, and an empty list at its word', async () => {
  await apply(TWO, '--yes');
  for (const empty of ['', '---\n', '# nothing\n']) {
    expect(await apply(empty, '--prune', '--yes')).toMatchObject({ exitCode: 1, stdout: '' });
  }
  expect(await ids()).toEqual(['fixed', 'one', 'two']);
  expect((await apply('connectors: []', '--prune', '--yes')).exitCode).toBe(0);
  expect(await ids()).toEqual(['fixed']);
});

it('only shows the plan with --check, and exits 5 where it has changes', async () => {
  const ran = await apply(TWO, '--check', '--json');
  expect(ran).toMatchObject({ exitCode: 5, stderr: 'The plan has changes.\n' });
  expect(JSON.parse(ran.stdout)).toMatchObject({
    plan: [{ action: 'create', id: 'one', connector_type_id: '.webhook' }, { id: 'two' }],
    done: [],
  });
  expect(await ids()).toEqual(['fixed']);
  await apply(TWO, '--yes');
  expect((await apply(TWO, '--check')).exitCode).toBe(0);
});

it('exits 2 and does nothing where nobody can be asked', async () => {
  expect(await apply(TWO)).toMatchObject({
    exitCode: 2,
    stderr: 'There is no terminal to ask at: give --yes.\n',
  });
  expect(await ids()).toEqual(['fixed']);
});

it('says what was done where it fails half way', async () => {
  const yaml = `${TWO.replace('127.0.0.1:1/two', 'forbidden.invalid/two')}${hook('three')}`;
  await server.stop();
  server = await testServer({ settings: { 'xpack.actions.allowedHosts': ['127.0.0.1'] } });
  const ran = await apply(yaml, '--yes');
  expect(ran.exitCode).toBe(1);
  expect(ran.stdout).toContain('created one\n');
  expect(ran.stderr).toContain(`${FILE}: connectors[1] (two): POST /api/actions/connector/two: `);
  expect(ran.stderr).toContain('Done before it: create one. Not done: create two, create three.');
  expect(await ids()).toEqual(['one']);
});

it('names file, entry and field of every mistake, and does nothing', async () => {
  const ran = await apply(
    `connectors:${hook('one')}${hook('one')}
  - { id: BAD, name: x, connector_type_id: .webhook }
  - { id: a, name: x, connector_type_id: .webhook, config: { url: 1 }, nonsense: true }
  - { id: b, name: x, connector_type_id: .webhook, config: { url: [] }, secrets: { user: "\${NOT_SET}" } }`,
    '--yes',
  );
  expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
  for (const line of [
    `${FILE}: connectors[1] (one): id: is the id of another entry, ${FILE}: connectors[0] (one)`,
    `${FILE}: connectors[2] (BAD): id: only lower case letters, digits and hyphens are allowed`,
    `${FILE}: connectors[3] (a): Unrecognized key: "nonsense"`,
    `${FILE}: connectors[4] (b): config.url: `,
    `${FILE}: connectors[4] (b): secrets.user: the environment variable NOT_SET is not set`,
  ]) {
    expect(ran.stderr).toContain(line);
  }
});

it('changes neither a preconfigured connector nor a type', async () => {
  await apply(`connectors:${hook('one')}`, '--yes');
  const ran = await apply(
    'connectors:\n  - { id: fixed, name: x, connector_type_id: .server-log }\n  - { id: one, name: x, connector_type_id: .slack }',
    '--yes',
  );
  expect(ran.exitCode).toBe(1);
  expect(ran.stderr).toContain('is the id of a preconfigured connector');
  expect(ran.stderr).toContain('connectors[1] (one): connector_type_id: the connector is a .webhook');
});

it('says where a file is no YAML, without quoting it', async () => {
  const ran = await apply(`connectors:\n  - secrets: "${PLANTED}\n`);
  expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
  expect(ran.stderr).toMatch(/connectors\.yml: line \d+, column \d+: missing char/);
});

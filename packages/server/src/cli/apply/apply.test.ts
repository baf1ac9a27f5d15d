import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

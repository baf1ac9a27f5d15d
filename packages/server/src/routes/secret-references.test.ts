import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder, testServer } from '../testing/test-server.ts';

const outside = temporaryFolder();
const folder = join(outside, 'secrets');
mkdirSync(folder);
mkdirSync(join(folder, 'deep'));
const files = {
  [join(folder, 'password')]: 'from-the-file-1\n',
  [join(folder, 'deep', 'password')]: 'from-the-file-2',
  [join(folder, 'large')]: 'x'.repeat(70_000),
  [join(outside, 'password')]: 'not-to-be-read',
};
for (const [path, content] of Object.entries(files)) writeFileSync(path, content);
symlinkSync(join(outside, 'password'), join(folder, 'link'));
afterAll(() => rmSync(outside, { recursive: true }));

const environment: NodeJS.ProcessEnv = { TEAM_PASSWORD: 'from-the-environment', OTHER: 'not-to-be-read' };
const remote = await standIn(({ headers }) => ({
  status: headers['x-fail'] === undefined ? 200 : 500,
  body: JSON.stringify({ message: headers.authorization }),
}));
afterAll(() => remote.close());
const server = await testServer({
  environment,
  settings: {
    'patchbay.secretReferences.environment': ['TEAM_*'],
    'patchbay.secretReferences.folders': [folder],
    'xpack.actions.preconfigured': {
      mine: {
        name: 'Mine',
        actionTypeId: '.webhook',
        config: { url: remote.url },
        secrets: { user: 'me', password: '${env:TEAM_PASSWORD}' },
      },
    },
  },
});
afterAll(() => server[Symbol.asyncDispose]());

let count = 0;
async function create(password: string, config: object = {}) {
  const id = `reference-${count++}`;
  const body = {
    name: id,
    connector_type_id: '.webhook',
    config: { url: remote.url, ...config },
    secrets: { user: 'me', password },
  };
  return { id, answer: await server.call('POST', `/api/actions/connector/${id}`, { body }) };
}

const run = (id: string) =>
  server.call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: {} } });

/** The password that arrived last. */
function sent(): string {
  const header = remote.received.at(-1)?.headers.authorization ?? '';
  return Buffer.from(header.split(' ')[1] ?? '', 'base64')
    .toString('utf8')
    .slice('me:'.length);
}

describe('a secret that is a reference', () => {
  it.each([
    ['${env:TEAM_PASSWORD}', 'from-the-environment'],
    [`\${file:${join(folder, 'password')}}`, 'from-the-file-1'],
    [`\${file:${join(folder, 'deep', '..', 'deep', 'password')}}`, 'from-the-file-2'],
    ['x${env:TEAM_PASSWORD}', 'x${env:TEAM_PASSWORD}'],
    ['${TEAM_PASSWORD}', '${TEAM_PASSWORD}'],
  ])('%s is sent as %s', async (reference, password) => {
    const { id, answer } = await create(reference);
    expect(answer.status).toBe(200);
    expect((await run(id)).body.status).toBe('ok');
    expect(sent()).toBe(password);
  });

  it('is looked up anew for every run, and only the reference is stored', async () => {
    const path = join(folder, 'changing');
    writeFileSync(path, 'before-the-change');
    const { id } = await create(`\${file:${path}}`);
    await run(id);
    expect(sent()).toBe('before-the-change');
    writeFileSync(path, 'after-the-change');
    await run(id);
    expect(sent()).toBe('after-the-change');
    rmSync(path);
    const gone = await run(id);
    expect(gone.status).toBe(500);
    expect(gone.body.message).toContain('does not lead to a secret');
  });

  it.each([
    ['${env:OTHER}', 'patchbay.secretReferences.environment does not allow it'],
    ['${env:TEAM_NOTHING}', 'there is no such environment variable'],
    [`\${file:${join(outside, 'password')}}`, 'patchbay.secretReferences.folders does not allow it'],
    [`\${file:${join(folder, '..', 'password')}}`, 'patchbay.secretReferences.folders does not allow it'],
    [`\${file:${join(folder, 'link')}}`, 'patchbay.secretReferences.folders does not allow it'],
    [`\${file:${join(folder, 'nothing')}}`, 'there is no such file'],
    [`\${file:${join(folder, 'deep')}}`, 'it is no file'],
    [`\${file:${join(folder, 'large')}}`, 'larger than 65536 bytes'],
  ])('%s is refused', async (reference, why) => {
    const { answer } = await create(reference);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(`secrets.password: the secret reference ${reference}`);
    expect(answer.body.message).toContain(why);
    expect(answer.body.message).not.toContain('not-to-be-read');
  });

  it('works for preconfigured connectors', async () => {
    expect((await run('mine')).body.status).toBe('ok');
    expect(sent()).toBe('from-the-environment');
  });

  it('is taken out of what comes back, as what it leads to', async () => {
    const { id } = await create('${env:TEAM_PASSWORD}', { headers: { 'x-fail': '1' } });
    const { body } = await run(id);
    expect(body.service_message).toContain('[500]');
    const basic = Buffer.from('me:from-the-environment').toString('base64');
    expect(JSON.stringify(body)).not.toContain(basic);
    for (const file of ['patchbay.sqlite', 'patchbay.sqlite-wal']) {
      const bytes = readFileSync(join(server.dataPath, file), 'latin1');
      expect(bytes).not.toContain('from-the-environment');
    }
  });
});

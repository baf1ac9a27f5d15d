import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { patchbayOf, type Ran } from '../../testing/run-patchbay.ts';
import { type TestServer, temporaryFolder, testServer } from '../../testing/test-server.ts';

/** Each command is a process of its own, on a machine that others may use too. */
vi.setConfig({ testTimeout: 180_000 });

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
let server: TestServer;
let patchbay: ReturnType<typeof patchbayOf>;
const all: Ran[] = [];

beforeAll(async () => {
  server = await testServer();
  patchbay = patchbayOf(server);
  for (const id of ['ops', 'dev', 'qa'])
    await server.call('POST', '/api/spaces/space', { body: { id, name: id } });
  await server.call('POST', '/s/ops/api/actions/connector/chat', {
    body: {
      name: 'Team chat',
      connector_type_id: '.slack',
      secrets: { webhookUrl: 'https://hooks.slack.com/canary' },
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

async function run(args: string[], options: { input?: string } = {}): Promise<Ran> {
  const ran = await patchbay(['connectors', ...args], options);
  all.push(ran);
  return ran;
}

describe('connectors copy', () => {
  it('tells what it made, and that it is there already', async () => {
    const made = await run(['copy', 'chat', '--space', 'ops', '--to-space', 'dev', '--to-space', 'qa']);
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    expect(made.stdout).toMatch(
      /^SPACE +ID +NAME *\ndev +\S{36} +Team chat +created\nqa +\S{36} +Team chat +created\n$/,
    );
    const again = await run(['copy', 'chat', '--space', 'ops', '--to-space', 'dev']);
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toContain('the connector "chat" is there already in the space "dev"');
    const over = ['copy', 'chat', '--space', 'ops', '--to-space', 'dev', '--overwrite'];
    expect((await run(over)).stdout).toMatch(/replaced\n$/);
    expect((await run([...over, '--create-new-copies'])).exitCode).toBe(2);
  });
});

describe('connectors export and import', () => {
  it('move connectors without their secrets, to standard output and from standard input', async () => {
    const exported = await run(['export', '--space', 'ops']);
    expect(exported.stdout).toMatch(/^\{"attributes":.*\}\n\{"excludedObjects":.*\}\n$/);
    const imported = await run(['import', '-', '--space', 'qa', '--create-new-copies'], {
      input: exported.stdout,
    });
    expect(imported).toMatchObject({
      exitCode: 0,
      stderr: '1 connector has sensitive information that require updates.\n',
    });
    expect(imported.stdout).toMatch(/\n\S{36} +Connector: \[Team chat\] +imported\n$/);
    const [some] = [await run(['export', 'chat', '--space', 'ops', '-o', file('some.ndjson')])];
    expect(some).toEqual({ exitCode: 0, stdout: '', stderr: `wrote ${file('some.ndjson')}\n` });
    expect(readFileSync(file('some.ndjson'), 'utf8')).toBe(exported.stdout.trimEnd());
    expect(statSync(file('some.ndjson')).mode & 0o777).toBe(0o600);
    expect((await run(['export', '--space', 'ops', '-o', file('some.ndjson')])).exitCode).toBe(1);
    const conflict = await run(['import', file('some.ndjson'), '--space', 'ops']);
    expect(conflict).toMatchObject({ exitCode: 1, stderr: '1 objects of the file were not imported.\n' });
    expect(conflict.stdout).toMatch(/chat +Connector: \[Team chat\] +conflict\n$/);
    expect((await run(['import', file('nothing'), '--space', 'ops'])).exitCode).toBe(1);
  });

  it('move connectors with their secrets, by a public key and its private one', async () => {
    const identity = await generateIdentity();
    writeFileSync(file('key.txt'), `# made for a test\n${identity}\n`);
    const lock = ['--with-secrets', '--recipient', await identityToRecipient(identity)];
    const exported = await run(['export', 'chat', '--space', 'ops', ...lock]);
    expect(exported.stdout).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    const imported = await run(
      ['import', '-', '--space', 'qa', '--create-new-copies', '--identity', file('key.txt'), '--json'],
      { input: exported.stdout },
    );
    expect(JSON.parse(imported.stdout)).toMatchObject({
      connectors: [{ source_id: 'chat', space_id: 'qa', is_missing_secrets: false }],
    });
  });

  it('move them by a passphrase from a file, and say that another one does not open it', async () => {
    writeFileSync(file('right'), 'a passphrase of ours\n');
    writeFileSync(file('wrong'), 'another passphrase\n');
    const lock = ['--with-secrets', '--passphrase-file', file('right')];
    const exported = await run(['export', '--space', 'ops', '-o', file('all.age'), '--json', ...lock]);
    expect(JSON.parse(exported.stdout)).toMatchObject({ file: file('all.age'), with_secrets: true });
    const to = ['import', file('all.age'), '--space', 'dev', '--create-new-copies', '--passphrase-file'];
    expect((await run([...to, file('right')])).stdout).toMatch(/Team chat +created\n$/);
    const refused = await run([...to, file('wrong')]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('does not open with this passphrase');
  });

  it.each([
    ['export', ['--with-secrets'], 'There is no terminal to ask at: give --passphrase-file <file>.'],
    ['export', ['--recipient', 'age1x'], 'A passphrase or a recipient is for --with-secrets.'],
    ['export', ['--json'], '--json: what is exported is the result. Give --output too.'],
    [
      'export',
      ['--with-secrets', '--passphrase-file', '/not/there'],
      '--passphrase-file: cannot read /not/there',
    ],
  ])('%s %j exits 2', async (name, args, says) => {
    const ran = await run([name, ...args]);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain(says);
  });

  it('say no secret and no passphrase, whatever becomes of it', () => {
    expect(all.length).toBeGreaterThan(10);
    expect(JSON.stringify(all)).not.toMatch(
      /canary|a passphrase of ours|another passphrase|AGE-SECRET-KEY-1[A-Z0-9]/,
    );
  });
});

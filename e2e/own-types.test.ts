import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standIn } from '@patchbay/kit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killGroup, type Started, start, until } from './checkout.ts';

/** Types that a server loads from files and packages, as docs/types-of-your-own.md says. */

const root = join(import.meta.dirname, '..');
const main = ['--disable-warning=ExperimentalWarning', join(root, 'packages/server/src/main.js')];
let folder: string;
let server: Started | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-own-types-'));
});

afterEach(() => {
  if (server !== undefined) killGroup(server);
  server = undefined;
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

function configure(...modules: string[]): void {
  const settings = {
    'server.port': 0,
    'path.data': join(folder, 'data'),
    'patchbay.connectorTypes': modules,
    'xpack.actions.preconfigured': { mine: { name: 'Mine', actionTypeId: '.mine' } },
  };
  write('patchbay.yml', JSON.stringify(settings));
}

/** The current folder is another one than the configuration file's. */
function launch(): Started {
  const args = [...main, '--config', join(folder, 'patchbay.yml')];
  server = start(process.execPath, args, tmpdir(), { ELASTIC_PASSWORD: 'changeme' });
  return server;
}

async function ready(): Promise<(method: string, path: string, body?: unknown) => Promise<unknown>> {
  const { output } = launch();
  await until(output, () => output().includes('is ready'), 20_000);
  const url = /URL: +(\S+)/.exec(output())?.[1];
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Basic ${btoa('elastic:changeme')}`,
        'kbn-xsrf': 'true',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
}

const typeOf = (id: string, execute = 'params') => `
import { ActionError, defineConnectorType } from '@patchbay/kit';
import { z } from 'zod';

interface Params { text: string }

export const own = defineConnectorType({
  id: '${id}',
  name: 'Mine',
  minimumLicense: 'basic',
  features: ['alerting'],
  config: z.strictObject({}),
  secrets: z.strictObject({}),
  params: z.strictObject({ text: z.string() }),
  execute({ params }: { params: Params }) { return ${execute}; },
});
`;

describe('a file in TypeScript', () => {
  it('is a type, found from the configuration file’s folder, also of preconfigured connectors', async () => {
    write(
      'mine.ts',
      typeOf('.mine', "(() => { throw new ActionError('no ' + params.text, { retry: true }); })()"),
    );
    configure('./mine.ts');
    const call = await ready();
    expect(await call('GET', '/api/actions/connector_types')).toContainEqual(
      expect.objectContaining({ id: '.mine', name: 'Mine', enabled: true }),
    );
    // Its error is the kit's own: it is no error that the type did not foresee.
    expect(await call('POST', '/api/actions/connector/mine/_execute', { params: { text: 'note' } })).toEqual({
      connector_id: 'mine',
      status: 'error',
      message: 'no note',
      retry: true,
      errorSource: 'user',
    });
    expect(await call('POST', '/api/actions/connector/mine/_execute', { params: {} })).toMatchObject({
      message: expect.stringContaining('error validating action params: ✖'),
    });
  });
});

describe('the package in examples', () => {
  const example = join(root, 'examples/notes');

  it('passes its own test', () => {
    execFileSync(process.execPath, ['--test'], { cwd: example, stdio: 'pipe' });
  });

  it('is packed, installed, loaded and run as its README says', async () => {
    const npm = (args: string[], cwd: string) =>
      execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], {
        cwd,
        stdio: 'pipe',
      }).toString();
    npm(['pack', '--pack-destination', folder], example);
    const { version } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
    npm(['install', `./acme-patchbay-notes-${version}.tgz`], folder);
    configure('@acme/patchbay-notes', './mine.ts');
    write('mine.ts', typeOf('.mine'));

    await using acme = await standIn(({ headers }) =>
      headers['x-acme-key'] === 'the-key' ? { body: '{"id":"7"}' } : { status: 401 },
    );
    const call = await ready();
    const path = '/api/actions/connector/notes';
    await call('POST', path, {
      name: 'Notes',
      connector_type_id: '.acme-notes',
      config: { url: acme.url },
      secrets: { authType: 'api_key_header', 'X-Acme-Key': 'the-key' },
    });
    const params = { subAction: 'write', subActionParams: { text: 'disk full' } };
    expect(await call('POST', `${path}/_execute?dry_run=true`, { params })).toMatchObject({
      data: {
        requests: [{ method: 'POST', url: `${acme.url}/notes`, headers: { 'X-Acme-Key': '[redacted]' } }],
      },
    });
    expect(acme.received).toEqual([]);
    expect(await call('POST', `${path}/_execute`, { params })).toEqual({
      connector_id: 'notes',
      status: 'ok',
      data: { id: '7' },
    });
    expect(acme.received).toMatchObject([{ method: 'POST', body: '{"text":"disk full","tags":[]}' }]);
  });
});

describe('a module that is no good', () => {
  const install = (name: string, files: Record<string, string>) => {
    const path = join('node_modules', name);
    mkdirSync(join(folder, path), { recursive: true });
    for (const [file, text] of Object.entries(files)) write(join(path, file), text);
  };

  it('stops the start, with one line for each, whatever the others are', async () => {
    write('good.ts', typeOf('.mine'));
    write('again.ts', typeOf('.mine'));
    write('slack.ts', typeOf('.slack'));
    write('id.ts', typeOf('.mine').replace("id: '.mine'", "id: '.my notes'"));
    write('empty.ts', 'export const nothing = 1;');
    write('raw.ts', "export default { id: '.raw', name: 'Raw', minimumLicense: 'basic', features: [] };");
    write('syntax.js', 'export const x = {');
    write('throws.js', "throw new Error('not today\\nsecond line');");
    write('imports.js', "import 'not-installed';");
    install('broken', { 'package.json': '{"name":"broken","exports":"./gone.js"}' });
    const modules = ['good', 'again', 'slack', 'id', 'empty', 'raw'].map((name) => `./${name}.ts`);
    configure(...modules, './gone.ts', './syntax.js', './throws.js', './imports.js', 'broken', '@acme/gone');
    const { output, exited } = launch();
    expect(await exited).toBe(1);
    const lines = output()
      .trimEnd()
      .split('\n')
      .map((line) => line.replaceAll(folder, '<folder>'));
    const about = (name: string) => `patchbay.connectorTypes: ${name}: `;
    expect(lines).toEqual([
      `${about('<folder>/again.ts')}the id ".mine" is taken by ${'<folder>/good.ts'}`,
      `${about('<folder>/slack.ts')}the id ".slack" is taken by a built-in type`,
      expect.stringContaining(`${about('<folder>/id.ts')}the id ".my notes" must start with a dot`),
      `${about('<folder>/empty.ts')}exports no connector type`,
      `${about('<folder>/raw.ts')}".raw" is not made by defineConnectorType or defineConnectorSpec: its config is missing or no config`,
      `${about('<folder>/gone.ts')}there is no such file`,
      `${about('<folder>/syntax.js')}cannot be loaded: Unexpected end of input`,
      `${about('<folder>/throws.js')}cannot be loaded: not today`,
      expect.stringContaining(
        `${about('<folder>/imports.js')}cannot be loaded: Cannot find package 'not-installed'`,
      ),
      expect.stringContaining(`${about('broken')}cannot be loaded: Cannot find module`),
      `${about('@acme/gone')}there is no such package, seen from <folder>`,
    ]);

    const check = start(
      process.execPath,
      [...main, 'config', 'check', '-c', join(folder, 'patchbay.yml')],
      '/',
    );
    expect(await check.exited).toBe(1);
    expect(check.output().replaceAll(folder, '<folder>').split('\n').slice(0, lines.length)).toEqual(lines);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startCommand } from '../packages/server/src/testing/start-command.ts';
import { killGroup, type Started, start, until } from './checkout.ts';

/** What a start reads, and what it leaves for those who need it. CONTRIBUTING.md says how a heavy library is loaded. */

const root = join(import.meta.dirname, '..');
let data: string;
let server: Started;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'patchbay-lean-'));
});

afterEach(() => {
  killGroup(server);
  rmSync(data, { recursive: true });
});

async function launch(flags: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const command = startCommand(root);
  server = start(process.execPath, [...command.flags, ...flags, 'packages/server/src/main.js'], root, {
    SERVER_PORT: '0',
    PATH_DATA: data,
    ELASTIC_PASSWORD: 'changeme',
    ...command.env,
    ...env,
  });
  await until(server.output, () => server.output().includes('is ready'), 20_000);
}

it('loads no library at its start that a run, a command or a file could load when it comes to it', async () => {
  const file = join(data, 'imports');
  await launch(['--import', join(root, 'e2e/list-imports.mjs')], { IMPORTS_FILE: file });
  const libraries = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([importer = '']) => importer.includes('/packages/') && !importer.includes('/node_modules/'))
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !/^(node:|\.|@patchbay\/)/.test(specifier));
  expect([...new Set(libraries)].sort()).toEqual([
    'commander',
    'email-addresses',
    'fastify',
    'kysely',
    'lru-cache',
    'mustache',
    'nodemailer/lib/well-known',
    'pino',
    'undici',
    'uuid',
    'zod',
  ]);
});

it.runIf(process.platform === 'linux')('is idle in less than 120 MB', async () => {
  // What changed since the last start is compiled by this one, and written down for the next one when it ends.
  await launch();
  server.child.kill('SIGTERM');
  await server.exited;
  rmSync(data, { recursive: true });
  await launch();
  // What the start itself needed is given back a moment later.
  await vi.waitFor(() => expect(residentMegabytes()).toBeLessThan(120), 10_000);
});

function residentMegabytes(): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

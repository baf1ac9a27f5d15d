import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killGroup, start, until } from './checkout.ts';

/** The command as it is called: through bin/patchbay, on the host's Node. */

const root = join(import.meta.dirname, '..');
const bin = join(root, 'bin/patchbay');

it('runs from anywhere, through a link, passing arguments, input and exit code on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-command-'));
  try {
    const link = join(folder, 'patchbay');
    symlinkSync(bin, link);
    const run = (args: string[], input = '') =>
      spawnSync(link, args, { cwd: folder, input, encoding: 'utf8', env: { PATH: process.env.PATH } });
    const { version } = JSON.parse(readFileSync(join(root, 'packages/server/package.json'), 'utf8'));
    expect(run(['--version']).stdout).toContain(`Patchbay ${version}`);
    expect(run(['nonsense']).status).toBe(2);
    expect(run(['keystore', 'create']).stdout).toBe(
      `created the keystore ${join(folder, 'data/patchbay.keystore')}\n`,
    );
    expect(run(['keystore', 'add', 'elasticsearch.password', '--stdin'], 'x'.repeat(20)).status).toBe(0);
    expect(run(['keystore', 'list']).stdout).toBe('elasticsearch.password\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('serves, and stops on the signal that it is sent', async () => {
  const data = mkdtempSync(join(tmpdir(), 'patchbay-command-'));
  const server = start(bin, ['serve'], data, { SERVER_PORT: '0', PATH_DATA: data });
  try {
    await until(server.output, () => server.output().includes('is ready'), 60_000);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  } finally {
    killGroup(server);
    rmSync(data, { recursive: true, force: true });
  }
});

import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killGroup, start, until } from './checkout.ts';

it('opens the audit file anew on SIGHUP, as logrotate asks for it, and goes on', async () => {
  const data = mkdtempSync(join(tmpdir(), 'patchbay-hangup-'));
  const audit = join(data, 'audit.log');
  const flags = ['--disable-warning=ExperimentalWarning', 'packages/server/src/main.js'];
  const server = start(process.execPath, flags, join(import.meta.dirname, '..'), {
    SERVER_PORT: '0',
    PATH_DATA: data,
    ELASTIC_PASSWORD: 'changeme',
    PATCHBAY_AUDIT_FILE: audit,
  });
  try {
    await until(server.output, () => server.output().includes('is ready'), 20_000);
    renameSync(audit, `${audit}.1`);
    server.child.kill('SIGHUP');
    await until(server.output, () => existsSync(audit), 5000);
    const url = /URL:\s+(\S+)/.exec(server.output())?.[1];
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  } finally {
    killGroup(server);
    await server.exited;
    rmSync(data, { recursive: true });
  }
});

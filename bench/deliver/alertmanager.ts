import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../packages/engine/src/testing/free-port.ts';

const BINARY = 'prometheus-alertmanager';
const READY_WITHIN_MS = 20_000;
const ALERTS_AT_ONCE = 500;

/** Debian's Alertmanager, which tells the target of every alert by itself, at once. */
export interface Alertmanager {
  process: ChildProcess;
  /** Resolves when it has accepted so many alerts. */
  enqueue(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Its version; undefined: it is not installed. */
export function alertmanagerVersion(): string | undefined {
  const { status, stdout, stderr } = spawnSync(BINARY, ['--version'], { encoding: 'utf8' });
  return status === 0 ? /version ([^ ,]+)/.exec(stdout + stderr)?.[1] : undefined;
}

export async function startAlertmanager(target: string): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-bench-'));
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(config, configFor(target));
  const port = await freePort();
  const child = spawn(
    BINARY,
    [
      `--config.file=${config}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await ready(url);
  return {
    process: child,
    async enqueue(count) {
      for (let from = 0; from < count; from += ALERTS_AT_ONCE)
        await post(url, from, Math.min(ALERTS_AT_ONCE, count - from));
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

/** No alert waits for others of its group, since it has none, and none is told twice. */
function configFor(target: string): string {
  return JSON.stringify({
    route: {
      receiver: 'bench',
      group_by: ['...'],
      group_wait: '0s',
      group_interval: '1h',
      repeat_interval: '24h',
    },
    receivers: [
      {
        name: 'bench',
        webhook_configs: [
          {
            url: target,
            send_resolved: false,
            http_config: { basic_auth: { username: 'bench', password: 'password' } },
          },
        ],
      },
    ],
  });
}

async function post(url: string, from: number, count: number): Promise<void> {
  const alerts = Array.from({ length: count }, (_, index) => ({
    labels: { alertname: 'DiskFull', instance: `host-${from + index}` },
  }));
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`);
}

async function ready(url: string): Promise<void> {
  for (const startedAt = performance.now(); performance.now() - startedAt < READY_WITHIN_MS; await wait(50)) {
    const response = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error('Alertmanager did not become ready');
}

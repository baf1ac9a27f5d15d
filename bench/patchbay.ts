import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '../packages/server/src/testing/start-command.ts';
import { type Child, startScript } from './processes.ts';

const PASSWORD = 'bench-password';

/** What every call carries. */
export const headers = {
  authorization: `Basic ${Buffer.from(`elastic:${PASSWORD}`).toString('base64')}`,
  'kbn-xsrf': 'bench',
  'content-type': 'application/json',
};

/** The Patchbay of a checkout, started as its own `npm start` does, with data of its own that goes with it. */
export async function startPatchbay(checkout: string, env: NodeJS.ProcessEnv = {}): Promise<Child> {
  const data = mkdtempSync(join(tmpdir(), 'patchbay-bench-'));
  const server = join(checkout, 'packages/server');
  const { bin } = JSON.parse(readFileSync(join(server, 'package.json'), 'utf8'));
  const command = startCommand(checkout);
  const child = await startScript(join(server, bin.patchbay), [], {
    flags: command.flags,
    env: {
      ...command.env,
      SERVER_PORT: '0',
      PATH_DATA: data,
      ELASTIC_PASSWORD: PASSWORD,
      ...env,
    },
  });
  return {
    ...child,
    async stop() {
      await child.stop();
      rmSync(data, { recursive: true });
    },
  };
}

/** The id of a new connector that sends to `target`. */
export async function createWebhook(url: string, target: string): Promise<string> {
  const { id } = await call<{ id: string }>(`${url}/api/actions/connector`, {
    name: 'bench',
    connector_type_id: '.webhook',
    config: { url: target, headers: { 'Content-Type': 'application/json' } },
    secrets: { user: 'bench', password: 'password' },
  });
  return id;
}

/** Throws when it is refused: a fast error is no result. */
export async function call<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, parseStoreUrl, type Store } from '@patchbay/engine/store';
import { call, PASSWORD } from '../call.ts';
import { killGroup, type Started, start, until } from '../checkout.ts';

const root = join(import.meta.dirname, '..', '..');

/** After this long without a sign a process counts as gone: shorter than by default, so that a test need not wait for it. */
export const LEASE_MS = 3000;

/** A process that runs, or is starting. */
export interface Process {
  /** Where it listens; undefined as long as it does not. */
  url: string | undefined;
  /** Since when, as `performance.now()` counts. */
  readyAt: number;
  started: Started;
}

/** Several processes of Patchbay on one store. */
export interface Processes extends AsyncDisposable {
  /** Those that listen. */
  ready(): Process[];
  /** Starts one more; resolves when it listens, or has ended before. */
  start(env?: NodeJS.ProcessEnv): Promise<Process>;
  /** As a machine that loses its power ends it. */
  kill(process: Process): Promise<void>;
  /** As an operator ends it; its exit code, and how long it took. */
  stop(process: Process, signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
  stopAll(): Promise<void>;
  /** The store, while no process runs on its file. */
  withStore<T>(work: (store: Store) => Promise<T>): Promise<T>;
}

/** On the file in one data folder, or on the PostgreSQL at `storeUrl`. */
export function processes(storeUrl?: string, common: NodeJS.ProcessEnv = {}): Processes {
  const data = mkdtempSync(join(tmpdir(), 'patchbay-delivery-'));
  const running = new Set<Process>();

  async function end(process: Process, signal: NodeJS.Signals) {
    const since = performance.now();
    process.url = undefined;
    if (signal === 'SIGKILL') killGroup(process.started);
    else process.started.child.kill(signal);
    const code = await process.started.exited;
    running.delete(process);
    return { code, ms: performance.now() - since };
  }

  const all: Processes = {
    ready: () => [...running].filter(({ url }) => url !== undefined),
    async start(env = {}) {
      const flags = ['--disable-warning=ExperimentalWarning', 'packages/server/src/main.js'];
      const started = start(process.execPath, flags, root, {
        SERVER_PORT: '0',
        PATH_DATA: data,
        ELASTIC_PASSWORD: PASSWORD,
        XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY: 'a'.repeat(32),
        PATCHBAY_DELIVERY_LEASE: `${LEASE_MS}ms`,
        LOGGING_ROOT_LEVEL: 'warn',
        ...(storeUrl !== undefined && { PATCHBAY_STORE_URL: storeUrl }),
        ...common,
        ...env,
      });
      const one: Process = { url: undefined, readyAt: 0, started };
      running.add(one);
      await until(
        started.output,
        () => started.output().includes('is ready') || started.child.exitCode !== null || !running.has(one),
        60_000,
      );
      one.readyAt = performance.now();
      if (running.has(one)) one.url = /URL:\s+(\S+)/.exec(started.output())?.[1];
      return one;
    },
    kill: async (process) => void (await end(process, 'SIGKILL')),
    stop: (process, signal = 'SIGTERM') => end(process, signal),
    async stopAll() {
      await Promise.all([...running].map((process) => end(process, 'SIGTERM')));
    },
    async withStore(work) {
      const store = await openStore(parseStoreUrl(storeUrl, data));
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((process) => end(process, 'SIGKILL')));
      rmSync(data, { recursive: true, force: true });
    },
  };
  return all;
}

/** What a client sends as `authorization`: unlike a password, a key costs little to check. */
export async function createApiKey(url: string): Promise<string> {
  const { body } = await call(url, 'POST', '/internal/security/api_key', { name: 'client' });
  return `ApiKey ${body.encoded}`;
}

/** A webhook connector whose failed deliveries are tried again soon, and often. */
export async function createWebhook(
  url: string,
  id: string,
  target: string,
  delivery: Record<string, unknown> = {},
): Promise<void> {
  const created = await call(url, 'POST', `/api/actions/connector/${id}`, {
    name: id,
    connector_type_id: '.webhook',
    config: { url: target, hasAuth: false },
  });
  const retry = { max_attempts: 100, backoff: { initial: '50ms', max: '1s' } };
  const settings = await call(url, 'PUT', `/api/patchbay/connectors/${id}/settings`, {
    delivery: { retry, breaker: { enabled: false }, ...delivery },
  });
  if (created.status !== 200 || settings.status !== 200)
    throw new Error(JSON.stringify([created.body, settings.body]));
}

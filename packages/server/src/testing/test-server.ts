import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorTypes } from '@patchbay/connectors';
import { loadSettings } from '@patchbay/engine/config';
import type { ConnectorType } from '@patchbay/kit';
import { createLoggers } from '../logging.ts';
import { startServer } from '../start.ts';

export interface TestServerOptions {
  /** Settings by key, such as `{'xpack.actions.allowedHosts': ['localhost']}`. */
  settings?: Record<string, unknown>;
  types?: readonly ConnectorType[];
  /** Left out: a new folder, removed at the end. */
  dataPath?: string;
  now?: () => Date;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's body is what a test is about to look into
  body: any;
}

export interface CallOptions {
  /** `user:password`, an `ApiKey ...` header, or null for nobody. Default: the first user. */
  as?: string | null;
  headers?: Record<string, string>;
  /** Sent as JSON; text is sent as it stands. */
  body?: unknown;
}

export interface TestServer extends AsyncDisposable {
  url: string;
  dataPath: string;
  /** Log lines, parsed. */
  logged: Record<string, unknown>[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export const FIRST_PASSWORD = 'changeme';

/** A whole server on a free port, with the password `changeme` for the first user. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataPath = options.dataPath ?? mkdtempSync(join(tmpdir(), 'patchbay-test-'));
  const logged: Record<string, unknown>[] = [];
  const loaded = loadSettings({
    files: [],
    environment: { ELASTIC_PASSWORD: FIRST_PASSWORD },
    overrides: { 'server.port': 0, 'path.data': dataPath, ...options.settings },
  });
  const logger = createLoggers(loaded.settings['logging.root.level'], {
    write: (line) => void logged.push(JSON.parse(line)),
  });
  const server = await startServer({
    ...loaded,
    types: options.types ?? connectorTypes,
    logger,
    ...(options.now && { now: options.now }),
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await server.stop();
  };
  return {
    url: server.url,
    dataPath,
    logged,
    call: (method, path, call) => callServer(`${server.url}${path}`, method, call),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.dataPath === undefined) rmSync(dataPath, { recursive: true });
    },
  };
}

async function callServer(
  url: string,
  method: string,
  { as, headers, body }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(method !== 'GET' && { 'kbn-xsrf': 'true' }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...authorization(as),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

function authorization(as: string | null = `elastic:${FIRST_PASSWORD}`): Record<string, string> {
  if (as === null) return {};
  if (as.startsWith('ApiKey ')) return { authorization: as };
  return { authorization: `Basic ${Buffer.from(as).toString('base64')}` };
}

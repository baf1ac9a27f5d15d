import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorTypes } from '@patchbay/connectors';
import { loadSettings } from '@patchbay/engine/config';
import type { ConnectorType } from '@patchbay/kit';
import type { SlowRequestLimits } from '../app.ts';
import { createLoggers } from '../logging.ts';
import { startServer } from '../start.ts';
import { openTracing, tellOfTraces } from '../tracing/open-tracing.ts';
import { createAnswerCheck } from './answer-check.ts';
import { type Answer, sendRequest } from './send-request.ts';

export interface TestServerOptions {
  /** Settings by key, such as `{'xpack.actions.allowedHosts': ['localhost']}`. */
  settings?: Record<string, unknown>;
  types?: readonly ConnectorType[];
  /** Left out: a new folder, removed at the end. */
  dataPath?: string;
  /** The first user's password, if this is the folder's first start; null: one is generated. */
  firstPassword?: string | null;
  now?: () => Date;
  slowRequests?: SlowRequestLimits;
  /** Where secret references to variables look. */
  environment?: NodeJS.ProcessEnv;
}

export interface CallOptions {
  /** `user:password`, an `ApiKey ...` header, or null for nobody. Default: the first user. */
  as?: string | null;
  /** Beside the ones that a well-behaved client sends; null takes one of those away. */
  headers?: Record<string, string | null>;
  /** Sent as JSON; text is sent as it stands. */
  body?: unknown;
  /** Closes the connection. */
  signal?: AbortSignal;
}

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

export interface TestServer extends AsyncDisposable {
  url: string;
  metricsUrl: string | undefined;
  dataPath: string;
  generatedPassword: string | undefined;
  newKeyFile: string | undefined;
  /** Log lines, parsed. */
  logged: Record<string, unknown>[];
  /** The same as they were written. */
  logLines: string[];
  /** The path is sent as it stands. Throws where the answer is not what the API's document says. */
  call: Call;
  reload(): void;
  stop(): Promise<void>;
}

export const FIRST_PASSWORD = 'changeme';

/** A whole server on a free port, with the password `changeme` for the first user. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataPath = options.dataPath ?? temporaryFolder();
  const { firstPassword = FIRST_PASSWORD } = options;
  const logged: Record<string, unknown>[] = [];
  const logLines: string[] = [];
  const loaded = loadSettings({
    files: [],
    environment: firstPassword === null ? {} : { ELASTIC_PASSWORD: firstPassword },
    overrides: { 'server.port': 0, 'path.data': dataPath, ...options.settings },
  });
  const traces = await openTracing(loaded.settings, (problem) => tellOfTraces(logger('tracing'), problem));
  const stream = {
    write(line: string) {
      logLines.push(line);
      logged.push(JSON.parse(line));
    },
  };
  const logger = createLoggers(loaded.settings, stream, traces.tracing);
  const server = await startServer({
    ...loaded,
    types: options.types ?? connectorTypes,
    logger,
    traces,
    ...(options.now && { now: options.now }),
    ...(options.slowRequests && { slowRequests: options.slowRequests }),
    ...(options.environment && { environment: options.environment }),
  });
  const checkAnswer = createAnswerCheck();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.stop();
    return stopped;
  };
  return {
    ...server,
    logged,
    logLines,
    async call(method, path, call = {}) {
      const answer = await sendRequest(server.url, {
        method,
        path,
        headers: headersOf(method, path, call),
        body: bodyOf(call),
        signal: call.signal,
      });
      checkAnswer(method, path, answer);
      return answer;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.dataPath === undefined) rmSync(dataPath, { recursive: true });
    },
  };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'patchbay-test-'));
}

/** Every connector type of the product, and these. */
export function withBuiltIn(...types: ConnectorType[]): readonly ConnectorType[] {
  return [...connectorTypes, ...types];
}

function bodyOf({ body }: CallOptions): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
}

/** What a well-behaved client sends, and what the test asks for instead. */
function headersOf(method: string, path: string, { as, headers, body }: CallOptions): Record<string, string> {
  const all: Record<string, string | null> = {
    ...(method !== 'GET' && { 'kbn-xsrf': 'true' }),
    ...(path.includes('/internal/') && { 'x-elastic-internal-origin': 'test' }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    authorization: authorization(as),
    ...headers,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function authorization(as: string | null = `elastic:${FIRST_PASSWORD}`): string | null {
  if (as === null || as.startsWith('ApiKey ')) return as;
  return `Basic ${Buffer.from(as).toString('base64')}`;
}

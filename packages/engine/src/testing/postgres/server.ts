import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { postgresBinaries } from './binaries.ts';

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
const READY = 'ready to accept connections';

/** Starts a server on a free port of 127.0.0.1, with an empty cluster. Rejects with the reason why there is none. */
export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-postgres-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return await startIn(folder, settings, remove);
  } catch (error) {
    remove();
    throw new Error(`PostgreSQL did not start: ${error instanceof Error ? error.message : error}`);
  }
}

async function startIn(
  folder: string,
  settings: Record<string, string>,
  remove: () => void,
): Promise<PostgresServer> {
  chmodSync(folder, 0o755);
  const { initdb, postgres, user } = await postgresBinaries(join(folder, 'programs'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  if (user !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const identity = { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C' } };
  const login = ['--username=postgres', '--auth=password', `--pwfile=${passwordFile}`];
  await promisify(execFile)(initdb, [`--pgdata=${data}`, ...login, '--encoding=UTF8', '--no-sync'], identity);
  const port = await freePort();
  const flags = Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const child = spawn(postgres, ['-D', data, '-p', String(port), ...flags], {
      ...identity,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (text) => {
        if (said.includes(READY)) return;
        said += text;
        if (said.includes(READY)) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(said.slice(-1000))));
    });
  }

  /** SIGINT: it ends what is under way and then itself. */
  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }

  await start();
  // A run that is broken off leaves no server behind.
  process.once('exit', () => server?.kill('SIGQUIT'));
  return {
    url: (database) => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`,
    start,
    stop: () => end('SIGINT'),
    crash: () => end('SIGQUIT'),
    async [Symbol.asyncDispose]() {
      await end('SIGINT');
      remove();
    },
  };
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { FIRST_PASSWORD } from './test-server.ts';

const main = join(import.meta.dirname, '../main.js');

export interface Ran {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Beside what every run has: nothing of the test's own environment but the path. */
  environment?: NodeJS.ProcessEnv;
  input?: string;
  cwd?: string;
}

/** The real command as a process of its own, with nobody at a terminal. */
export function runPatchbay(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { PATH: process.env.PATH, ...options.environment },
    cwd: options.cwd ?? import.meta.dirname,
  });
  const ran: Ran = { exitCode: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    ran.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    ran.stderr += chunk;
  });
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ ...ran, exitCode }));
  });
}

/** The command as the first user of a running server. */
export function patchbayOf(server: { url: string }) {
  return (args: readonly string[], { environment, ...options }: RunOptions = {}): Promise<Ran> =>
    runPatchbay(args, {
      ...options,
      environment: {
        PATCHBAY_URL: server.url,
        PATCHBAY_USER: 'elastic',
        PATCHBAY_PASSWORD: FIRST_PASSWORD,
        ...environment,
      },
    });
}

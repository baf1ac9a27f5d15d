import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A copy of the project as a newcomer would get it: what git tracks or would track, and nothing installed. */
export function freshCheckout(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'patchbay-checkout-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of listed.toString('utf8').split('\0')) {
    // Git also lists what was deleted and not yet committed.
    if (file !== '' && existsSync(join(root, file))) cpSync(join(root, file), join(path, file));
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Started {
  child: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the exit code. */
  exited: Promise<number | null>;
}

/** Starts a command in a process group of its own and collects what it prints. */
export function start(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let printed = '';
  const collect = (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, output: () => printed, exited };
}

/** Ends what is left of a process and its children. */
export function killGroup({ child }: Started): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Already gone.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits for a condition, looking often; throws with `what` after `timeoutMs`. */
export async function until(
  what: () => string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

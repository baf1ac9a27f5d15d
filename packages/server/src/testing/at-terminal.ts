import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './test-server.ts';

/** Of util-linux: runs a command at a terminal of its own. */
const SCRIPT = '/usr/bin/script';

export const hasTerminals = existsSync(SCRIPT);

const main = join(import.meta.dirname, '../main.js');

export interface TerminalOptions {
  environment?: NodeJS.ProcessEnv;
  /** Each is typed once its question is there. */
  answers?: [question: string, typed: string][];
}

/** The real command at a terminal of 80 columns. `printed` is all that is seen there. */
export function atTerminal(
  args: string,
  { environment = {}, answers = [] }: TerminalOptions = {},
): Promise<{ exitCode: number | null; printed: string }> {
  const node = `${process.execPath} --disable-warning=ExperimentalWarning ${main} ${args}`;
  const child = spawn(SCRIPT, ['-qec', `stty cols 80; exec ${node}`, '/dev/null'], {
    cwd: temporaryFolder(),
    env: { PATH: process.env.PATH, TERM: 'xterm', ...environment },
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    const [next] = answers;
    if (next === undefined || !printed.includes(next[0])) return;
    answers.shift();
    child.stdin.write(next[1]);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, printed }));
  });
}

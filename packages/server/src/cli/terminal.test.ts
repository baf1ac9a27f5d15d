import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../testing/test-server.ts';

const SCRIPT = '/usr/bin/script';
const main = join(import.meta.dirname, '../main.ts');

/** The command at a terminal of its own; each answer is typed once its question is there. */
function atTerminal(args: string, answers: [question: string, typed: string][]) {
  const command = `${process.execPath} --disable-warning=ExperimentalWarning ${main} ${args}`;
  const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], { cwd: temporaryFolder() });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    const [next] = answers;
    if (next === undefined || !printed.includes(next[0])) return;
    answers.shift();
    child.stdin.write(next[1]);
  });
  return new Promise<{ exitCode: number | null; printed: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, printed }));
  });
}

it.skipIf(!existsSync(SCRIPT))('asks at a terminal, and does not show what is secret', async () => {
  const password = 'typed-and-not-shown';
  const made = await atTerminal('keystore create --password', [
    ['Password of the keystore: ', `${password}\r`],
    ['Once more: ', `${password}\r`],
  ]);
  expect(made).toMatchObject({ exitCode: 0, printed: expect.stringContaining('created the keystore') });
  expect(made.printed).not.toContain(password);
});

it.skipIf(!existsSync(SCRIPT))('takes Ctrl-C for an end, with exit code 130', async () => {
  const ended = await atTerminal('users list --user elastic', [['Password of elastic: ', '\u0003']]);
  expect(ended).toMatchObject({ exitCode: 130, printed: expect.stringContaining('Interrupted.') });
});

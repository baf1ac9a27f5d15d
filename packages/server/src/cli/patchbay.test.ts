import { expect, it } from 'vitest';
import { runPatchbay } from '../testing/run-patchbay.ts';

it('says what there is, and what its exit codes mean', async () => {
  const { exitCode, stdout } = await runPatchbay(['--help']);
  expect(exitCode).toBe(0);
  for (const word of ['serve', 'config', 'users', 'api-keys', 'spaces', 'connectors', 'Exit codes:']) {
    expect(stdout).toContain(word);
  }
});

it('says its version', async () => {
  expect(await runPatchbay(['--version'])).toMatchObject({ exitCode: 0, stderr: '' });
});

it.each([
  { args: ['nonsense'], says: "unknown command 'nonsense'" },
  { args: ['--nonsense'], says: "unknown option '--nonsense'" },
  { args: ['spaces', 'nonsense'], says: "unknown command 'nonsense'" },
  { args: ['spaces', 'create'], says: "missing required argument 'id'" },
])('exits 2 for what it does not understand: $args', async ({ args, says }) => {
  const { exitCode, stdout, stderr } = await runPatchbay(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(says);
});

it.each([['--password=hunter2'], ['--password', 'hunter2'], ['--api-key', 'hunter2']])(
  'does not repeat a secret that was given as an argument: %s %s',
  async (...secret) => {
    const { exitCode, stdout, stderr } = await runPatchbay(['users', 'list', ...secret]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('error: ');
    expect(stderr).not.toContain('hunter2');
  },
);

it('exits 2 where it would have to ask and nobody is there', async () => {
  const asked = await runPatchbay(['spaces', 'list', '--user', 'elastic']);
  expect(asked).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'There is no terminal to ask at: set PATCHBAY_PASSWORD.\n',
  });
});

it('exits 3 where nothing listens', async () => {
  const ran = await runPatchbay(['spaces', 'list', '--user', 'x', '--url', 'http://127.0.0.1:1'], {
    environment: { PATCHBAY_PASSWORD: 'x' },
  });
  expect(ran).toMatchObject({ exitCode: 3, stdout: '' });
  expect(ran.stderr).toContain('Cannot connect to http://127.0.0.1:1: nothing listens there');
});

it('takes no credentials in a URL', async () => {
  const ran = await runPatchbay(['spaces', 'list', '--url', 'http://bob:hunter2@127.0.0.1:1']);
  expect(ran.exitCode).toBe(2);
  expect(ran.stderr).not.toContain('hunter2');
});

import { expect, it } from 'vitest';
import { atTerminal, hasTerminals } from '../testing/at-terminal.ts';

it.skipIf(!hasTerminals)('asks at a terminal, and does not show what is secret', async () => {
  const password = 'typed-and-not-shown';
  const made = await atTerminal('keystore create --password', {
    answers: [
      ['Password of the keystore: ', `${password}\r`],
      ['Once more: ', `${password}\r`],
    ],
  });
  expect(made).toMatchObject({ exitCode: 0, printed: expect.stringContaining('created the keystore') });
  expect(made.printed).not.toContain(password);
});

it.skipIf(!hasTerminals)('takes Ctrl-C for an end, with exit code 130', async () => {
  const ended = await atTerminal('users list --user elastic', {
    answers: [['Password of elastic: ', '\u0003']],
  });
  expect(ended).toMatchObject({ exitCode: 130, printed: expect.stringContaining('Interrupted.') });
});

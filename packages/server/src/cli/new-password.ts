import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** As the HTTP API asks for. */
const MIN_LENGTH = 6;

/** A password to set: from standard input, or asked for twice. */
export async function readNewPassword(
  terminal: Terminal,
  options: { passwordStdin?: boolean },
  username: string,
): Promise<string> {
  const password = options.passwordStdin ? await terminal.readInput() : await askTwice(terminal, username);
  if (password.length >= MIN_LENGTH) return password;
  throw new CommandError(EXIT.usage, `The password must be at least ${MIN_LENGTH} characters.`);
}

async function askTwice(terminal: Terminal, username: string): Promise<string> {
  const instead = 'give --password-stdin';
  const password = await terminal.askSecret(`New password of ${username}`, instead);
  if (password !== (await terminal.askSecret('Once more', instead))) {
    throw new CommandError(EXIT.usage, 'The two are not the same.');
  }
  return password;
}

import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Asks before something that cannot be taken back; `--yes` is the answer given beforehand. */
export async function confirmOrStop(
  terminal: Terminal,
  options: { yes?: boolean },
  question: string,
): Promise<void> {
  if (options.yes) return;
  if (!(await terminal.confirm(question, 'give --yes')))
    throw new CommandError(EXIT.failed, 'Nothing was done.');
}

import type { Command } from 'commander';
import { CommandError, EXIT } from '../exit-codes.ts';

/** What `addConflictOptions` puts on a command. */
export interface ConflictOptions {
  overwrite?: boolean;
  createNewCopies?: boolean;
}

export function addConflictOptions(command: Command): Command {
  return command
    .option('--overwrite', 'replace what is there already')
    .option('--create-new-copies', 'give everything a new id, whatever is there');
}

/** Throws `CommandError` where both are asked for. */
export function conflictOptions({ overwrite = false, createNewCopies = false }: ConflictOptions) {
  if (overwrite && createNewCopies)
    throw new CommandError(EXIT.usage, 'Give either --overwrite or --create-new-copies.');
  return { overwrite, createNewCopies };
}

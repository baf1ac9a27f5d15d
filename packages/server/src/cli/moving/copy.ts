import type { Command } from 'commander';
import { z } from 'zod';
import { type ConnectionOptions, connect } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';
import { carried, printCarried } from './carried.ts';
import { addConflictOptions, type ConflictOptions, conflictOptions } from './conflict-options.ts';

interface CopyOptions extends ConnectionOptions, ConflictOptions {
  toSpace: string[];
}

export function addCopy(command: Command, terminal: Terminal): void {
  addConflictOptions(command)
    .description('Copies connectors to other spaces, with their secrets and settings: all of them, or none.')
    .argument('<ids...>')
    .requiredOption(
      '--to-space <id>',
      'where to; may be given more than once',
      (space: string, before: string[] = []) => [...before, space],
    )
    .action((ids: string[], options: CopyOptions) => copy(ids, options, terminal));
}

async function copy(ids: string[], options: CopyOptions, terminal: Terminal): Promise<void> {
  const { overwrite, createNewCopies } = conflictOptions(options);
  const api = await connect(terminal, options);
  const answer = await api.call('POST', '/api/patchbay/connectors/_copy', {
    connector_ids: ids,
    spaces: options.toSpace,
    overwrite,
    create_new_copies: createNewCopies,
  });
  if (options.json) return terminal.printJson(answer);
  printCarried(z.object({ copies: carried }).parse(answer).copies, terminal);
}

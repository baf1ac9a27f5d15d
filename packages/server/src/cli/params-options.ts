import type { Command } from 'commander';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What `addParamsOptions` puts on a command. */
export interface ParamsOptions {
  params?: string;
  file?: string;
}

export function addParamsOptions(command: Command): Command {
  return command
    .option('--params <json>', 'the params, as JSON')
    .option('-f, --file <file>', 'read the params from a JSON or YAML file; - is standard input');
}

export async function readParams({ params, file }: ParamsOptions, terminal: Terminal): Promise<unknown> {
  if ((params === undefined) === (file === undefined)) {
    throw new CommandError(EXIT.usage, 'Give the params, with either --params JSON or --file FILE.');
  }
  if (file !== undefined)
    return (await import('./read-yaml.ts')).readYaml(file, terminal).then(([first]) => first);
  try {
    return JSON.parse(params ?? '');
  } catch (cause) {
    // Not the parser's words: they quote the text.
    throw new CommandError(EXIT.usage, '--params: this is not JSON.', { cause });
  }
}

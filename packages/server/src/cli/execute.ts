import type { Command } from 'commander';
import { z } from 'zod';
import { type ConnectionOptions, connect } from './api-client.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { addParamsOptions, type ParamsOptions, readParams } from './params-options.ts';
import type { Terminal } from './terminal.ts';

const result = z.looseObject({
  status: z.string(),
  message: z.string().optional(),
  service_message: z.string().optional(),
  data: z.unknown().optional(),
});

interface ExecuteOptions extends ConnectionOptions, ParamsOptions {
  dryRun?: boolean;
}

export function addExecute(command: Command, terminal: Terminal): void {
  addParamsOptions(command)
    .description('Runs a connector and prints the result. Exits 1 when the run ended in an error.')
    .argument('<id>')
    .option('--dry-run', 'send nothing: show the requests that would leave, secrets masked')
    .action((id: string, options: ExecuteOptions) => execute(id, options, terminal));
}

async function execute(id: string, options: ExecuteOptions, terminal: Terminal): Promise<void> {
  const params = await readParams(options, terminal);
  const api = await connect(terminal, options);
  const query = options.dryRun ? '?dry_run=true' : '';
  const path = `/api/actions/connector/${encodeURIComponent(id)}/_execute${query}`;
  const answer = result.parse(await api.call('POST', path, { params }));
  if (options.json) terminal.printJson(answer);
  else {
    terminal.print(terminal.style(answer.status === 'ok' ? 'green' : 'red', answer.status));
    if (answer.data !== undefined) terminal.printJson(answer.data);
  }
  if (answer.status === 'ok') return;
  const reason = [answer.message, answer.service_message].filter((text) => text !== undefined).join(': ');
  throw new CommandError(EXIT.failed, reason);
}

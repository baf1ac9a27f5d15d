import type { Command } from 'commander';
import { type ConnectionOptions, connect } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';
import { deliveryPath } from './delivery-path.ts';

interface GetOptions extends ConnectionOptions {
  params?: boolean;
}

export function addGet(command: Command, terminal: Terminal): void {
  command
    .description('Prints a delivery with all its attempts, as YAML or JSON.')
    .argument('<id>')
    .option('--params', 'with its params')
    .action((id: string, options: GetOptions) => get(id, options, terminal));
}

async function get(id: string, options: GetOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const delivery = await api.call('GET', `${deliveryPath(id)}${options.params ? '?params=true' : ''}`);
  if (options.json) return terminal.printJson(delivery);
  const { stringify } = await import('yaml');
  terminal.print(stringify(delivery).trimEnd());
}

import type { Command } from 'commander';
import { z } from 'zod';
import { addConnectionOptions, type ConnectionOptions, connect } from './api-client.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

const answer = z.looseObject({ status: z.string(), text: z.string() });
const why = answer.extend({
  also: z.array(answer),
  chain: z.array(z.looseObject({ at: z.string(), text: z.string(), delivery_id: z.string().optional() })),
});

interface WhyOptions extends ConnectionOptions {
  delivery?: string;
  connector?: string;
}

export function addWhy(program: Command, terminal: Terminal): void {
  addConnectionOptions(program.command('why'), { inSpace: true })
    .summary('why something arrived or did not')
    .description('Prints why a delivery, or anything by way of a connector, arrived or did not.')
    .option('--delivery <id>', 'of a delivery')
    .option('--connector <id>', 'of a connector')
    .action((options: WhyOptions) => ask(options, terminal));
}

async function ask({ delivery, connector, ...options }: WhyOptions, terminal: Terminal): Promise<void> {
  if ((delivery === undefined) === (connector === undefined))
    throw new CommandError(EXIT.usage, 'Give either --delivery or --connector.');
  const query = new URLSearchParams(
    delivery === undefined ? { connector_id: connector ?? '' } : { delivery_id: delivery },
  );
  const api = await connect(terminal, options);
  const found = why.parse(await api.call('GET', `/api/patchbay/why?${query}`));
  if (options.json) return terminal.printJson(found);
  for (const { status, text } of [found, ...found.also])
    terminal.print(`${status.replaceAll('_', ' ')}: ${text}`);
  if (found.chain.length > 0) terminal.print('');
  for (const { at, text, delivery_id: id } of found.chain)
    terminal.print(delivery !== undefined || id === undefined ? `${at}  ${text}` : `${at}  ${id}  ${text}`);
}

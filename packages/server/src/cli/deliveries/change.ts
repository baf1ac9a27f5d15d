import type { Command } from 'commander';
import { z } from 'zod';
import { type ConnectionOptions, connect } from '../api-client.ts';
import { confirmOrStop } from '../confirm.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { DELIVERIES, deliveryPath } from './delivery-path.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './filter-options.ts';

interface ChangeOptions extends ConnectionOptions, FilterOptions {
  all?: boolean;
  yes?: boolean;
}

interface Change {
  name: 'cancel' | 'replay' | 'discard';
  done: string;
  description: string;
}

const CHANGES: readonly Change[] = [
  {
    name: 'cancel',
    done: 'cancelled',
    description: 'Takes back a delivery that has not begun, or all that match.',
  },
  {
    name: 'replay',
    done: 'replayed',
    description:
      'Runs a delivery again that is over, or all that match and are dead, discarded or cancelled.',
  },
  {
    name: 'discard',
    done: 'discarded',
    description: 'Waits no more for a delivery that is dead, or for all that match.',
  },
];

const one = z.looseObject({ id: z.string(), state: z.string() });
const many = z.object({ changed: z.number() });

export function addChanges(remote: (name: string) => Command, terminal: Terminal): void {
  for (const change of CHANGES) {
    addFilterOptions(remote(change.name))
      .description(change.description)
      .argument('[id]')
      .option('--all', 'every one of the space')
      .option('-y, --yes', 'do not ask, where there may be many')
      .action((id: string | undefined, options: ChangeOptions) =>
        id === undefined ? changeMany(change, options, terminal) : changeOne(change, id, options, terminal),
      );
  }
}

async function changeOne(
  { name, done }: Change,
  id: string,
  options: ChangeOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.all || Object.keys(filterOf(options)).length > 0)
    throw new CommandError(EXIT.usage, 'Give either an id, or what the deliveries are to match.');
  const api = await connect(terminal, options);
  const delivery = one.parse(await api.call('POST', `${deliveryPath(id)}/_${name}`));
  if (options.json) return terminal.printJson(delivery);
  const as = delivery.id === id ? '' : ` as ${delivery.id}`;
  terminal.print(`${done} ${id}${as}`);
}

async function changeMany({ name, done }: Change, options: ChangeOptions, terminal: Terminal): Promise<void> {
  const filter = filterOf(options);
  const isFiltered = Object.keys(filter).length > 0;
  if (isFiltered === (options.all === true))
    throw new CommandError(EXIT.usage, `Which ones? Give an id, what they are to match, or --all alone.`);
  const which = isFiltered ? 'all deliveries that match' : 'every delivery of the space';
  await confirmOrStop(terminal, options, `${name[0]?.toUpperCase()}${name.slice(1)} ${which}?`);
  const api = await connect(terminal, options);
  const body = isFiltered ? { filter } : { all: true };
  const { changed } = many.parse(await api.call('POST', `${DELIVERIES}/_${name}`, body));
  if (options.json) terminal.printJson({ changed });
  else terminal.print(`${done} ${changed}`);
}

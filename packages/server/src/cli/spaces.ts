import type { Command } from 'commander';
import { z } from 'zod';
import { addConnectionOptions, type ConnectionOptions, connect } from './api-client.ts';
import { confirmOrStop } from './confirm.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

const spaceList = z.array(
  z.looseObject({ id: z.string(), name: z.string(), description: z.string().optional() }),
);

interface CreateOptions extends ConnectionOptions {
  name?: string;
  description?: string;
  initials?: string;
  color?: string;
}

export function addSpaces(program: Command, terminal: Terminal): void {
  const spaces = program.command('spaces').summary('list, create and delete spaces');

  addConnectionOptions(spaces.command('list'))
    .description('Lists the spaces that the caller may see.')
    .action((options: ConnectionOptions) => list(options, terminal));

  addConnectionOptions(spaces.command('create'))
    .description('Creates a space.')
    .argument('<id>')
    .option('--name <text>', 'default: the id')
    .option('--description <text>')
    .option('--initials <text>', 'two letters')
    .option('--color <hex>', 'such as #aabbcc')
    .action((id: string, options: CreateOptions) => create(id, options, terminal));

  addConnectionOptions(spaces.command('delete'))
    .description('Deletes a space and everything in it.')
    .argument('<id>')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: ConnectionOptions & { yes?: boolean }) => remove(id, options, terminal));
}

async function list(options: ConnectionOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const spaces = spaceList.parse(await api.call('GET', '/api/spaces/space'));
  if (options.json) return terminal.printJson(spaces);
  const rows = spaces.map(({ id, name, description }) => [id, name, description ?? '']);
  for (const line of table(['ID', 'NAME', 'DESCRIPTION'], rows)) terminal.print(line);
}

async function create(id: string, options: CreateOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const { name = id, description, initials, color } = options;
  const space = await api.call('POST', '/api/spaces/space', { id, name, description, initials, color });
  if (options.json) terminal.printJson(space);
  else terminal.print(`created the space "${id}"`);
}

async function remove(
  id: string,
  options: ConnectionOptions & { yes?: boolean },
  terminal: Terminal,
): Promise<void> {
  await confirmOrStop(terminal, options, `Delete the space "${id}" and everything in it?`);
  const api = await connect(terminal, options);
  await api.call('DELETE', `/api/spaces/space/${encodeURIComponent(id)}`);
  if (options.json) terminal.printJson({ id, deleted: true });
  else terminal.print(`deleted the space "${id}"`);
}

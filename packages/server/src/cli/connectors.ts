import type { Command } from 'commander';
import { z } from 'zod';
import { addConnectionOptions, type ConnectionOptions, connect } from './api-client.ts';
import { addApply } from './apply/apply.ts';
import { confirmOrStop } from './confirm.ts';
import { addConnectorHealth } from './connector-health.ts';
import { addExecute } from './execute.ts';
import { addCopy } from './moving/copy.ts';
import { addExport } from './moving/export.ts';
import { addImport } from './moving/import.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

const listed = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string(),
    connector_type_id: z.string(),
    is_preconfigured: z.boolean(),
    is_deprecated: z.boolean(),
    is_missing_secrets: z.boolean().optional(),
  }),
);

export function addConnectors(program: Command, terminal: Terminal): void {
  const connectors = program
    .command('connectors')
    .summary('list, get, apply, execute, copy, export, import, watch and delete connectors');
  const remote = (name: string) => addConnectionOptions(connectors.command(name), { inSpace: true });

  remote('list')
    .description('Lists the connectors of a space.')
    .action((options: ConnectionOptions) => list(options, terminal));

  remote('get')
    .description('Prints a connector, as YAML or JSON. Secrets are in no answer.')
    .argument('<id>')
    .action((id: string, options: ConnectionOptions) => get(id, options, terminal));

  addApply(remote('apply'), terminal);
  addExecute(remote('execute'), terminal);
  addCopy(remote('copy'), terminal);
  addExport(remote('export'), terminal);
  addImport(remote('import'), terminal);
  addConnectorHealth(remote('health'), terminal);

  remote('delete')
    .description('Deletes a connector.')
    .argument('<id>')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: ConnectionOptions & { yes?: boolean }) => remove(id, options, terminal));
}

async function list(options: ConnectionOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const connectors = listed.parse(await api.call('GET', '/api/actions/connectors'));
  if (options.json) return terminal.printJson(connectors);
  const rows = connectors.map((connector) => [
    connector.id,
    connector.name,
    connector.connector_type_id,
    remarks(connector),
  ]);
  for (const line of table(['ID', 'NAME', 'TYPE', ''], rows)) terminal.print(line);
}

function remarks(connector: z.output<typeof listed>[number]): string {
  return [
    connector.is_preconfigured && 'preconfigured',
    connector.is_missing_secrets && 'secrets are missing',
    connector.is_deprecated && 'deprecated',
  ]
    .filter((remark) => typeof remark === 'string')
    .join(', ');
}

async function get(id: string, options: ConnectionOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const connector = await api.call('GET', connectorPath(id));
  if (options.json) return terminal.printJson(connector);
  const { stringify } = await import('yaml');
  terminal.print(stringify(connector).trimEnd());
}

async function remove(
  id: string,
  options: ConnectionOptions & { yes?: boolean },
  terminal: Terminal,
): Promise<void> {
  await confirmOrStop(terminal, options, `Delete the connector "${id}"?`);
  const api = await connect(terminal, options);
  await api.call('DELETE', connectorPath(id));
  if (options.json) terminal.printJson({ id, deleted: true });
  else terminal.print(`deleted the connector "${id}"`);
}

function connectorPath(id: string): string {
  return `/api/actions/connector/${encodeURIComponent(id)}`;
}

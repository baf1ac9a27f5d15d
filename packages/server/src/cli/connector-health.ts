import type { Command } from 'commander';
import { z } from 'zod';
import { type ConnectionOptions, connect } from './api-client.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

const health = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  refusal: z.string().nullable(),
  last_failure: z.looseObject({ at: z.string(), reason: z.string().nullable() }).nullable(),
  windows: z.looseObject({
    '24h': z.looseObject({ runs: z.number(), success_ratio: z.number().nullable() }),
  }),
  expiring: z.array(z.looseObject({ what: z.string(), expires_at: z.string() })),
});

export function addConnectorHealth(command: Command, terminal: Terminal): void {
  command
    .description('Prints how connectors are doing, or all that is known of one.')
    .argument('[id]')
    .action((id: string | undefined, options: ConnectionOptions) =>
      id === undefined ? list(options, terminal) : get(id, options, terminal),
    );
}

async function list(options: ConnectionOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const all = z.array(health).parse(await api.call('GET', '/api/patchbay/connectors/_health'));
  if (options.json) return terminal.printJson(all);
  const rows = all.map(({ id, name, status, windows, ...one }) => {
    const { runs, success_ratio: ratio } = windows['24h'];
    return [id, name, status, String(runs), ratio === null ? '' : percent(ratio), remark(one)];
  });
  for (const line of table(['ID', 'NAME', 'STATUS', 'RUNS 24H', 'OK', ''], rows)) terminal.print(line);
}

async function get(id: string, options: ConnectionOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const one = await api.call('GET', `/api/patchbay/connectors/${encodeURIComponent(id)}/health`);
  if (options.json) return terminal.printJson(one);
  const { stringify } = await import('yaml');
  terminal.print(stringify(one).trimEnd());
}

/** Never 100 % where something failed. */
function percent(ratio: number): string {
  return `${Math.floor(ratio * 1000) / 10} %`;
}

function remark({
  refusal,
  last_failure: failure,
  expiring: [first],
}: Pick<z.output<typeof health>, 'refusal' | 'last_failure' | 'expiring'>): string {
  if (refusal !== null) return refusal;
  if (first !== undefined) return `${first.what} ends on ${first.expires_at.slice(0, 10)}`;
  return failure === null ? '' : `failed at ${failure.at}: ${failure.reason}`;
}

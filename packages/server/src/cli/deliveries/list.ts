import type { Command } from 'commander';
import { z } from 'zod';
import { type ConnectionOptions, connect } from '../api-client.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { DELIVERIES } from './delivery-path.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './filter-options.ts';

interface ListOptions extends ConnectionOptions, FilterOptions {
  page: string;
  perPage: string;
}

const found = z.looseObject({
  total: z.number(),
  total_is_lower_bound: z.boolean().optional(),
  data: z.array(
    z.looseObject({
      id: z.string(),
      connector_id: z.string(),
      state: z.string(),
      attempt: z.number(),
      created_at: z.string(),
      reason: z.string().nullable(),
    }),
  ),
});

const REASON_WIDTH = 60;

export function addList(command: Command, terminal: Terminal): void {
  addFilterOptions(command)
    .description('Lists deliveries of a space, the newest first.')
    .option('--page <number>', 'which page', '1')
    .option('--per-page <count>', 'how many, up to 100', '20')
    .action((options: ListOptions) => list(options, terminal));
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const query = new URLSearchParams({ page: options.page, per_page: options.perPage });
  for (const [name, value] of Object.entries(filterOf(options)))
    for (const each of [value].flat()) query.append(name, each);
  const answer = found.parse(await api.call('GET', `${DELIVERIES}?${query}`));
  if (options.json) return terminal.printJson(answer);
  const rows = answer.data.map((each) => [
    each.id,
    each.connector_id,
    each.state,
    String(each.attempt),
    each.created_at,
    onOneLine(each.reason ?? ''),
  ]);
  for (const line of table(['ID', 'CONNECTOR', 'STATE', 'ATTEMPT', 'CREATED', 'REASON'], rows))
    terminal.print(line);
  const total = `${answer.total_is_lower_bound ? 'more than ' : ''}${answer.total}`;
  if (answer.data.length < answer.total) terminal.note(`${answer.data.length} of ${total}`);
}

/** What a remote has said may be anything, also what a terminal obeys. */
function onOneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return plain.length > REASON_WIDTH ? `${plain.slice(0, REASON_WIDTH - 1)}…` : plain;
}

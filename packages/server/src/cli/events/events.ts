import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { followEvents } from './follow.ts';
import { answer, lineOf, tableOf } from './shown.ts';

interface EventOptions extends ConnectionOptions {
  connector?: string[];
  type?: string[];
  action: string[];
  outcome?: string[];
  source?: string[];
  execution?: string[];
  delivery?: string[];
  from?: string;
  to?: string;
  filter?: string;
  limit: string;
  follow?: boolean;
}

const EVENTS = '/api/patchbay/events';
const PER_PAGE = 1000;

export function addEvents(program: Command, terminal: Terminal): void {
  addConnectionOptions(program.command('events'), { inSpace: true })
    .summary('list and follow what runs of connectors came to')
    .description('Lists events of the event log of a space, the newest first.')
    .option('--connector <ids...>', 'of these connectors')
    .option('--type <ids...>', 'of connectors of these types, such as .slack')
    .option('--action <actions...>', 'execute-start, execute, execute-timeout', ['execute'])
    .option('--outcome <outcomes...>', 'success or failure')
    .option('--source <sources...>', 'asked for by these, such as http_request')
    .option('--execution <uuids...>', 'of these runs')
    .option('--delivery <ids...>', 'of attempts of these deliveries')
    .option('--from <time>', 'then or later: a date, or date math such as now-1h')
    .option('--to <time>', 'before')
    .option('--filter <kql>', "in Kibana's query language")
    .option('--limit <count>', 'how many', '20')
    .option('-f, --follow', 'print what comes, until interrupted')
    .action((options: EventOptions) =>
      options.follow ? follow(options, terminal) : list(options, terminal),
    );
}

function filterOf(options: EventOptions): URLSearchParams {
  const query = new URLSearchParams();
  const fields = {
    connector_id: options.connector,
    connector_type_id: options.type,
    action: options.action,
    outcome: options.outcome,
    source: options.source,
    execution_uuid: options.execution,
    delivery_id: options.delivery,
    filter: options.filter,
  };
  for (const [name, value] of Object.entries(fields))
    for (const each of value === undefined ? [] : [value].flat()) query.append(name, each);
  return query;
}

async function list(options: EventOptions, terminal: Terminal): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new CommandError(EXIT.usage, '--limit: expected a number.');
  const api = await connect(terminal, options);
  const query = filterOf(options);
  if (options.from !== undefined) query.set('from', options.from);
  if (options.to !== undefined) query.set('to', options.to);
  const events = [];
  for (let cursor: string | null | undefined; cursor !== null && events.length < limit; ) {
    query.set('per_page', String(Math.min(PER_PAGE, limit - events.length)));
    if (cursor !== undefined) query.set('cursor', cursor);
    const page = answer.parse(await api.call('GET', `${EVENTS}?${query}`));
    events.push(...page.data);
    cursor = page.cursor;
  }
  if (options.json) return terminal.printJson(events);
  for (const line of tableOf(events)) terminal.print(line);
}

async function follow(options: EventOptions, terminal: Terminal): Promise<void> {
  if (options.to !== undefined) throw new CommandError(EXIT.usage, '--follow has no end: leave --to out.');
  const api = await connect(terminal, options);
  await followEvents({
    ask: async (range) => {
      const query = filterOf(options);
      for (const [name, value] of Object.entries({ ...range, sort_order: 'asc', per_page: String(PER_PAGE) }))
        query.set(name, value);
      return answer.parse(await api.call('GET', `${EVENTS}?${query}`));
    },
    onEvent: (event) => terminal.print(options.json ? JSON.stringify(event) : lineOf(event)),
    from: options.from ?? new Date().toISOString(),
    // Until the process is interrupted.
    signal: new AbortController().signal,
  });
}

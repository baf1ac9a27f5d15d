import type { Command } from 'commander';

/** What `addFilterOptions` puts on a command. */
export interface FilterOptions {
  connector?: string;
  state?: string[];
  orderKey?: string;
  idempotencyKey?: string;
  from?: string;
  to?: string;
}

export function addFilterOptions(command: Command): Command {
  return command
    .option('--connector <id>', 'of this connector')
    .option('--state <states...>', 'in one of these states, such as dead cancelled')
    .option('--order-key <key>', 'of this order key')
    .option('--idempotency-key <key>', 'of this idempotency key')
    .option('--from <time>', 'created then or later, such as 2030-01-31T12:00:00Z')
    .option('--to <time>', 'created before');
}

/** In the API's names; without what is not given. */
export function filterOf(options: FilterOptions): Record<string, string | string[]> {
  const { connector, state, orderKey, idempotencyKey, from, to } = options;
  const all = {
    connector_id: connector,
    state,
    order_key: orderKey,
    idempotency_key: idempotencyKey,
    from,
    to,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
  );
}

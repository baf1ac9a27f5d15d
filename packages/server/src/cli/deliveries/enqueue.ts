import type { Command } from 'commander';
import { z } from 'zod';
import { type ConnectionOptions, connect } from '../api-client.ts';
import { addParamsOptions, type ParamsOptions, readParams } from '../params-options.ts';
import type { Terminal } from '../terminal.ts';
import { DELIVERIES } from './delivery-path.ts';

interface EnqueueOptions extends ConnectionOptions, ParamsOptions {
  orderKey?: string;
  idempotencyKey?: string;
  runAt?: string;
}

const enqueued = z.looseObject({ id: z.string(), state: z.string(), is_duplicate: z.boolean() });

export function addEnqueue(command: Command, terminal: Terminal): void {
  addParamsOptions(command)
    .description(
      'Enqueues a run of a connector and prints its id. It is tried until it is delivered, or dead: see deliveries get.',
    )
    .argument('<connector-id>')
    .option('--order-key <key>', 'one after the other with others of this key')
    .option('--idempotency-key <key>', 'enqueued again, it is the same delivery')
    .option('--run-at <time>', 'not before, such as 2030-01-31T12:00:00Z')
    .action((id: string, options: EnqueueOptions) => enqueue(id, options, terminal));
}

async function enqueue(connectorId: string, options: EnqueueOptions, terminal: Terminal): Promise<void> {
  const params = await readParams(options, terminal);
  const api = await connect(terminal, options);
  const answer = enqueued.parse(
    await api.call('POST', DELIVERIES, {
      connector_id: connectorId,
      params,
      order_key: options.orderKey,
      idempotency_key: options.idempotencyKey,
      run_at: options.runAt,
    }),
  );
  if (options.json) return terminal.printJson(answer);
  terminal.print(answer.id);
  if (answer.is_duplicate) terminal.note(`was enqueued before, and is ${answer.state}`);
}

import { readFileSync } from 'node:fs';
import { messageOf } from '@patchbay/kit';
import type { Command } from 'commander';
import { z } from 'zod';
import { addConnectionOptions, type ConnectionOptions, connect } from './api-client.ts';
import { CommandError, EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

const created = z.looseObject({
  id: z.string(),
  name: z.string(),
  encoded: z.string(),
  expiration: z.number().optional(),
});

const invalidated = z.looseObject({
  itemsInvalidated: z.array(z.looseObject({ id: z.string() })),
  errors: z.array(
    z.looseObject({ error: z.looseObject({ statusCode: z.number().optional(), message: z.string() }) }),
  ),
});

interface CreateOptions extends ConnectionOptions {
  expiration?: string;
  roleDescriptors?: string;
}

export function addApiKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('api-keys').summary('create and invalidate API keys');

  addConnectionOptions(keys.command('create'))
    .description(
      'Creates an API key of the user who calls, and prints it, this once: alone on standard output, in the form that goes behind "ApiKey " in the Authorization header.',
    )
    .argument('<name>')
    .option('--expiration <span>', 'such as 30m, 12h or 7d; left out: it does not expire')
    .option('--role-descriptors <file>', 'JSON file: what the key may do at most')
    .action((name: string, options: CreateOptions) => create(name, options, terminal));

  addConnectionOptions(keys.command('invalidate'))
    .description('Ends an API key at once.')
    .argument('<id>')
    .action((id: string, options: ConnectionOptions) => invalidate(id, options, terminal));
}

async function create(name: string, options: CreateOptions, terminal: Terminal): Promise<void> {
  const { expiration, roleDescriptors } = options;
  const descriptors = roleDescriptors === undefined ? undefined : readJson(roleDescriptors);
  const api = await connect(terminal, options);
  const body = { name, expiration, role_descriptors: descriptors };
  const key = created.parse(await api.call('POST', '/internal/security/api_key', body));
  if (options.json) return terminal.printJson(key);
  const until = key.expiration === undefined ? '' : `, until ${new Date(key.expiration).toISOString()}`;
  terminal.note(`created the API key "${key.name}" with id ${key.id}${until}; it is shown this once`);
  terminal.print(key.encoded);
}

async function invalidate(id: string, options: ConnectionOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const body = { apiKeys: [{ id, name: id }] };
  const answer = invalidated.parse(await api.call('POST', '/internal/security/api_key/invalidate', body));
  const [failure] = answer.errors;
  if (failure !== undefined) {
    throw new CommandError(exitCodeOf(failure.error.statusCode), failure.error.message);
  }
  if (options.json) terminal.printJson({ id, invalidated: true });
  else terminal.print(`invalidated the API key ${id}`);
}

function exitCodeOf(status: number | undefined): ExitCode {
  if (status === 404) return EXIT.notFound;
  return status === 403 ? EXIT.noAccess : EXIT.failed;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CommandError(EXIT.failed, `Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

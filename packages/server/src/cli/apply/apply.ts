import { connectorTypes } from '@patchbay/connectors';
import type { Command } from 'commander';
import { z } from 'zod';
import { AnswerFailure, type ApiClient, type ConnectionOptions, connect } from '../api-client.ts';
import { confirmOrStop } from '../confirm.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { nameOf, readYaml } from '../read-yaml.ts';
import type { Terminal } from '../terminal.ts';
import { type Entry, readEntries } from './entries.ts';
import { type Current, makePlan, type Step } from './plan.ts';
import { type Failure, runSteps } from './run-steps.ts';

const listed = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string(),
    connector_type_id: z.string(),
    config: z.record(z.string(), z.unknown()).optional(),
    is_preconfigured: z.boolean(),
    is_missing_secrets: z.boolean().optional(),
  }),
);

interface ApplyOptions extends ConnectionOptions {
  file: string;
  prune?: boolean;
  yes?: boolean;
  check?: boolean;
  updateSecrets?: boolean;
}

export function addApply(command: Command, terminal: Terminal): void {
  command
    .description(
      'Makes the connectors of a space those of a YAML file: creates, updates and, with --prune, deletes. Shows the plan first and asks. Applied again, it changes nothing.',
    )
    .requiredOption('-f, --file <file>', 'one YAML document or several; - is standard input')
    .option('--prune', 'delete the connectors that are not in the file (never preconfigured ones)')
    .option('--update-secrets', 'set the secrets of every entry, also where nothing else differs')
    .option('--check', 'show the plan only; exit 5 when it has changes')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', FILE_HELP)
    .action((options: ApplyOptions) => apply(options, terminal));
}

const FILE_HELP = `
The file:
  connectors:
    - id: ops-hook
      name: Ops hook
      connector_type_id: .webhook
      config: { url: https://example.com/hook }
      secrets: { user: ops, password: "\${OPS_PASSWORD}" }
      settings: { timeouts: { response: 10s } }

settings are what PUT /api/patchbay/connectors/{id}/settings takes; left out,
they stay as they are. In secrets, \${NAME} is replaced from the environment of
this command, $\${NAME} stays \${NAME}, and \${env:NAME} is left for the server
to look up. Secrets cannot be read back, so whether they differ cannot be seen: they are set
when a connector is created or something else of it is updated, or by
--update-secrets.`;

async function apply(options: ApplyOptions, terminal: Terminal): Promise<void> {
  const entries = await entriesOf(options, terminal);
  const api = await connect(terminal, options);
  const { steps, problems } = makePlan(entries, await currentOf(api, entries), {
    prune: options.prune === true,
    updateSecrets: options.updateSecrets === true,
  });
  stopFor(problems);
  const pending = steps.filter(({ action }) => action !== 'unchanged');
  if (!options.json) printPlan(steps, terminal);

  if (options.check || pending.length === 0) {
    if (options.json) terminal.printJson(outcome(steps, []));
    if (pending.length > 0) throw new CommandError(EXIT.changes, 'The plan has changes.');
    return;
  }
  await confirmOrStop(terminal, options, 'Apply this plan?');
  const { done, failure } = await runSteps(api, pending, (step) => {
    if (!options.json) terminal.print(`${PAST[step.action]} ${step.id}`);
  });
  if (options.json) terminal.printJson(outcome(steps, done, failure));
  if (failure === undefined) return;
  const rest = pending.slice(done.length + 1);
  throw new CommandError(
    EXIT.failed,
    [
      `${whereOf(failure.step)}: ${failure.message}`,
      ...(failure.connector === undefined
        ? []
        : [`The connector itself was ${failure.connector}; its settings were not set.`]),
      `Done before it: ${summary(done)}. Not done: ${summary(failure.connector === undefined ? [failure.step, ...rest] : rest)}.`,
    ].join('\n'),
    { cause: failure },
  );
}

async function entriesOf({ file }: ApplyOptions, terminal: Terminal): Promise<Entry[]> {
  const { entries, problems } = readEntries(await readYaml(file, terminal), {
    file: nameOf(file),
    environment: terminal.environment,
    types: connectorTypes,
  });
  stopFor(problems);
  return entries;
}

function stopFor(problems: readonly string[]): void {
  if (problems.length > 0) throw new CommandError(EXIT.failed, problems.join('\n'));
}

/** Connectors of the space; those in the file that come with settings have theirs. */
async function currentOf(api: ApiClient, entries: readonly Entry[]): Promise<Current[]> {
  const current: Current[] = listed.parse(await api.call('GET', '/api/actions/connectors'));
  const withSettings = new Set(entries.filter(({ settings }) => settings).map(({ id }) => id));
  for (const connector of current) {
    if (withSettings.has(connector.id) && !connector.is_preconfigured) {
      connector.settings = await settingsOf(api, connector.id);
    }
  }
  return current;
}

async function settingsOf(api: ApiClient, id: string): Promise<Record<string, unknown>> {
  try {
    const settings = await api.call('GET', `/api/patchbay/connectors/${encodeURIComponent(id)}/settings`);
    return z.record(z.string(), z.unknown()).parse(settings);
  } catch (error) {
    if (error instanceof AnswerFailure && error.status === 404) return {};
    throw error;
  }
}

const SIGN = { create: '+', update: '~', delete: '-', unchanged: ' ' } as const;
const COLOUR = { create: 'green', update: 'yellow', delete: 'red', unchanged: 'dim' } as const;
const PAST = { create: 'created', update: 'updated', delete: 'deleted', unchanged: 'left' } as const;

function printPlan(steps: readonly Step[], terminal: Terminal): void {
  const idWidth = Math.max(0, ...steps.map(({ id }) => id.length));
  for (const { action, id, typeId, changes } of steps) {
    const line = `${SIGN[action]} ${action.padEnd(9)}  ${id.padEnd(idWidth)}  ${typeId}`;
    const detail = changes.length === 0 ? '' : `  (${changes.join(', ')})`;
    terminal.print(terminal.style(COLOUR[action], `${line}${detail}`));
  }
  const count = (action: Step['action']) => steps.filter((step) => step.action === action).length;
  terminal.print(
    `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete, ${count('unchanged')} unchanged.`,
  );
}

function outcome(steps: readonly Step[], done: readonly Step[], failure?: Failure): unknown {
  return {
    plan: steps.map(({ action, id, name, typeId, changes }) => ({
      action,
      id,
      name,
      connector_type_id: typeId,
      changes,
    })),
    done: done.map(({ action, id }) => ({ action, id })),
    ...(failure && {
      failed: {
        action: failure.step.action,
        id: failure.step.id,
        message: failure.message,
        ...(failure.connector !== undefined && { connector: failure.connector }),
      },
    }),
  };
}

function whereOf(step: Step): string {
  return 'entry' in step ? step.entry.where : `connector ${step.id}`;
}

function summary(steps: readonly Step[]): string {
  return steps.length === 0 ? 'nothing' : steps.map(({ action, id }) => `${action} ${id}`).join(', ');
}

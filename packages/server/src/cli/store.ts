import type { StoreAddress } from '@patchbay/engine/store';
import type { Command } from 'commander';
import { addConfigOption, type ConfigOptions } from './config-files.ts';
import { configuredStore, explained, settingsOf } from './configured-store.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { progressBar } from './progress-bar.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

interface StoreOptions extends ConfigOptions {
  json?: boolean;
}

interface CopyOptions extends StoreOptions {
  from?: string;
  to?: string;
}

export function addStore(program: Command, terminal: Terminal): void {
  const store = program.command('store').summary('migrate, check and copy what everything is kept in');

  addConfigOption(store.command('migrate'))
    .description(
      'Brings the store to the newest schema, as a start of the server does; makes it if there is none.',
    )
    .option('--json', 'the result as JSON on standard output')
    .action((options: StoreOptions) => explained(() => migrate(options, terminal)));

  addConfigOption(store.command('check'))
    .description(
      'Looks at the whole store and changes nothing: whether it can be reached, its schema, its integrity, and whether every secret has the form of a sealed one. Fails where something is not right.',
    )
    .option('--json', 'the result as JSON on standard output')
    .action((options: StoreOptions) => explained(() => check(options, terminal)));

  addConfigOption(store.command('copy'))
    .description(
      'Copies a store into one that is empty, and verifies it: every row is read again and compared. All or nothing: a copy that is stopped leaves the other store empty. Servers on both must be stopped. The encryption key stays the same, and is not copied.',
    )
    .option(
      '--from <url>',
      'sqlite:PATH or postgres://..., or env:NAME for a variable that holds it (default: the file in the data folder)',
    )
    .option('--to <url>', 'likewise (default: patchbay.store.url)')
    .option('--json', 'the result as JSON on standard output')
    .action((options: CopyOptions) => explained(() => copy(options, terminal)));
}

async function migrate(options: StoreOptions, terminal: Terminal): Promise<void> {
  const { migrateStore } = await import('@patchbay/engine/store');
  const { from, to } = await migrateStore(await configuredStore(options, terminal));
  if (options.json) return terminal.printJson({ from, to });
  terminal.print(
    from === to ? `the schema is at version ${to}` : `brought the schema from version ${from} to ${to}`,
  );
}

async function check(options: StoreOptions, terminal: Terminal): Promise<void> {
  const [{ checkStore }, { isSealed }] = await Promise.all([
    import('@patchbay/engine/store'),
    import('@patchbay/engine/vault'),
  ]);
  const findings = await checkStore(await configuredStore(options, terminal), isSealed);
  const wrong = findings.filter(({ ok }) => !ok);
  if (options.json) terminal.printJson({ ok: wrong.length === 0, checks: findings });
  else {
    const rows = findings.map(({ name, ok, detail }) => [name, ok ? 'ok' : 'WRONG', detail]);
    for (const line of table(['CHECK', 'RESULT', 'DETAIL'], rows)) terminal.print(line);
  }
  if (wrong.length > 0) {
    throw new CommandError(EXIT.failed, `Not right: ${wrong.map(({ name }) => name).join(', ')}.`);
  }
}

async function copy(options: CopyOptions, terminal: Terminal): Promise<void> {
  const { copyStore, parseStoreUrl } = await import('@patchbay/engine/store');
  const { settings, dataPath } = await settingsOf(options, terminal);
  const address = (option: '--from' | '--to', given: string | undefined, otherwise: string | undefined) =>
    parseStoreUrl(given === undefined ? otherwise : urlOf(option, given, terminal), dataPath);
  const from = address('--from', options.from, undefined);
  const to = address('--to', options.to, settings['patchbay.store.url']);
  if (shown(from) === shown(to))
    throw new CommandError(EXIT.usage, '--from and --to are the same store: say where it is copied to.');
  let bar: ReturnType<typeof progressBar> | undefined;
  try {
    const tables = await copyStore(from, to, (done, total) => {
      bar ??= progressBar(terminal, total);
      bar.show(done);
    });
    bar?.end();
    const rows = tables.reduce((sum, each) => sum + each.rows, 0);
    if (options.json) return terminal.printJson({ rows, tables });
    for (const line of table(
      ['TABLE', 'ROWS', 'CHECKSUM'],
      tables.map((each) => [each.name, String(each.rows), each.checksum.slice(0, 16)]),
    ))
      terminal.print(line);
    terminal.print(`copied and verified ${rows} rows of ${tables.length} tables`);
  } finally {
    bar?.end();
  }
}

const VARIABLE = 'env:';

function urlOf(option: string, given: string, terminal: Terminal): string {
  if (!given.startsWith(VARIABLE)) {
    if (URL.canParse(given) && new URL(given).password !== '')
      terminal.note(
        `${option}: every process of this machine can read a password in an argument; env:NAME names a variable instead`,
      );
    return given;
  }
  const url = terminal.environment[given.slice(VARIABLE.length)];
  if (url === undefined || url === '')
    throw new CommandError(EXIT.usage, `${option}: there is no variable ${given.slice(VARIABLE.length)}.`);
  return url;
}

function shown(where: StoreAddress): string {
  return where.kind === 'sqlite' ? where.path : where.address.shown;
}

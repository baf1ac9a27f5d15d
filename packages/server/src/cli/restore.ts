import { mkdirSync } from 'node:fs';
import type { Settings } from '@patchbay/engine/config';
import type { Command } from 'commander';
import { addConfigOption, type ConfigOptions } from './config-files.ts';
import { explained, settingsOf } from './configured-store.ts';
import { openOfflineStore } from './offline-store.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

interface RestoreOptions extends ConfigOptions {
  holdDeliveries?: boolean;
  json?: boolean;
}

export function addRestore(program: Command, terminal: Terminal): void {
  addConfigOption(program.command('restore'))
    .summary('put a backup into a store that is empty')
    .description(
      'Puts a backup into the store of these settings, which has to be empty, and verifies it: every row is read again and compared. All or nothing: a restore that is stopped leaves the store empty. SQLite or PostgreSQL, whichever the backup was taken of. No server may run on it yet; the one to come needs the encryption key of the former one.',
    )
    .argument('<file>', 'what patchbay backup wrote')
    .option(
      '--hold-deliveries',
      'cancel the deliveries that were queued, so that nothing is sent again; they can be replayed',
    )
    .option('--json', 'the result as JSON on standard output')
    .action((file: string, options: RestoreOptions) => explained(() => restore(file, options, terminal)));
}

async function restore(file: string, options: RestoreOptions, terminal: Terminal): Promise<void> {
  const { parseStoreUrl, restoreStore } = await import('@patchbay/engine/store');
  const { settings, dataPath } = await settingsOf(options, terminal);
  const { holdDeliveries: holdsDeliveries = false } = options;
  mkdirSync(dataPath, { recursive: true, mode: 0o700 });
  const where = parseStoreUrl(settings['patchbay.store.url'], dataPath);
  const { createdAt, tables, queued } = await restoreStore(file, where, { holdsDeliveries, now: new Date() });
  const rows = tables.reduce((sum, each) => sum + each.rows, 0);
  const keyProblem = await keyProblemOf(settings, dataPath);
  if (keyProblem !== undefined) terminal.note(keyProblem);
  if (options.json) {
    const deliveries = { queued: holdsDeliveries ? 0 : queued, held: holdsDeliveries ? queued : 0 };
    return terminal.printJson({ created_at: createdAt, rows, deliveries, tables });
  }
  for (const line of table(
    ['TABLE', 'ROWS', 'CHECKSUM'],
    tables.map((each) => [each.name, String(each.rows), each.checksum.slice(0, 16)]),
  ))
    terminal.print(line);
  terminal.print(
    `restored and verified ${rows} rows of ${tables.length} tables, as they were at ${createdAt}`,
  );
  if (queued === 0) return;
  terminal.print(
    holdsDeliveries
      ? `held ${queued} deliveries that were queued: they are cancelled, and can be replayed`
      : `${queued} deliveries were queued then and will run: what was delivered since arrives again`,
  );
}

/** Why a server with these settings could not open the secrets that are there now. */
async function keyProblemOf(settings: Settings, dataPath: string): Promise<string | undefined> {
  const [{ openDataVault }, { StartupError }] = await Promise.all([
    import('../open-vault.ts'),
    import('@patchbay/engine/errors'),
  ]);
  const store = await openOfflineStore(settings);
  try {
    await openDataVault(settings, store, dataPath);
    return undefined;
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return `A server with these settings would not start yet. ${error.message}`;
  } finally {
    await store.close();
  }
}

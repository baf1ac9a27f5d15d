import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { type ApiClient, addConnectionOptions, type ConnectionOptions, connect } from './api-client.ts';
import { addConfigOption, type ConfigOptions, configFiles } from './config-files.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { openOfflineStore } from './offline-store.ts';
import { progressBar } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

interface RotateOptions extends ConnectionOptions, ConfigOptions {
  offline?: boolean;
  batchSize: number;
}

const rotation = z.object({ total: z.number(), successful: z.number(), failed: z.number() });
type Rotation = z.output<typeof rotation>;

const keyState = z.object({ total: z.number(), under_former_keys: z.number() });

/** As often as the bar is drawn anew while a server works. */
const POLL_MS = 250;

export function addKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('keys').summary('rotate the encryption key');
  addConnectionOptions(addConfigOption(keys.command('rotate')))
    .description(
      'Encrypts every stored secret anew under the present key, so that former keys can be taken out of xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys. May be stopped and run again: it goes on where it was.',
    )
    .option('--offline', 'work on the store itself; on a SQLite file with the server stopped')
    .option('--batch-size <count>', 'how many at once, 100 to 10000', Number, 1000)
    .action((options: RotateOptions) => rotate(options, terminal));
}

async function rotate(options: RotateOptions, terminal: Terminal): Promise<void> {
  const { batchSize } = options;
  if (!Number.isInteger(batchSize) || batchSize < 100 || batchSize > 10_000)
    throw new CommandError(EXIT.usage, '--batch-size: expected a whole number from 100 to 10000.');
  const result = options.offline
    ? await rotateOffline(options, terminal)
    : await rotateOnline(await connect(terminal, options), options, terminal);
  if (options.json) terminal.printJson(result);
  else terminal.print(`encrypted anew: ${result.successful} of ${result.total}`);
  if (result.failed > 0)
    throw new CommandError(EXIT.failed, `${result.failed} do not open with any key given; they were left.`);
}

async function rotateOnline(
  api: ApiClient,
  { batchSize }: RotateOptions,
  terminal: Terminal,
): Promise<Rotation> {
  const left = async () => keyState.parse(await api.call('GET', '/api/patchbay/keys')).under_former_keys;
  const total = await left();
  const bar = progressBar(terminal, total);
  const watch = setInterval(() => {
    // The rotation's own answer tells what went wrong.
    left().then(
      (now) => bar.show(total - now),
      () => {},
    );
  }, POLL_MS);
  try {
    const path = `/api/encrypted_saved_objects/_rotate_key?batch_size=${batchSize}`;
    return rotation.parse(await api.call('POST', path));
  } finally {
    clearInterval(watch);
    bar.end();
  }
}

async function rotateOffline(options: RotateOptions, terminal: Terminal): Promise<Rotation> {
  const [{ countSealed, rotateKeys }, { loadSettings }, { openDataVault }] = await Promise.all([
    import('@patchbay/engine/key-rotation'),
    import('@patchbay/engine/config'),
    import('../open-vault.ts'),
  ]);
  const { settings } = loadSettings({ files: configFiles(options), environment: terminal.environment });
  const folder = resolve(settings['path.data']);
  const store = await openOfflineStore(settings);
  try {
    const { vault } = await openDataVault(settings, store, folder);
    const bar = progressBar(terminal, (await countSealed(store, vault)).otherwise);
    try {
      return await rotateKeys({
        store,
        vault,
        log: { error: (message) => terminal.note(message) },
        batchSize: options.batchSize,
        onProgress: ({ successful, failed }) => bar.show(successful + failed),
      });
    } finally {
      bar.end();
    }
  } finally {
    await store.close();
  }
}

import { resolve } from 'node:path';
import type { Settings } from '@patchbay/engine/config';
import type { StoreAddress } from '@patchbay/engine/store';
import { type ConfigOptions, configFiles } from './config-files.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** The store that a server with these settings works on. */
export async function configuredStore(options: ConfigOptions, terminal: Terminal): Promise<StoreAddress> {
  const { parseStoreUrl } = await import('@patchbay/engine/store');
  const { settings, dataPath } = await settingsOf(options, terminal);
  return parseStoreUrl(settings['patchbay.store.url'], dataPath);
}

/** Settings, and the data folder. */
export async function settingsOf(
  options: ConfigOptions,
  { environment }: Terminal,
): Promise<{ settings: Settings; dataPath: string }> {
  const { loadSettings } = await import('@patchbay/engine/config');
  const { settings } = loadSettings({ files: configFiles(options), environment });
  return { settings, dataPath: resolve(settings['path.data']) };
}

/** Runs a command; a store that is not there or not to be reached has an exit code of its own. */
export async function explained(run: () => Promise<void>): Promise<void> {
  const { StoreMissingError, StoreUnreachableError } = await import('@patchbay/engine/errors');
  try {
    await run();
  } catch (error) {
    if (error instanceof StoreMissingError) throw new CommandError(EXIT.notFound, `${error.message}.`);
    if (error instanceof StoreUnreachableError) throw new CommandError(EXIT.noAccess, error.message);
    throw error;
  }
}

import { resolve } from 'node:path';
import type { Settings } from '@patchbay/engine/config';
import type { Store } from '@patchbay/engine/store';
import { CommandError, EXIT } from './exit-codes.ts';

/** The store that a server with these settings works on, for a command that goes without it. It makes none. */
export async function openOfflineStore(settings: Settings): Promise<Store> {
  const [{ StoreMissingError }, { openStore, parseStoreUrl }] = await Promise.all([
    import('@patchbay/engine/errors'),
    import('@patchbay/engine/store'),
  ]);
  try {
    const where = parseStoreUrl(settings['patchbay.store.url'], resolve(settings['path.data']));
    return await openStore(where, { mustExist: true });
  } catch (error) {
    if (!(error instanceof StoreMissingError)) throw error;
    throw new CommandError(
      EXIT.notFound,
      `${error.message}: see --config, PATH_DATA and PATCHBAY_STORE_URL.`,
    );
  }
}

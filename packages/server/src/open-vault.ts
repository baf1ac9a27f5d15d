import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '@patchbay/engine/config';
import type { Store } from '@patchbay/engine/store';
import { isVaultInUse, openVault, readOrCreateKeyFile, type Vault } from '@patchbay/engine/vault';

/** Opens the vault of a data folder, with the configured key or the one kept there. Throws `StartupError`. */
export async function openDataVault(
  settings: Settings,
  store: Store,
  dataPath: string,
): Promise<{ vault: Vault; newKeyFile: string | undefined }> {
  const key = await findKey(settings, store, join(dataPath, 'encryption.key'));
  try {
    const vault = await openVault({
      meta: store.meta,
      encryptionKey: key.encryptionKey,
      decryptionOnlyKeys: settings['xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys'],
    });
    return { vault, newKeyFile: key.newKeyFile };
  } catch (error) {
    // Another process has made the first key of a shared store meanwhile: this one is nobody's.
    if (key.newKeyFile !== undefined) rmSync(key.newKeyFile);
    throw error;
  }
}

async function findKey(
  settings: Settings,
  store: Store,
  path: string,
): Promise<{ encryptionKey: string; newKeyFile: string | undefined }> {
  const configured = settings['xpack.encryptedSavedObjects.encryptionKey'];
  if (configured !== undefined) return { encryptionKey: configured, newKeyFile: undefined };
  const { encryptionKey, isNew } = readOrCreateKeyFile(path, await isVaultInUse(store.meta));
  return { encryptionKey, newKeyFile: isNew ? path : undefined };
}

import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { StartupError } from '../errors/index.ts';

export interface KeyFile {
  encryptionKey: string;
  isNew: boolean;
}

/**
 * The key kept beside the database, generated (mode 0600) on the very first start. Throws `StartupError` when
 * secrets exist and their key is gone: a new one would not open them.
 */
export function readOrCreateKeyFile(path: string, isVaultInUse: boolean): KeyFile {
  if (existsSync(path)) return { encryptionKey: readFileSync(path, 'utf8').trim(), isNew: false };
  if (isVaultInUse) {
    throw new StartupError(
      `The encryption key is missing: ${path} does not exist and xpack.encryptedSavedObjects.encryptionKey is not set. ` +
        'The stored secrets need the key that they were encrypted with.',
    );
  }
  const encryptionKey = randomBytes(32).toString('base64url');
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${encryptionKey}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return { encryptionKey, isNew: true };
}

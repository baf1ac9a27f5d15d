import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { StartupError } from '../errors/index.ts';
import { writeNew } from '../files/index.ts';

/** As for a key in the settings. */
const MIN_LENGTH = 32;

export interface KeyFile {
  encryptionKey: string;
  isNew: boolean;
}

/**
 * The key kept beside the database, generated (mode 0600) on the very first start. Throws `StartupError` when
 * secrets exist and their key is gone: a new one would not open them; or when the file holds no key.
 */
export function readOrCreateKeyFile(path: string, isVaultInUse: boolean): KeyFile {
  if (existsSync(path)) return { encryptionKey: readKey(path), isNew: false };
  if (isVaultInUse) {
    throw new StartupError(
      `The encryption key is missing: ${path} does not exist and xpack.encryptedSavedObjects.encryptionKey is not set. ` +
        'The stored secrets need the key that they were encrypted with.',
    );
  }
  const encryptionKey = randomBytes(32).toString('base64url');
  // Half a key would be taken for one at the next start. And of two first starts in one folder both take the first key.
  const isNew = writeNew(path, `${encryptionKey}\n`);
  return isNew ? { encryptionKey, isNew } : { encryptionKey: readKey(path), isNew };
}

function readKey(path: string): string {
  const key = readFileSync(path, 'utf8').trim();
  if (key.length >= MIN_LENGTH) return key;
  throw new StartupError(
    `The encryption key in ${path} is damaged: expected at least ${MIN_LENGTH} characters. It was left as it is.`,
  );
}

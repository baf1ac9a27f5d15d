import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '@patchbay/kit';
import { StartupError } from '../errors/index.ts';
import { writeWhole } from '../files/index.ts';

/**
 * Settings kept apart from the configuration file, encrypted. Without a password the file protects from a glance, as
 * the reference's keystore does, and its mode (0600) from the rest; with one it cannot be read without it.
 */
export interface Keystore {
  /** Sorted. */
  list(): string[];
  values(): Record<string, string>;
  /** Adds or replaces; written when it returns. */
  add(key: string, value: string): void;
  /** False when there is no such key. */
  remove(key: string): boolean;
}

export const KEYSTORE_FILE = 'patchbay.keystore';

const FORMAT = 'patchbay keystore 1';
const ALGORITHM = 'aes-256-gcm';

interface Sealed {
  format: string;
  salt: string;
  nonce: string;
  tag: string;
  data: string;
}

/** Makes an empty keystore in place of whatever stands there. */
export function createKeystore(path: string, password = ''): Keystore {
  const keystore = keystoreOf(path, password, {});
  write(path, password, {});
  return keystore;
}

/** Throws `StartupError` when the file is missing, is no keystore, was changed, or has another password. */
export function openKeystore(path: string, password = ''): Keystore {
  return keystoreOf(path, password, read(path, password));
}

export function keystoreExists(path: string): boolean {
  return existsSync(path);
}

function keystoreOf(path: string, password: string, entries: Record<string, string>): Keystore {
  let values = entries;
  const replace = (next: Record<string, string>) => {
    write(path, password, next);
    values = next;
  };
  return {
    list: () => Object.keys(values).sort(),
    values: () => ({ ...values }),
    add: (key, value) => replace({ ...values, [key]: value }),
    remove(key) {
      if (!Object.hasOwn(values, key)) return false;
      const { [key]: _removed, ...rest } = values;
      replace(rest);
      return true;
    },
  };
}

function read(path: string, password: string): Record<string, string> {
  const sealed = sealedFrom(textOf(path));
  if (sealed?.format !== FORMAT) throw new StartupError(`${path} is no keystore.`);
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(password, sealed.salt), bytes(sealed.nonce), {
      authTagLength: 16,
    })
      .setAAD(Buffer.from(FORMAT))
      .setAuthTag(bytes(sealed.tag));
    return JSON.parse(
      Buffer.concat([decipher.update(bytes(sealed.data)), decipher.final()]).toString('utf8'),
    );
  } catch {
    // The cipher cannot tell another password from a changed file.
    throw new StartupError(
      `The keystore ${path} does not open: its password is another one (PATCHBAY_KEYSTORE_PASSWORD), or the file was changed.`,
    );
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StartupError(`The keystore ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** undefined: no JSON. What the parser says quotes the text, which may hold what somebody wanted to keep secret. */
function sealedFrom(text: string): Sealed | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function write(path: string, password: string, values: Record<string, string>): void {
  const salt = randomBytes(16).toString('base64');
  const nonce = randomBytes(12);
  const cipher = createCipheriv(ALGORITHM, keyOf(password, salt), nonce).setAAD(Buffer.from(FORMAT));
  const data = Buffer.concat([cipher.update(JSON.stringify(values), 'utf8'), cipher.final()]);
  const sealed: Sealed = {
    format: FORMAT,
    salt,
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
  writeWhole(path, `${JSON.stringify(sealed)}\n`);
}

function keyOf(password: string, salt: string): Buffer {
  return scryptSync(password, bytes(salt), 32, { N: 2 ** 14, r: 8, p: 1 });
}

const bytes = (base64: string) => Buffer.from(base64, 'base64');

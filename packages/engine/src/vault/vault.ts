import { randomBytes } from 'node:crypto';
import { InternalError, StartupError } from '../errors/index.ts';
import type { MetaStore } from '../store/index.ts';
import { type Cipher, createCipher } from './cipher.ts';

/** What a sealed value belongs to; not to be changed once used. It opens only where all of this is as it was when it was sealed. */
export interface Descriptor {
  type: string;
  id: string;
  spaceId: string;
  /** Attributes that must not be changed apart from the secret. */
  attributes: Record<string, unknown>;
}

export interface Vault {
  /** What everything begins with that is sealed under the primary key. */
  readonly prefix: string;
  /** Whether there are former keys, under which something may still be sealed. */
  readonly hasFormerKeys: boolean;
  seal(descriptor: Descriptor, value: unknown): string;
  /** Throws `InternalError` when the value does not open. */
  open(descriptor: Descriptor, sealed: string): unknown;
}

export interface VaultOptions {
  meta: MetaStore;
  encryptionKey: string;
  decryptionOnlyKeys: readonly string[];
}

const SALT = 'vault.salt';
const CHECK = 'vault.check';
const CHECK_TEXT = 'patchbay';

/** Whether secrets were ever sealed here, so that losing the key means losing them. */
export async function isVaultInUse(meta: MetaStore): Promise<boolean> {
  return (await meta.get(CHECK)) !== undefined;
}

/** Opens the vault. Throws `StartupError`, changing nothing, when no key given fits what is stored. */
export async function openVault({ meta, encryptionKey, decryptionOnlyKeys }: VaultOptions): Promise<Vault> {
  // Of two first starts on one store the first one's salt and key stand.
  const salt = Buffer.from(await meta.setOnce(SALT, randomBytes(16).toString('base64url')), 'base64url');
  const primary = createCipher(encryptionKey, salt);
  const check = await meta.setOnce(CHECK, primary.seal(CHECK_TEXT, CHECK));
  const former = lazily(() => decryptionOnlyKeys.map((key) => createCipher(key, salt)));
  if (!opens(primary, check) && !former().some((cipher) => opens(cipher, check))) {
    throw new StartupError(
      'The encryption key is not the one that the stored secrets were encrypted with. Nothing was changed. ' +
        'Set xpack.encryptedSavedObjects.encryptionKey to the former key, or name the former key in ' +
        'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys.',
    );
  }
  if (!opens(primary, check)) await meta.set(CHECK, primary.seal(CHECK_TEXT, CHECK));
  return {
    prefix: primary.prefix,
    hasFormerKeys: decryptionOnlyKeys.length > 0,
    seal: (descriptor, value) => primary.seal(JSON.stringify(value), associatedData(descriptor)),
    open: (descriptor, sealed) => open(primary, former, descriptor, sealed),
  };
}

function open(primary: Cipher, former: () => Cipher[], descriptor: Descriptor, sealed: string): unknown {
  const data = associatedData(descriptor);
  const text = tryOpen(primary, sealed, data) ?? firstOpen(former(), sealed, data);
  if (text !== undefined) return JSON.parse(text);
  throw new InternalError(
    `Unable to decrypt attribute "secrets" of saved object "${descriptor.type},${descriptor.id}"`,
  );
}

function firstOpen(ciphers: Cipher[], sealed: string, data: string): string | undefined {
  for (const cipher of ciphers) {
    const text = tryOpen(cipher, sealed, data);
    if (text !== undefined) return text;
  }
  return undefined;
}

function tryOpen(cipher: Cipher, sealed: string, data: string): string | undefined {
  try {
    return cipher.open(sealed, data);
  } catch {
    // Another key, other associated data, or tampering: the cipher cannot tell them apart, nor need we.
    return undefined;
  }
}

function opens(cipher: Cipher, check: string): boolean {
  return tryOpen(cipher, check, CHECK) === CHECK_TEXT;
}

/** Stable text: attributes sorted by key at every depth. */
function associatedData(descriptor: Descriptor): string {
  // Those of the params of a delivery are used once: to keep their texts costs more than to make them.
  return isShort(descriptor.attributes) ? textOf(descriptor) : keptText(descriptor);
}

function isShort(attributes: Descriptor['attributes']): boolean {
  const values = Object.values(attributes);
  return values.length < 2 && typeof values[0] !== 'object';
}

function keptText(descriptor: Descriptor): string {
  const known = texts.get(descriptor);
  if (known !== undefined) return known;
  const text = textOf(descriptor);
  texts.set(descriptor, text);
  return text;
}

function textOf({ type, id, spaceId, attributes }: Descriptor): string {
  return JSON.stringify([type, id, spaceId, isShort(attributes) ? attributes : sorted(attributes)]);
}

const texts = new WeakMap<Descriptor, string>();

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

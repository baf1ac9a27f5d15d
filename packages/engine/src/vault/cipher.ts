import { createCipheriv, createDecipheriv, createHash, createSecretKey, scryptSync } from 'node:crypto';
import { randomPieces } from '../random/index.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const FORMAT = 'v1';

/** Sealed text: `v1.<key id>.<base64url of nonce, ciphertext, tag>`. */
export interface Cipher {
  /** What every text begins with that this key sealed: format and key id, which does not tell the key. */
  readonly prefix: string;
  seal(plaintext: string, associatedData: string): string;
  /** Throws when the text was sealed with another key or other associated data, or was changed. */
  open(sealed: string, associatedData: string): string;
}

/** Whether a text has the form of a sealed one; by which key it was sealed, and whether it opens, is another question. */
export function isSealed(text: string): boolean {
  const [format, keyId = '', body = '', ...rest] = text.split('.');
  if (format !== FORMAT || !/^[\w-]{8}$/.test(keyId) || rest.length > 0) return false;
  const bytes = Buffer.from(body, 'base64url');
  return bytes.length >= NONCE_BYTES + TAG_BYTES && bytes.toString('base64url') === body;
}

/** AES-256-GCM under a key derived, once, from the configured one and the installation's salt. */
export function createCipher(encryptionKey: string, salt: Buffer): Cipher {
  const bytes = scryptSync(encryptionKey, salt, KEY_BYTES, { N: 2 ** 14, r: 8, p: 1 });
  const keyId = createHash('sha256').update('patchbay key id').update(bytes).digest('base64url').slice(0, 8);
  // A key object once: handing over raw bytes costs several times the decryption of a short secret.
  const key = createSecretKey(bytes);
  const prefix = `${FORMAT}.${keyId}.`;
  const nextNonce = randomPieces(NONCE_BYTES);
  return {
    prefix,
    seal(plaintext, associatedData) {
      const nonce = nextNonce();
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(associatedData));
      const parts = [nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return prefix + Buffer.concat(parts).toString('base64url');
    },
    open(sealed, associatedData) {
      if (!sealed.startsWith(prefix)) throw new Error('sealed with another key');
      const body = sealed.slice(prefix.length);
      const sealedBytes = Buffer.from(body, 'base64url');
      // The decoder passes over what it does not know, and over the last bits.
      if (sealedBytes.toString('base64url') !== body) throw new Error('changed since it was sealed');
      const nonce = sealedBytes.subarray(0, NONCE_BYTES);
      const tag = sealedBytes.subarray(-TAG_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(associatedData))
        .setAuthTag(tag);
      const text = decipher.update(sealedBytes.subarray(NONCE_BYTES, -TAG_BYTES));
      // In this mode nothing is left for the end, where the tag is checked.
      decipher.final();
      return text.toString('utf8');
    },
  };
}

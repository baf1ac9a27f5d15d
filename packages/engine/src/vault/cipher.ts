import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const FORMAT = 'v1';

/** Sealed text: `v1.<key id>.<base64url of nonce, ciphertext, tag>`. */
export interface Cipher {
  /** Tells whose key sealed a text, without telling the key. */
  readonly keyId: string;
  seal(plaintext: string, associatedData: string): string;
  /** Throws when the text was sealed with another key or other associated data, or was changed. */
  open(sealed: string, associatedData: string): string;
}

/** AES-256-GCM under a key derived, once, from the configured one and the installation's salt. */
export function createCipher(encryptionKey: string, salt: Buffer): Cipher {
  const key = scryptSync(encryptionKey, salt, KEY_BYTES, { N: 2 ** 14, r: 8, p: 1 });
  const keyId = createHash('sha256').update('patchbay key id').update(key).digest('base64url').slice(0, 8);
  return {
    keyId,
    seal(plaintext, associatedData) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(associatedData));
      const parts = [nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return [FORMAT, keyId, Buffer.concat(parts).toString('base64url')].join('.');
    },
    open(sealed, associatedData) {
      const [format, sealedWith, body] = sealed.split('.');
      if (format !== FORMAT || sealedWith !== keyId || body === undefined)
        throw new Error('sealed with another key');
      const bytes = Buffer.from(body, 'base64url');
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const tag = bytes.subarray(-TAG_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(associatedData))
        .setAuthTag(tag);
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
      return text + decipher.final('utf8');
    },
  };
}

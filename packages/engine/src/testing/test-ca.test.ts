import { createSecureContext } from 'node:tls';
import { expect, it } from 'vitest';
import { testCa } from './test-ca.ts';

it('issues certificates that Node takes, as PEM, with an encrypted key and as PKCS#12', () => {
  const { cert, key, toPfx, toEncryptedKey } = testCa().issue();
  expect(() => createSecureContext({ cert, key })).not.toThrow();
  expect(() => createSecureContext({ cert, key: toEncryptedKey('open'), passphrase: 'open' })).not.toThrow();
  expect(() => createSecureContext({ pfx: toPfx('open'), passphrase: 'open' })).not.toThrow();
  expect(() => createSecureContext({ pfx: toPfx('open'), passphrase: 'wrong' })).toThrow();
});

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { messageOf } from '../errors.ts';

export interface AssertionClaims {
  /** Left out: nobody but the issuer. */
  subject?: string;
  audience: string;
  issuer: string;
  keyId: string | undefined;
  /** For services that want it here, not in the form. */
  scope?: string;
  issuedAt: Date;
}

export interface SigningKey {
  /** In PEM: PKCS#1 or PKCS#8, encrypted or not. */
  privateKey: string;
  /** null or empty: the key is not encrypted. */
  password: string | null;
}

const LIFETIME_S = 3600;

/** A JWT that says who asks, signed with RS256. https://www.rfc-editor.org/rfc/rfc7523#section-3. Throws `Error`. */
export async function signAssertion(claims: AssertionClaims, key: SigningKey): Promise<string> {
  try {
    const issuedAt = Math.floor(claims.issuedAt.getTime() / 1000);
    const privateKey = openRsaKey(key);
    // Only now: most processes never sign one.
    const { SignJWT } = await import('jose');
    return await new SignJWT({
      sub: claims.subject,
      aud: claims.audience,
      iss: claims.issuer,
      scope: claims.scope,
      iat: issuedAt,
      exp: issuedAt + LIFETIME_S,
    })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(claims.keyId !== undefined && { kid: claims.keyId }),
      })
      .sign(privateKey);
  } catch (cause) {
    throw new Error(`Unable to generate JWT token. Error: ${messageOf(cause)}`, { cause });
  }
}

/** Throws with a text that quotes nothing of the key. */
export function openPrivateKey({ privateKey, password }: SigningKey): KeyObject {
  try {
    return createPrivateKey({ key: privateKey, ...(password && { passphrase: password }) });
  } catch {
    // Not passed on as the cause: what OpenSSL says may quote what it read.
    throw new Error('the private key is no key in PEM that its password opens');
  }
}

function openRsaKey(signing: SigningKey): KeyObject {
  const key = openPrivateKey(signing);
  if (key.asymmetricKeyType !== 'rsa') throw new Error('the private key is no RSA key');
  return key;
}

import { randomUUID, X509Certificate } from 'node:crypto';
import { messageOf } from '../errors.ts';
import { openPrivateKey } from './jwt-assertion.ts';

/** A key pair by which a client proves itself, and how the token endpoint is told which one it is. */
export interface ClientAssertionKey {
  tokenUrl: string;
  clientId: string;
  algorithm: 'PS256' | 'RS256' | 'ES256';
  /** By the certificate's thumbprint, by the certificate itself, or by an id. */
  certificateBinding: 'x5t#S256' | 'x5c' | 'kid';
  /** PEM. */
  certificate?: string | undefined;
  keyId?: string | undefined;
  /** PEM. */
  privateKey: string;
  passphrase?: string | undefined;
}

const LIFETIME_S = 600;

/** The fields of a token request that prove the client. https://www.rfc-editor.org/rfc/rfc7523#section-2.2. Throws `Error`. */
export async function clientAssertion(key: ClientAssertionKey, now: Date): Promise<Record<string, string>> {
  const { tokenUrl, clientId, algorithm, privateKey, passphrase } = key;
  const issuedAt = Math.floor(now.getTime() / 1000);
  try {
    const opened = openPrivateKey({ privateKey, password: passphrase ?? null });
    const named = nameOf(key);
    // Only now: most processes never sign one.
    const { SignJWT } = await import('jose');
    const assertion = await new SignJWT({
      iss: clientId,
      sub: clientId,
      aud: tokenUrl,
      jti: randomUUID(),
      iat: issuedAt,
      exp: issuedAt + LIFETIME_S,
    })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...named })
      .sign(opened);
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
  } catch (cause) {
    throw new Error(`Unable to generate JWT token. Error: ${messageOf(cause)}`, { cause });
  }
}

function nameOf({ certificateBinding, certificate, keyId }: ClientAssertionKey): Record<string, unknown> {
  if (certificateBinding === 'kid') {
    if (!keyId) throw new Error('keyId is needed');
    return { kid: keyId };
  }
  if (!certificate) throw new Error('certificate is needed');
  const { raw, fingerprint256 } = new X509Certificate(certificate);
  if (certificateBinding === 'x5c') return { x5c: [raw.toString('base64')] };
  return { 'x5t#S256': Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url') };
}

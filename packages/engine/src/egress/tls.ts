import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import type { TlsOptions } from '@patchbay/kit';

/**
 * One set of options from several, the first one that says something winning: verification mode, CA and the client's
 * identity each on their own. Certificate, key, PFX and passphrase go together.
 */
export function mergeTls(...layers: readonly (TlsOptions | undefined)[]): TlsOptions {
  const identity = layers.find((layer) => layer?.cert ?? layer?.key ?? layer?.pfx);
  return {
    verificationMode: layers.find((layer) => layer?.verificationMode)?.verificationMode,
    ca: layers.find((layer) => layer?.ca)?.ca,
    cert: identity?.cert,
    key: identity?.key,
    pfx: identity?.pfx,
    passphrase: identity?.passphrase,
  };
}

/** In the words of Node's TLS. */
export function nodeTls({ verificationMode = 'full', ...parts }: TlsOptions): ConnectionOptions {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, toBuffer(value)])),
    rejectUnauthorized: verificationMode !== 'none',
    ...(verificationMode !== 'full' && { checkServerIdentity: () => undefined }),
  };
}

/** A name for the options that tells none of them. */
export function tlsDigest(tls: TlsOptions): string {
  const hash = createHash('sha256');
  for (const value of [tls.verificationMode, tls.ca, tls.cert, tls.key, tls.pfx, tls.passphrase]) {
    hash.update(value === undefined ? '-' : `${value.length}:`).update(value ?? '');
  }
  return hash.digest('base64url');
}

/** Node takes buffers, not every array of bytes. */
function toBuffer(value: string | Uint8Array): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value);
}

import { z } from 'zod';
import { clientWith, type TlsOptions } from '../../http/index.ts';
import { defineAuthType } from './auth-type.ts';
import { encodedTrust, secret } from './field.ts';

const passphrase = z.string().optional().meta({ title: 'Passphrase', sensitive: true });

/** The client shows a certificate. Files are kept as base64. */
export const crtCertificate = defineAuthType({
  id: 'crt_certificate',
  title: 'Client certificate',
  fields: z.strictObject({
    crt: secret('Certificate (base64 of PEM)'),
    key: secret('Key (base64 of PEM)'),
    passphrase,
    ...encodedTrust,
  }),
  client: ({ http, secrets: { crt, key, ...given } }) =>
    clientWith(http, { tls: { cert: decoded(crt), key: decoded(key), ...commonOf(given) } }),
});

export const PFX = 'pfx_certificate';

export const pfxCertificate = defineAuthType({
  id: PFX,
  title: 'Client certificate (PKCS#12)',
  fields: z.strictObject({
    pfx: secret('Certificate and key (base64 of PKCS#12)'),
    passphrase,
    ...encodedTrust,
  }),
  client: ({ http, secrets: { pfx, ...given } }) =>
    clientWith(http, { tls: { pfx: decoded(pfx), ...commonOf(given) } }),
});

interface Common {
  passphrase?: string | undefined;
  ca?: string | undefined;
  verificationMode?: TlsOptions['verificationMode'];
}

function commonOf({ passphrase, ca, verificationMode }: Common): TlsOptions {
  return { passphrase: passphrase || undefined, ca: ca ? decoded(ca) : undefined, verificationMode };
}

function decoded(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}

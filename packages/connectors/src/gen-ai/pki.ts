import { createSecureContext } from 'node:tls';
import { messageOf, type TlsOptions } from '@patchbay/kit';
import type { Config, Secrets } from './schema.ts';

/**
 * What the connector says of TLS, for services that ask for a client certificate or have an authority of their own;
 * undefined: nothing. Throws where the files are none that TLS can use.
 */
export function pkiTls(config: Config, secrets: Secrets): TlsOptions | undefined {
  if (config.apiProvider !== 'Other') return undefined;
  const { verificationMode } = config;
  const { certificateData, privateKeyData, caData } = secrets;
  const ca = wrapped(pemOf(caData));
  if (certificateData === undefined) return ca === undefined ? undefined : usable({ verificationMode, ca });
  const [cert, key] = [wrapped(pemOf(certificateData)), wrapped(pemOf(privateKeyData))];
  if (cert === undefined) throw new Error('No certificate data provided');
  if (key === undefined) throw new Error('No private key data provided');
  return usable({ verificationMode, cert, key, ca });
}

/** The text of a PEM file that is kept as base64; undefined: there is none. */
export function pemOf(data: string | undefined): string | undefined {
  return Buffer.from(data ?? '', 'base64').toString('utf8') || undefined;
}

/** Each PEM block of a text with lines of 64 characters, as TLS reads it, whatever became of its line breaks. */
function wrapped(text: string | undefined): string | undefined {
  return text?.replace(
    /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/g,
    (_, label: string, content: string) => {
      const lines = content.replace(/\s/g, '').match(/.{1,64}/g) ?? [];
      return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
    },
  );
}

interface Pem {
  verificationMode: TlsOptions['verificationMode'];
  ca: string | undefined;
  cert?: string;
  key?: string;
}

function usable({ verificationMode, ...files }: Pem): TlsOptions {
  try {
    createSecureContext(files);
  } catch (cause) {
    throw new Error(`Invalid or inaccessible PKI certificates: ${messageOf(cause)}`, { cause });
  }
  return { verificationMode, ...files };
}

import { ensureAllowed, ensureHttpUrl, type ValidationContext } from '@patchbay/kit';
import { pemOf } from './pki.ts';
import type { Config, Secrets } from './schema.ts';

/** The schema has seen to the provider. */
export function validateConfig({ apiUrl }: Config, { allowedHosts }: ValidationContext): void {
  try {
    ensureHttpUrl(apiUrl);
    ensureAllowed(apiUrl, allowedHosts, 'error validating url');
  } catch (cause) {
    throw new Error(`Error configuring OpenAI action: ${cause}`, { cause });
  }
}

/** The texts are the reference's. */
export function validateSecrets({ apiKey, certificateData, privateKeyData, caData }: Secrets): void {
  if (certificateData === undefined) {
    if (!apiKey) throw new Error('[apiKey]: expected value of type [string] but got [undefined]');
    if (privateKeyData !== undefined) throw new Error('Certificate data must be provided for PKI');
  } else if (privateKeyData === undefined) {
    throw new Error('Private key data must be provided for PKI');
  }
  ensurePem(certificateData, 'Certificate', 'certificate', ['CERTIFICATE']);
  ensurePem(privateKeyData, 'Private key', 'private key', ['PRIVATE KEY', 'RSA PRIVATE KEY']);
  ensurePem(caData, 'CA certificate', 'certificate', ['CERTIFICATE']);
}

function ensurePem(data: string | undefined, what: string, kind: string, labels: string[]): void {
  const text = pemOf(data);
  const beginnings = labels.map((label) => `-----BEGIN ${label}-----`);
  if (text === undefined || beginnings.some((beginning) => text.includes(beginning))) return;
  const named = beginnings.map((beginning) => `"${beginning}"`).join(' or ');
  throw new Error(
    `Invalid ${what} data file format: The file must be a PEM-encoded ${kind} beginning with ${named}.`,
  );
}

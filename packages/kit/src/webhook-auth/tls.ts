import type { TlsOptions } from '../http/index.ts';
import { usesOauth, usesSsl } from './auth-type.ts';
import type { WebhookAuth, WebhookCredentials } from './schema.ts';

/** What the connector says of TLS; undefined: nothing, as with OAuth always. Files are kept as base64. */
export function webhookTls(config: WebhookAuth, secrets: WebhookCredentials): TlsOptions | undefined {
  if (usesOauth(config)) return undefined;
  const { verificationMode, ca } = config;
  const identity = usesSsl(config) ? clientIdentity(secrets) : undefined;
  if (verificationMode === undefined && !ca && identity === undefined) return undefined;
  return { verificationMode, ca: decoded(ca), ...identity };
}

/** The password, beside a certificate, is the passphrase of its key. */
function clientIdentity({ crt, key, pfx, password }: WebhookCredentials): TlsOptions | undefined {
  const passphrase = password || undefined;
  if (pfx) return { pfx: Buffer.from(pfx, 'base64'), passphrase };
  return crt && key ? { cert: decoded(crt), key: decoded(key), passphrase } : undefined;
}

function decoded(base64: string | undefined): Uint8Array | undefined {
  return base64 ? Buffer.from(base64, 'base64') : undefined;
}

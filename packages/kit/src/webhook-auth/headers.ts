import { basicAuth, mergeHeaders } from '../http/index.ts';
import { usesBasic } from './auth-type.ts';
import type { WebhookAuth, WebhookCredentials } from './schema.ts';

/**
 * The headers that authenticate a request, around those of the config. Later ones win: basic auth, config headers, secret
 * headers. With OAuth: config headers, then the token; secret headers are not sent.
 */
export function webhookHeaders(
  config: WebhookAuth & { headers: Record<string, string> | null },
  secrets: WebhookCredentials,
  oauthHeader?: string,
): Record<string, string> {
  return mergeHeaders(
    basicHeader(config, secrets),
    config.headers,
    oauthHeader === undefined ? secrets.secretHeaders : { Authorization: oauthHeader },
  );
}

/** Names of headers that stay behind when a redirect leads elsewhere. */
export function sensitiveHeaders({ secretHeaders }: WebhookCredentials): string[] {
  return Object.keys(secretHeaders ?? {});
}

/** Where a half is missing the request goes without. */
function basicHeader(
  config: WebhookAuth,
  { user, password }: WebhookCredentials,
): Record<string, string> | undefined {
  if (!usesBasic(config) || user === null || password === null) return undefined;
  return { Authorization: basicAuth({ user, password }) };
}

import type { ValidationContext } from '../action-context.ts';
import { ensureAllowed } from '../service/index.ts';
import { parseAdditionalFields } from './additional-fields.ts';
import { OAUTH } from './auth-type.ts';
import type { WebhookAuth } from './schema.ts';

/** Where the types of the family differ. */
interface Differences {
  /** What `additionalFields` must be. */
  additionalFields?: string;
  /** Whether the host that tokens come from must be an allowed one to save the connector. A run asks always. */
  checksTokenHost?: boolean;
}

/**
 * The checks past the schema, in the reference's order: the first that fails is the answer. `prefix` stands before each
 * text; where nothing is said of differences they are `.webhook`'s.
 */
export function validateWebhookAuth(
  config: WebhookAuth,
  { allowedHosts, settings }: ValidationContext,
  prefix: string,
  { additionalFields = 'a non-empty JSON object.', checksTokenHost = true }: Differences = {},
): void {
  const refuse = (reason: string): never => {
    throw new Error(`${prefix}: ${reason}`);
  };
  if (config.authType && !config.hasAuth) refuse('authType must be null or undefined if hasAuth is false');
  if (config.certType === 'ssl-pfx' && !settings.webhook.ssl.pfx.enabled)
    refuse('certType "ssl-pfx" is disabled');
  if (config.additionalFields && parseAdditionalFields(config.additionalFields) === undefined)
    refuse(`additionalFields must be ${additionalFields}`);
  if (config.authType === OAUTH) {
    const { accessTokenUrl, clientId } = config;
    const missing = [
      ...(accessTokenUrl ? [] : ['Access Token URL (accessTokenUrl)']),
      ...(clientId ? [] : ['Client ID (clientId)']),
    ];
    if (missing.length > 0) refuse(`missing ${missing.join(', ')} fields`);
    if (checksTokenHost) ensureCallable(accessTokenUrl ?? '', allowedHosts, prefix);
  }
}

/** Refuses a URL that is none, or whose host is not allowed. */
export function ensureCallable(
  url: string,
  allowedHosts: ValidationContext['allowedHosts'],
  prefix: string,
): void {
  if (!URL.canParse(url)) throw new Error(`${prefix}: unable to parse url: TypeError: Invalid URL`);
  ensureAllowed(url, allowedHosts, prefix);
}

import { messageOf, type ValidationContext } from '@patchbay/kit';
import { parseAdditionalFields } from './additional-fields.ts';
import { type Config, OAUTH } from './schema.ts';

/** The checks past the schema, in the reference's order: the first that fails is the answer. */
export function validateConfig(config: Config, { allowedHosts, settings }: ValidationContext): void {
  ensureCallable(config.url, allowedHosts);
  if (config.authType && !config.hasAuth) refuse('authType must be null or undefined if hasAuth is false');
  if (config.certType === 'ssl-pfx' && !settings.webhook.ssl.pfx.enabled)
    refuse('certType "ssl-pfx" is disabled');
  if (config.additionalFields && parseAdditionalFields(config.additionalFields) === undefined)
    refuse('additionalFields must be a non-empty JSON object.');
  if (config.authType === OAUTH) validateOauth(config, allowedHosts);
}

function validateOauth(
  { accessTokenUrl, clientId }: Config,
  allowedHosts: ValidationContext['allowedHosts'],
): void {
  const missing = [
    ...(accessTokenUrl ? [] : ['Access Token URL (accessTokenUrl)']),
    ...(clientId ? [] : ['Client ID (clientId)']),
  ];
  if (missing.length > 0) refuse(`missing ${missing.join(', ')} fields`);
  ensureCallable(accessTokenUrl ?? '', allowedHosts);
}

function ensureCallable(url: string, allowedHosts: ValidationContext['allowedHosts']): void {
  if (!URL.canParse(url)) refuse('unable to parse url: TypeError: Invalid URL');
  try {
    allowedHosts.ensureUrlAllowed(url);
  } catch (cause) {
    refuse(messageOf(cause), cause);
  }
}

function refuse(reason: string, cause?: unknown): never {
  throw new Error(`error validation webhook action config: ${reason}`, { cause });
}

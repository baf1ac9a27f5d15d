import { ensureAllowed, messageOf, OAUTH, type ValidationContext } from '@patchbay/kit';
import type { Config, Secrets } from './schema.ts';

const PREFIX = 'error configuring cases webhook action';

/** The checks past the schema. URLs are looked at as they are written, variables and all. */
export function validateConfig(config: Config, { allowedHosts }: ValidationContext): void {
  if (config.authType === OAUTH) {
    throw new Error('OAuth2 authentication is not supported for cases webhook connector');
  }
  const urls = [
    config.createIncidentUrl,
    config.createCommentUrl,
    config.viewIncidentUrl,
    config.getIncidentUrl,
    config.updateIncidentUrl,
  ];
  for (const url of urls) {
    if (!url) continue;
    ensureParses(url);
    ensureAllowed(url, allowedHosts, PREFIX);
  }
}

function ensureParses(url: string): void {
  try {
    new URL(url);
  } catch (error) {
    throw new Error(`${PREFIX}: unable to parse ${url}: ${messageOf(error)}`, { cause: error });
  }
}

/** Judged on the secrets as a caller gave them: once they are parsed, missing ones are null. */
export function validateConnector({
  config,
  secrets,
  givenSecrets = secrets,
}: {
  config: Config;
  secrets: Secrets;
  givenSecrets?: unknown;
}): void {
  if (config.hasAuth && Object.keys(givenSecrets ?? {}).length === 0) {
    throw new Error('must specify a secrets configuration');
  }
}

import { ensureAllowed, type ValidationContext, validateWebhookAuth } from '@patchbay/kit';
import type { Config, Params, Secrets } from './schema.ts';

const PREFIX = 'error validation http action config';

/** The checks past the schema: the first that fails is the answer. */
export function validateConfig(config: Config, context: ValidationContext): void {
  ensureAllowed(config.url, context.allowedHosts, PREFIX);
  if (config.proxyUrl !== null) ensureAllowed(config.proxyUrl, context.allowedHosts, PREFIX);
  validateWebhookAuth(config, context, PREFIX, {
    additionalFields: 'a valid JSON object',
    checksTokenHost: false,
  });
}

export function validateSecrets({ proxyUsername, proxyPassword }: Secrets): void {
  if (Boolean(proxyUsername) !== Boolean(proxyPassword)) {
    throw new Error('proxyUsername and proxyPassword must both be provided, or neither');
  }
}

export function validateConnector({ config, secrets }: { config: Config; secrets: Secrets }): void {
  if (!config.hasProxyAuth) return;
  if (config.proxyUrl === null) {
    throw new Error('proxyUrl is required when proxy authentication is enabled');
  }
  if (!secrets.proxyUsername || !secrets.proxyPassword) {
    throw new Error('proxyUsername and proxyPassword are required when proxy authentication is enabled');
  }
}

export function validateParams({ url }: Params, { allowedHosts }: ValidationContext): void {
  if (url !== undefined) ensureAllowed(url, allowedHosts, 'error validation http action params');
}

import { basicAuth, mergeHeaders } from '@patchbay/kit';
import type { Config, Secrets } from './schema.ts';

const API_KEY = '{{apiKey}}';

/** The headers that nobody else may see: those of the authentication, and the secret ones, which win. */
export function credentials(config: Config, secrets: Secrets): Record<string, string> {
  return config.hasAuth ? mergeHeaders(authHeader(config, secrets), secrets.secretHeaders) : {};
}

function authHeader(
  { authType, apiKeyHeaderName = 'X-API-Key', apiKeyHeaderValue = API_KEY }: Config,
  { token, apiKey, user, password }: Secrets,
): Record<string, string> {
  if (authType === 'bearer' && token) return { Authorization: `Bearer ${token}` };
  if (authType === 'apiKey' && apiKey) {
    return { [apiKeyHeaderName]: apiKeyHeaderValue.replaceAll(API_KEY, () => apiKey) };
  }
  if (authType === 'basic' && user && password) return { Authorization: basicAuth({ user, password }) };
  return {};
}

import { basicAuth, type HttpMethod, type HttpOptions, jsonText, mergeHeaders } from '@patchbay/kit';
import { BASIC, type Config, type Secrets } from './schema.ts';
import { toTls } from './tls.ts';

export interface WebhookRequest {
  method: HttpMethod;
  options: HttpOptions;
}

/**
 * The one request of a run. Later headers win: basic auth, config headers, secret headers. With OAuth: config headers,
 * then the token; secret headers are not sent.
 */
export function toRequest(
  config: Config,
  secrets: Secrets,
  body: string | undefined,
  oauthHeader?: string,
): WebhookRequest {
  const method = config.method.toUpperCase() as HttpMethod;
  const carriesBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const headers = mergeHeaders(
    // What the reference's client puts on a body that has no content type of its own.
    carriesBody ? { 'Content-Type': 'application/x-www-form-urlencoded' } : undefined,
    basicHeader(config, secrets),
    config.headers,
    oauthHeader === undefined ? secrets.secretHeaders : { Authorization: oauthHeader },
  );
  const sensitiveHeaders = Object.keys(secrets.secretHeaders ?? {});
  const options = { headers, sensitiveHeaders, tls: toTls(config, secrets) };
  if (!carriesBody || body === undefined || body === '') return { method, options };
  return { method, options: { ...options, text: isJson(headers) ? jsonText(body) : body } };
}

function basicHeader(config: Config, { user, password }: Secrets): Record<string, string> | undefined {
  const isBasic = config.hasAuth && (config.authType ?? BASIC) === BASIC;
  if (!isBasic || user === null || password === null) return undefined;
  return { Authorization: basicAuth({ user, password }) };
}

function isJson(headers: Record<string, string>): boolean {
  return Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.includes('application/json'),
  );
}

import {
  type HttpMethod,
  type HttpOptions,
  jsonText,
  mergeHeaders,
  sensitiveHeaders,
  webhookHeaders,
  webhookTls,
} from '@patchbay/kit';
import type { Config, Secrets } from './schema.ts';

export interface WebhookRequest {
  method: HttpMethod;
  options: HttpOptions;
}

/** The one request of a run. */
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
    webhookHeaders(config, secrets, oauthHeader),
  );
  const options = {
    headers,
    sensitiveHeaders: sensitiveHeaders(secrets),
    tls: webhookTls(config, secrets),
  };
  if (!carriesBody || body === undefined || body === '') return { method, options };
  return { method, options: { ...options, text: isJson(headers) ? jsonText(body) : body } };
}

function isJson(headers: Record<string, string>): boolean {
  return Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.includes('application/json'),
  );
}

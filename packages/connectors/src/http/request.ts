import {
  type HttpMethod,
  type HttpOptions,
  mergeHeaders,
  type ProxyOptions,
  sensitiveHeaders,
  type TlsOptions,
  webhookHeaders,
  webhookTls,
} from '@patchbay/kit';
import { toMultipart } from './multipart.ts';
import type { Config, Params, Secrets } from './schema.ts';
import { toTarget } from './target.ts';

export interface HttpCall {
  method: HttpMethod;
  url: string;
  options: HttpOptions;
}

/** The one request of a run. Of headers of one name the run's wins. */
export function toCall(config: Config, secrets: Secrets, params: Params, oauthHeader?: string): HttpCall {
  const { method, fetcher = {} } = params;
  const { url, secretParameters } = toTarget(config, secrets, params);
  const { max_content_length: maxBytes, follow_redirects: followsRedirects = true } = fetcher;
  const redirects = followsRedirects ? fetcher.max_redirects : 0;
  return {
    method,
    url,
    options: {
      ...content(params, headersOf(config, secrets, params, oauthHeader)),
      sensitiveHeaders: sensitiveHeaders(secrets),
      sensitiveQuery: secretParameters,
      maxRequestBytes: maxBytes,
      maxResponseBytes: maxBytes,
      ...(redirects !== undefined && { maxRedirects: Math.max(0, redirects) }),
      keepAlive: fetcher.keep_alive,
      proxy: proxyOf(config, secrets),
      tls: tlsOf(config, secrets, fetcher.skip_ssl_verification),
    },
  };
}

function headersOf(
  config: Config,
  secrets: Secrets,
  { method, headers }: Params,
  oauthHeader: string | undefined,
): Record<string, string> {
  const carriesForm = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return mergeHeaders(
    // What the reference's client puts on a request that has no content type of its own.
    carriesForm ? { 'Content-Type': 'application/x-www-form-urlencoded' } : undefined,
    webhookHeaders(config, secrets, oauthHeader),
    headers,
  );
}

/** Sent with every method that is given one. Whoever sends a form leaves its content type to us, who know the boundary. */
function content(
  { body, form_data: parts }: Params,
  headers: Record<string, string>,
): Pick<HttpOptions, 'headers' | 'text' | 'bytes'> {
  if (parts !== undefined) {
    const { contentType, bytes } = toMultipart(parts);
    return { headers: mergeHeaders(headers, { 'Content-Type': contentType }), bytes };
  }
  if (body === undefined || body === '') return { headers };
  return { headers, text: typeof body === 'string' ? body : jsonOf(body) };
}

function jsonOf(body: object): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new Error(`Error serializing request body: ${cause}`, { cause });
  }
}

function proxyOf(
  { proxyUrl, proxyVerificationMode = 'full', hasProxyAuth }: Config,
  { proxyUsername, proxyPassword }: Secrets,
): ProxyOptions | undefined {
  if (proxyUrl === null) return undefined;
  const credentials = hasProxyAuth
    ? { user: proxyUsername ?? undefined, password: proxyPassword ?? undefined }
    : undefined;
  return { url: proxyUrl, verificationMode: proxyVerificationMode, ...credentials };
}

function tlsOf(config: Config, secrets: Secrets, takesAny: boolean | undefined): TlsOptions | undefined {
  const tls = webhookTls(config, secrets);
  return takesAny ? { ...tls, verificationMode: 'none' } : tls;
}

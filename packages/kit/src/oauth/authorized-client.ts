import { RunError } from '../errors.ts';
import {
  type HttpClient,
  type HttpMethod,
  type HttpOptions,
  HttpStatusError,
  mergeHeaders,
} from '../http/index.ts';
import { type AuthorizationCodeContext, authorizationCodeToken } from './authorization-code.ts';
import type { AuthorizationSettings } from './authorization-settings.ts';

/**
 * The run's HTTP client with the connector's token on every request. A request that is answered with 401 is repeated
 * once, with a refreshed token. Requests throw `RunError` where a user has yet to authorize.
 */
export function authorizedClient(
  settings: AuthorizationSettings,
  context: AuthorizationCodeContext,
): HttpClient {
  const { http } = context;

  async function attempt<Answer>(
    options: HttpOptions,
    send: (options: HttpOptions) => Promise<Answer>,
  ): Promise<Answer> {
    const token = await authorizationCodeToken(settings, context);
    if (token === undefined) {
      const text = 'No access token available. User must complete OAuth authorization flow.';
      throw new RunError(text, { source: 'user' });
    }
    try {
      return await send(withToken(options, token));
    } catch (error) {
      if (!(error instanceof HttpStatusError) || error.response.status !== 401) throw error;
      // What has been streamed is gone.
      if (options.stream !== undefined) throw error;
      return send(withToken(options, await tokenInstead(token, error)));
    }
  }

  async function tokenInstead(rejected: string, { response }: HttpStatusError): Promise<string> {
    const { clientId, clientSecret, tokenUrl } = settings;
    const isComplete = [clientId, clientSecret, tokenUrl].every((value) => value !== undefined);
    const token = isComplete ? await authorizationCodeToken(settings, context, { rejected }) : undefined;
    if (token !== undefined) return token;
    throw new HttpStatusError(
      response,
      isComplete
        ? 'Authentication failed: Unable to refresh access token. Please re-authorize the connector.'
        : 'Authentication failed: Missing required OAuth configuration (clientId, clientSecret, tokenUrl).',
    );
  }

  const request = (method: HttpMethod, url: string, options: HttpOptions = {}) =>
    attempt(options, (authorized) => http.request(method, url, authorized));
  return {
    request,
    stream: (method, url, options = {}) =>
      attempt(options, (authorized) => http.stream(method, url, authorized)),
    get: (url, options) => request('GET', url, options),
    post: (url, options) => request('POST', url, options),
    put: (url, options) => request('PUT', url, options),
    patch: (url, options) => request('PATCH', url, options),
    delete: (url, options) => request('DELETE', url, options),
  };
}

function withToken(options: HttpOptions, token: string): HttpOptions {
  return { ...options, headers: mergeHeaders(options.headers, { Authorization: token }) };
}

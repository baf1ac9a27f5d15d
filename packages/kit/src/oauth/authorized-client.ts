import { RunError } from '../errors.ts';
import { clientAround, type HttpClient, HttpStatusError, mergeHeaders } from '../http/index.ts';
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
  return clientAround(context.http, async (call, send) => {
    const sendWith = (token: string) => {
      const headers = mergeHeaders(call.options.headers, { Authorization: token });
      return send({ ...call, options: { ...call.options, headers } });
    };
    const token = await authorizationCodeToken(settings, context);
    if (token === undefined) {
      const text = 'No access token available. User must complete OAuth authorization flow.';
      throw new RunError(text, { source: 'user' });
    }
    try {
      return await sendWith(token);
    } catch (error) {
      if (!(error instanceof HttpStatusError) || error.response.status !== 401) throw error;
      // What has been streamed is gone.
      if (call.options.stream !== undefined) throw error;
      return sendWith(await tokenInstead(token, error));
    }
  });

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
}

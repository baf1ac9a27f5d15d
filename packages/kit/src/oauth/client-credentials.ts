import { messageOf } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import type { TokenStore } from './token-store.ts';

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface ClientCredentials {
  tokenUrl: string;
  clientId: string;
  clientSecret: string | null;
  scope?: string | undefined;
  /** Sent besides; a field of the same name wins over the ones above. */
  additionalFields?: Record<string, unknown> | undefined;
}

/** The token service refused, or answered what is no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** As the reference assumes where the service does not say. */
const DEFAULT_EXPIRES_IN_S = 3600;

interface TokenContext {
  connector: { id: string };
  http: HttpClient;
  tokens: TokenStore;
  log: Logger;
  now(): Date;
}

/**
 * A token for an `Authorization` header: the stored one while it holds, else a new one, which is stored. Undefined
 * when the credentials are not complete or the answer has no token. Throws `TokenError` or `HttpRequestError`.
 */
export function clientCredentialsToken(
  credentials: ClientCredentials,
  context: TokenContext,
): Promise<string | undefined> {
  const { tokens, now } = context;
  return tokens.shared(async () => {
    const stored = await tokens.get();
    if (stored !== undefined && (stored.expiresAt === undefined || stored.expiresAt > now()))
      return stored.token;
    return requestToken(credentials, context);
  });
}

/** The form of a token request. */
export function clientCredentialsFields({
  clientId,
  clientSecret,
  scope,
  additionalFields = {},
}: ClientCredentials): Record<string, string | undefined> {
  return {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret ?? undefined,
    scope: scope || undefined,
    ...Object.fromEntries(
      Object.entries(additionalFields)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  };
}

async function requestToken(
  credentials: ClientCredentials,
  { connector, http, tokens, log, now }: TokenContext,
): Promise<string | undefined> {
  if (!credentials.clientId || !credentials.clientSecret) {
    log.warn('Missing required fields for requesting OAuth Client Credentials access token');
    return undefined;
  }
  const requestedAt = now().getTime();
  const response = await http.post(credentials.tokenUrl, {
    form: clientCredentialsFields(credentials),
    // The secret is in the body: it goes nowhere but to the service that is named.
    maxRedirects: 0,
    acceptStatus: () => true,
  });
  if (response.status !== 200) {
    const refusal = refusalOf(response);
    log.warn(`error thrown getting the access token from ${shownUrl(credentials.tokenUrl)}: ${refusal}`);
    throw new TokenError(refusal);
  }
  const answer = bodyOf(response);
  if (typeof answer !== 'object' || answer === null || !('access_token' in answer)) return undefined;
  const { access_token: accessToken, token_type: tokenType, expires_in: expiresIn } = answer as TokenAnswer;
  if (typeof accessToken !== 'string' || accessToken === '') return undefined;
  const token = `${typeof tokenType === 'string' && tokenType !== '' ? tokenType : 'Bearer'} ${accessToken}`;
  const seconds = Number(expiresIn ?? DEFAULT_EXPIRES_IN_S);
  const expiresAt = new Date(
    requestedAt + (Number.isFinite(seconds) ? seconds : DEFAULT_EXPIRES_IN_S) * 1000,
  );
  try {
    await tokens.updateOrReplace({ token, expiresAt });
  } catch (error) {
    log.warn(
      `Not able to update connector token for connectorId: ${connector.id} due to error: ${messageOf(error)}`,
    );
  }
  return token;
}

interface TokenAnswer {
  access_token: unknown;
  token_type?: unknown;
  expires_in?: unknown;
}

function bodyOf(response: HttpResponse): unknown {
  try {
    return response.json();
  } catch {
    return response.text();
  }
}

const TOKEN_NAMES = /(access|refresh|id)_token/;

/** The service's words as JSON, keys sorted; what could be a token in an answer that should have none is not told. */
function refusalOf(response: HttpResponse): string {
  const body = bodyOf(response);
  const text = JSON.stringify(
    typeof body === 'object' && body !== null && !Array.isArray(body)
      ? Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)))
      : body,
  );
  return TOKEN_NAMES.test(text) ? `[${response.status}] ${response.statusText}` : text;
}

/** User, password and query of a URL may be secrets. */
function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

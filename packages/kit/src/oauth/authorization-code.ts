import { messageOf } from '../errors.ts';
import type { HttpClient } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import type { AuthorizationSettings } from './authorization-settings.ts';
import { after, headerOf, holds, isNearEnd } from './held-token.ts';
import { type GrantedToken, requestToken, TokenError } from './token-request.ts';
import type { StoredToken, TokenStore } from './token-store.ts';

/** The authorization code flow with PKCE. https://www.rfc-editor.org/rfc/rfc6749#section-4.1, rfc7636 */
export interface AuthorizationRequest {
  authorizationUrl: string;
  clientId: string;
  redirectUri: string;
  state: string;
  /** Of the verifier, by S256. */
  codeChallenge: string;
  scope?: string | undefined;
  scopeQueryParam?: string | undefined;
}

/** Where a user's browser goes to consent. A query that the URL has stays. */
export function authorizationUrl(request: AuthorizationRequest): string {
  const url = new URL(request.authorizationUrl);
  url.searchParams.set('client_id', request.clientId);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('redirect_uri', request.redirectUri);
  url.searchParams.set('state', request.state);
  url.searchParams.set('code_challenge', request.codeChallenge);
  url.searchParams.set('code_challenge_method', 'S256');
  if (request.scope !== undefined) url.searchParams.set(request.scopeQueryParam ?? 'scope', request.scope);
  return url.href;
}

interface Means {
  http: HttpClient;
  log: Logger;
  now(): Date;
}

/** What a client needs at the token endpoint. */
type Client = { tokenUrl: string; clientId: string; clientSecret: string; useBasicAuth: boolean };

/** A token for the code that a user has come back with. Throws `TokenError` or `HttpRequestError`. */
export async function exchangeCode(
  client: Client,
  { code, redirectUri, codeVerifier }: { code: string; redirectUri: string; codeVerifier: string },
  means: Means,
): Promise<StoredToken> {
  const requestedAt = means.now();
  const fields = { code, redirect_uri: redirectUri, code_verifier: codeVerifier };
  const granted = await grant(client, 'authorization_code', fields, means);
  return storable(granted, requestedAt, {});
}

export interface AuthorizationCodeContext extends Means {
  connector: { id: string };
  tokens: TokenStore;
}

/**
 * The token that a user's consent has given, refreshed when it has expired or the service has `rejected` it. Undefined,
 * with a warning, when there is none and a user must authorize.
 */
export async function authorizationCodeToken(
  settings: AuthorizationSettings,
  context: AuthorizationCodeContext,
  { rejected }: { rejected?: string } = {},
): Promise<string | undefined> {
  const { tokens, log, now, connector } = context;
  const { clientId, clientSecret, tokenUrl } = settings;
  if (clientId === undefined || clientSecret === undefined) {
    log.warn('Missing required fields for requesting OAuth Authorization Code access token');
    return undefined;
  }
  const stored = await tokens.get();
  if (stored === undefined) {
    log.warn(
      `No access token found for connectorId: ${connector.id}. User must complete OAuth authorization flow.`,
    );
    return undefined;
  }
  const isUsable = stored.token !== rejected && holds(stored, now());
  const canRefresh = stored.refreshToken !== undefined && isAlive(stored, now());
  if (isUsable && !(canRefresh && isNearEnd(stored, now()))) return stored.token;
  const client = { clientId, clientSecret, tokenUrl: tokenUrl ?? '', useBasicAuth: settings.useBasicAuth };
  const refreshed = await tokens.shared(() => refresh(client, settings.scope, stored, context));
  return refreshed ?? (isUsable ? stored.token : undefined);
}

/** One of all that want it at a moment does this. */
async function refresh(
  client: Client,
  scope: string | undefined,
  seen: StoredToken,
  context: AuthorizationCodeContext,
): Promise<string | undefined> {
  const { tokens, log, now, connector } = context;
  const stored = (await tokens.get()) ?? seen;
  // Another run may have been first: its token is not to be thrown away, nor its refresh token used twice.
  if (stored.token !== seen.token && holds(stored, now())) return stored.token;
  if (stored.refreshToken === undefined) {
    log.warn(
      `Access token expired and no refresh token available for connectorId: ${connector.id}. User must re-authorize.`,
    );
    return undefined;
  }
  if (!isAlive(stored, now())) {
    log.warn(`Refresh token expired for connectorId: ${connector.id}. User must re-authorize.`);
    return undefined;
  }
  const requestedAt = now();
  let renewed: StoredToken;
  try {
    const fields = { refresh_token: stored.refreshToken, scope };
    const means = { ...context, http: tokens.http?.() ?? context.http };
    renewed = storable(await grant(client, 'refresh_token', fields, means), requestedAt, stored);
  } catch (error) {
    log.error(`Failed to refresh access token for connectorId: ${connector.id}. Error: ${messageOf(error)}`);
    return undefined;
  }
  try {
    await tokens.updateOrReplace(renewed);
  } catch (error) {
    log.warn(
      `Not able to update connector token for connectorId: ${connector.id} due to error: ${messageOf(error)}`,
    );
  }
  return renewed.token;
}

/** Whether the refresh token holds. */
function isAlive({ refreshTokenExpiresAt }: StoredToken, now: Date): boolean {
  return refreshTokenExpiresAt === undefined || refreshTokenExpiresAt > now;
}

async function grant(
  { tokenUrl, clientId, clientSecret, useBasicAuth }: Client,
  grantType: string,
  fields: Record<string, string | undefined>,
  means: Means,
): Promise<GrantedToken> {
  const authMethod = useBasicAuth ? 'client_secret_basic' : 'client_secret_post';
  const request = { tokenUrl, grantType, fields, clientId, clientSecret, authMethod } as const;
  const granted = await requestToken(request, means);
  if (granted !== undefined) return granted;
  throw new TokenError('the answer of the token endpoint is missing required field (access_token)');
}

/** What an answer leaves out of a refresh token stays as it is. Without an expiry a token holds for ever. */
function storable(
  granted: GrantedToken,
  requestedAt: Date,
  former: Pick<StoredToken, 'refreshToken' | 'refreshTokenExpiresAt'>,
): StoredToken {
  const header = headerOf(granted);
  const { expiresIn, refreshToken, refreshTokenExpiresIn } = granted;
  return {
    token: header.charAt(0).toUpperCase() + header.slice(1),
    expiresAt: expiresIn === undefined ? undefined : after(requestedAt, expiresIn),
    refreshToken: refreshToken ?? former.refreshToken,
    refreshTokenExpiresAt:
      refreshTokenExpiresIn === undefined
        ? former.refreshTokenExpiresAt
        : after(requestedAt, refreshTokenExpiresIn),
  };
}

import {
  authorizationSettings,
  authorizationUrl,
  choosesAuthorizationCode,
  createHttpClient,
  exchangeCode,
  type Logger,
  messageOf,
} from '@patchbay/kit';
import type { Catalog, ResolvedConnector } from '../catalog/index.ts';
import type { Egress } from '../egress/index.ts';
import { BadRequestError, InternalError, NotFoundError, TooManyRequestsError } from '../errors/index.ts';
import { createRateLimit, type RateLimit } from '../rate-limits/index.ts';
import { redactingLogger, redactor } from '../redaction/index.ts';
import type { OAuthStateRecord, Store } from '../store/index.ts';
import type { TokenOwner, Tokens } from '../tokens/index.ts';
import type { Vault } from '../vault/index.ts';
import { type AccessTokenRequest, requestAccessToken } from './access-token.ts';
import { createStates } from './states.ts';

export interface StartRequest {
  spaceId: string;
  connectorId: string;
  /** Where the user goes in the end: a URL of this server's origin. Left out: a page says how it went. */
  returnUrl?: string | undefined;
  profileUid: string;
}

/** What an authorization server sends a user back with. */
export interface CallbackRequest {
  code?: string | undefined;
  state?: string | undefined;
  error?: string | undefined;
  errorDescription?: string | undefined;
  profileUid: string;
  /** Why the user may not authorize a connector; undefined: they may. */
  refusalOf(spaceId: string, connectorId: string): Promise<string | undefined>;
}

/** How an authorization ended. */
export interface Outcome {
  /** What to tell the user. Left out: it worked. Not to be trusted: it may be what the service or the URL says. */
  problem?: string;
  isRateLimited?: boolean;
  /** Known once the state is. */
  connectorId?: string;
  returnUrl?: string | null;
}

export type AuthStatus = 'connected' | 'not_connected' | 'not_applicable';

/** The authorization code flow: a user consents, and a connector has a token. */
export interface OAuth {
  /**
   * Where the user's browser is to go. Throws `NotFoundError`, `TooManyRequestsError`, `BadRequestError`, and
   * `InternalError` for a caller that is no user.
   */
  start(request: StartRequest): Promise<{ authorizationUrl: string; state: string }>;
  finish(request: CallbackRequest): Promise<Outcome>;
  /** Forgets the tokens of the connector that are the user's, or everybody's. Throws `NotFoundError`. */
  disconnect(spaceId: string, connectorId: string, profileUid: string): Promise<void>;
  /** By connector: whether the user has authorized those that want each user's own consent. */
  authStatus(spaceId: string, profileUid: string): Promise<Record<string, AuthStatus>>;
  /** By credentials of no connector; see `requestAccessToken`. */
  accessToken(request: AccessTokenRequest): Promise<string | null>;
  /** Removes what nobody will come back for. */
  cleanUp(): Promise<void>;
}

export interface OAuthOptions {
  catalog: Catalog;
  egress: Egress;
  store: Pick<Store, 'oauthStates' | 'connectorTokens'>;
  vault: Vault;
  tokens: Tokens;
  /** The URL under which browsers reach this server. */
  publicBaseUrl: string | undefined;
  rateLimits: { authorize: RateLimit; callback: RateLimit };
  userAgent: string;
  log: Logger;
  now(): Date;
}

export const CALLBACK_PATH = '/api/actions/connector/_oauth_callback';

const INVALID_STATE = 'Invalid or expired state parameter. The authorization session may have timed out.';

export function createOAuth(options: OAuthOptions): OAuth {
  const { catalog, egress, store, vault, tokens, publicBaseUrl, rateLimits, log, now } = options;
  const states = createStates({ store: store.oauthStates, vault, now });
  const isStartLimited = createRateLimit(rateLimits.authorize);
  const isCallbackLimited = createRateLimit(rateLimits.callback);

  /** A stored connector: the configuration's own have no place to keep a token in. */
  async function resolve(spaceId: string, connectorId: string): Promise<ResolvedConnector> {
    const resolved = await catalog.resolve(spaceId, connectorId);
    if (resolved?.connector.origin === 'stored') return resolved;
    throw new NotFoundError(`Saved object [action/${connectorId}] not found`);
  }

  function settingsOf({ connector: { config, typeId } }: ResolvedConnector, secrets: unknown) {
    const declared = catalog.types.find(typeId)?.authorizationCode;
    if (declared === undefined || !choosesAuthorizationCode({ config, secrets }))
      throw new BadRequestError('Connector does not use OAuth Authorization Code flow');
    return authorizationSettings({ config, secrets }, declared);
  }

  function redirectUri(custom: string | undefined): string {
    if (custom !== undefined) return custom;
    return `${requirePublicUrl()}${CALLBACK_PATH}`;
  }

  function requirePublicUrl(): string {
    if (publicBaseUrl !== undefined) return publicBaseUrl;
    throw new BadRequestError(
      'Kibana public URL not configured. Please set server.publicBaseUrl in kibana.yml',
    );
  }

  /** Anybody may be sent to a URL of this server, and nobody to another's. */
  function ownUrl(returnUrl: string): string {
    const expected = new URL(requirePublicUrl()).origin;
    const { origin, href } = new URL(returnUrl);
    if (origin === expected) return href;
    throw new BadRequestError(
      `returnUrl must be same origin as Kibana. Expected: ${expected}, Got: ${origin}`,
    );
  }

  function ensureAllowed(url: string): void {
    try {
      egress.allowedHosts.ensureUrlAllowed(url);
    } catch (cause) {
      throw new BadRequestError(messageOf(cause), { cause });
    }
    // A browser will follow it: it must not be a script.
    if (!/^https?:$/.test(new URL(url).protocol))
      throw new BadRequestError('authorizationUrl and tokenUrl must be http or https URLs');
  }

  async function exchange(
    { connectorId, spaceId, createdBy }: OAuthStateRecord,
    code: string,
    begun: { codeVerifier: string; redirectUri: string },
  ): Promise<void> {
    const resolved = await resolve(spaceId, connectorId);
    const secrets = resolved.openSecrets();
    const redact = redactor(secrets, resolved.openSettings()?.secretValues, code, begun.codeVerifier);
    try {
      const { clientId, clientSecret, tokenUrl, useBasicAuth } = settingsOf(resolved, secrets);
      if (clientId === undefined || clientSecret === undefined || tokenUrl === undefined) {
        throw new Error('Connector missing required OAuth configuration (clientId, clientSecret, tokenUrl)');
      }
      const token = await exchangeCode(
        { clientId, clientSecret, tokenUrl, useBasicAuth },
        { code, ...begun },
        {
          http: createHttpClient({
            transport: egress.transportFor(resolved.openSettings()?.connection),
            // A code is good once: nobody gives up who has sent it.
            signal: new AbortController().signal,
            userAgent: options.userAgent,
          }),
          log: redactingLogger(log, redact),
          now,
        },
      );
      await tokens.put(ownerOf(resolved, spaceId, createdBy), token);
    } catch (cause) {
      throw new Error(redact(messageOf(cause)), { cause });
    }
  }

  /** Of an authorization that is this user's. */
  async function finishOwn(record: OAuthStateRecord, request: CallbackRequest): Promise<string | undefined> {
    const { connectorId } = record;
    const { code, error, errorDescription } = request;
    try {
      // Ended, whatever comes of it: what a URL has been used for once it is not good for again.
      const begun = await states.end(record);
      if (begun === undefined) return INVALID_STATE;
      if (error || !code) {
        const what = error || 'Missing required OAuth authorization code';
        throw new Error(errorDescription ? `${what}\n\n${errorDescription}` : what);
      }
      await exchange(record, code, begun);
      log.info(`connector "${connectorId}" was authorized`);
      return undefined;
    } catch (error) {
      log.error(`OAuth callback failed for connector "${connectorId}": ${messageOf(error)}`);
      return messageOf(error);
    }
  }

  return {
    async start({ spaceId, connectorId, returnUrl, profileUid }) {
      const resolved = await resolve(spaceId, connectorId);
      if (profileUid === '') throw new InternalError('Unable to retrieve Kibana user profile ID.');
      if (isStartLimited(profileUid, now())) {
        log.warn(`OAuth authorize rate limit exceeded for user: ${profileUid}, connector: ${connectorId}`);
        throw new TooManyRequestsError('Too many authorization attempts. Please try again later.');
      }
      const settings = settingsOf(resolved, resolved.openSecrets());
      const { clientId, scope, scopeQueryParam, tokenUrl } = settings;
      if (settings.authorizationUrl === undefined || clientId === undefined) {
        throw new BadRequestError(
          'Connector missing required OAuth configuration (authorizationUrl, clientId)',
        );
      }
      ensureAllowed(settings.authorizationUrl);
      if (tokenUrl !== undefined) ensureAllowed(tokenUrl);
      const target = { redirectUri: redirectUri(settings.redirectUri) };
      const { state, codeChallenge } = await states.begin({
        ...target,
        connectorId,
        spaceId,
        createdBy: profileUid,
        returnUrl: returnUrl === undefined ? null : ownUrl(returnUrl),
      });
      return {
        state,
        authorizationUrl: authorizationUrl({
          ...target,
          authorizationUrl: settings.authorizationUrl,
          clientId,
          state,
          codeChallenge,
          scope,
          scopeQueryParam,
        }),
      };
    },

    async finish(request) {
      const { state, profileUid } = request;
      if (profileUid === '') return { problem: 'Unable to retrieve Kibana user profile ID.' };
      if (isCallbackLimited(profileUid, now())) {
        log.warn(`OAuth callback rate limit exceeded for user: ${profileUid}`);
        const problem = 'Too many authorization attempts. Please wait before trying again.';
        return { isRateLimited: true, problem };
      }
      if (!state) return { problem: 'Missing required OAuth state parameter.' };
      const record = await states.find(state);
      if (record === undefined) return { problem: INVALID_STATE };
      const { connectorId, returnUrl, spaceId, createdBy } = record;
      const outcome = { connectorId, returnUrl };
      if (createdBy !== profileUid) {
        log.warn(`OAuth callback user mismatch for connector "${connectorId}"`);
        const problem =
          'This authorization session was not initiated by you. Please start a new authorization flow.';
        return { ...outcome, problem };
      }
      const refusal = await request.refusalOf(spaceId, connectorId);
      if (refusal !== undefined) return { ...outcome, problem: refusal };
      const problem = await finishOwn(record, request);
      return { ...outcome, ...(problem !== undefined && { problem }) };
    },

    async disconnect(spaceId, connectorId, profileUid) {
      const { connector } = await resolve(spaceId, connectorId);
      await tokens.delete(connectorId, connector.authMode === 'per-user' ? profileUid : null);
    },

    async authStatus(spaceId, profileUid) {
      const [connectors, connected] = await Promise.all([
        catalog.list(spaceId, { withSystem: false }),
        tokens.connectorsOf(profileUid),
      ]);
      const statusOf = (id: string, authMode: string): AuthStatus => {
        if (authMode !== 'per-user') return 'not_applicable';
        return connected.includes(id) ? 'connected' : 'not_connected';
      };
      return Object.fromEntries(connectors.map(({ id, authMode }) => [id, statusOf(id, authMode)]));
    },

    accessToken: (request) => requestAccessToken(request, options),

    async cleanUp() {
      await states.removeExpired();
      await store.connectorTokens.deleteOfFormerUsers();
    },
  };
}

function ownerOf({ connector }: ResolvedConnector, spaceId: string, profileUid: string): TokenOwner {
  const { id, version, authMode } = connector;
  return { id, spaceId, version, isStored: true, profileUid: authMode === 'per-user' ? profileUid : null };
}

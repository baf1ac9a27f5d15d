/** Whether everybody runs a connector with the same tokens, or each user with their own. */
export type AuthMode = 'shared' | 'per-user';

/** What the authorization code flow of a connector needs to know. Which of it is there is checked where it is used. */
export interface AuthorizationSettings {
  authorizationUrl?: string | undefined;
  tokenUrl?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  scope?: string | undefined;
  /** Left out: this server's own callback. */
  redirectUri?: string | undefined;
  /** What the authorization server calls the scope, where not `scope`. */
  scopeQueryParam?: string | undefined;
  /** Whether the client's id and secret go into a header, not into the body. */
  useBasicAuth: boolean;
}

/** Says that connectors of a type may use the authorization code flow. */
export interface AuthorizationCode {
  /** Used where neither secrets nor config say anything. */
  defaults?: Partial<AuthorizationSettings>;
  /** Left out: shared. */
  authMode?: AuthMode;
}

interface Given {
  config: unknown;
  secrets: unknown;
}

const AUTH_TYPE = 'oauth_authorization_code';

/** Whether a connector has chosen the flow, in its config (`authType`, `auth.type`) or with its secrets (`authType`). */
export function choosesAuthorizationCode({ config, secrets }: Given): boolean {
  const { authType, auth } = recordOf(config);
  return [authType, recordOf(auth).type, recordOf(secrets).authType].includes(AUTH_TYPE);
}

/** Each setting from the secrets, else from the config, else from the type's defaults. Empty text is none. */
export function authorizationSettings(
  { config, secrets }: Given,
  { defaults = {} }: AuthorizationCode = {},
): AuthorizationSettings {
  const places = [secrets, config, defaults].map(recordOf);
  const text = (name: keyof AuthorizationSettings) =>
    places.map((place) => place[name]).find((value) => typeof value === 'string' && value !== '') as
      | string
      | undefined;
  const useBasicAuth = places.map((place) => place.useBasicAuth).find((value) => typeof value === 'boolean');
  return {
    authorizationUrl: text('authorizationUrl'),
    tokenUrl: text('tokenUrl'),
    clientId: text('clientId'),
    clientSecret: text('clientSecret'),
    scope: text('scope'),
    redirectUri: text('redirectUri'),
    scopeQueryParam: text('scopeQueryParam'),
    useBasicAuth: useBasicAuth !== false,
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

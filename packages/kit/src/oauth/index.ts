export {
  type AuthorizationCodeContext,
  type AuthorizationRequest,
  authorizationCodeToken,
  authorizationUrl,
  exchangeCode,
} from './authorization-code.ts';
export {
  type AuthMode,
  type AuthorizationCode,
  type AuthorizationSettings,
  authorizationSettings,
  choosesAuthorizationCode,
} from './authorization-settings.ts';
export { authorizedClient } from './authorized-client.ts';
export { type ClientAssertionKey, clientAssertion } from './client-assertion.ts';
export {
  type AssertionCredentials,
  type ClientCredentials,
  clientCredentialsToken,
} from './client-credentials.ts';
export { forgetTokenAfter } from './forget-token.ts';
export { expiryOf, type TokenContext } from './held-token.ts';
export { type JwtBearer, jwtBearerToken } from './jwt-bearer.ts';
export { type ServiceAccount, serviceAccountToken } from './service-account.ts';
export {
  type ClientAuthMethod,
  type GrantedToken,
  grantedToken,
  seemsToHoldToken,
  TOKEN_REQUEST_SECRETS,
  TokenError,
} from './token-request.ts';
export type { StoredToken, TokenStore } from './token-store.ts';

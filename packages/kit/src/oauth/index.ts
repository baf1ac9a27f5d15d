export {
  type AssertionCredentials,
  type ClientCredentials,
  clientCredentialsToken,
} from './client-credentials.ts';
export type { TokenContext } from './held-token.ts';
export { type JwtBearer, jwtBearerToken } from './jwt-bearer.ts';
export { type ClientAuthMethod, TOKEN_REQUEST_SECRETS, TokenError } from './token-request.ts';
export type { StoredToken, TokenStore } from './token-store.ts';

export {
  type ClientCredentials,
  clientCredentialsFields,
  clientCredentialsToken,
  TokenError,
} from './client-credentials.ts';
export type { StoredToken, TokenStore } from './token-store.ts';

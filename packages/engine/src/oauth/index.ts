export type { AccessTokenRequest } from './access-token.ts';
export {
  type AuthStatus,
  CALLBACK_PATH,
  type CallbackRequest,
  createOAuth,
  type OAuth,
  type OAuthOptions,
  type Outcome,
  type StartRequest,
} from './oauth.ts';

import { apiKeyHeader, apiKeyHeaderWithTls } from './api-key-header.ts';
import { apiKeyQuery } from './api-key-query.ts';
import type { AuthType } from './auth-type.ts';
import { awsCredentials } from './aws-credentials.ts';
import { azureSharedKey } from './azure-shared-key.ts';
import { basic, basicWithTls } from './basic.ts';
import { bearer, bearerWithTls } from './bearer.ts';
import { crtCertificate, pfxCertificate } from './certificate.ts';
import { gcpServiceAccount } from './gcp-service-account.ts';
import { none } from './none.ts';
import { oauthAuthorizationCode } from './oauth-authorization-code.ts';
import { oauthClientCredentials, oauthPrivateKeyJwt } from './oauth-client-credentials.ts';

export type { AuthContext, AuthDefaults, AuthType } from './auth-type.ts';
export { PFX } from './certificate.ts';
export { AUTHORIZATION_CODE } from './oauth-authorization-code.ts';

/** Every auth type that a spec may name. */
export const authTypes = {
  none,
  basic,
  bearer,
  api_key_header: apiKeyHeader,
  api_key_query: apiKeyQuery,
  oauth_client_credentials: oauthClientCredentials,
  oauth_client_credentials_private_key_jwt: oauthPrivateKeyJwt,
  oauth_authorization_code: oauthAuthorizationCode,
  aws_credentials: awsCredentials,
  azure_shared_key: azureSharedKey,
  gcp_service_account: gcpServiceAccount,
  basic_with_tls: basicWithTls,
  bearer_with_tls: bearerWithTls,
  api_key_header_with_tls: apiKeyHeaderWithTls,
  crt_certificate: crtCertificate,
  pfx_certificate: pfxCertificate,
} satisfies Record<string, AuthType>;

export type AuthTypeId = keyof typeof authTypes;

import { heldToken, type TokenContext } from './held-token.ts';
import { signAssertion } from './jwt-assertion.ts';
import { requestToken } from './token-request.ts';

/**
 * An account that proves itself by a key alone, as Google's do.
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export interface ServiceAccount {
  tokenUrl: string;
  /** Its email address. */
  issuer: string;
  /** Names the key pair at the service. */
  keyId: string | undefined;
  /** RSA, in PEM. */
  privateKey: string;
  scope: string;
  /** Seconds after which a token is no longer used, however long the service lets it live. */
  maxLifetime: number;
}

/**
 * A token for an `Authorization` header: the stored one while it holds, else a new one, which is stored. Undefined when
 * the answer has no token. Throws `TokenError`, `HttpRequestError`, or `Error` when the key cannot sign.
 */
export function serviceAccountToken(
  { tokenUrl, issuer, keyId, privateKey, scope, maxLifetime }: ServiceAccount,
  context: TokenContext,
): Promise<string | undefined> {
  return heldToken(context, async () => {
    const assertion = await signAssertion(
      { issuer, audience: tokenUrl, keyId, scope, issuedAt: context.now() },
      { privateKey, password: null },
    );
    const granted = await requestToken(
      {
        tokenUrl,
        grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        clientId: null,
        clientSecret: null,
        fields: { assertion },
      },
      context,
    );
    if (granted === undefined) return undefined;
    return { ...granted, expiresIn: Math.min(granted.expiresIn ?? maxLifetime, maxLifetime) };
  });
}

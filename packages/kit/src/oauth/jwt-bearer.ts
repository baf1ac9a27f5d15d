import { messageOf } from '../errors.ts';
import { heldToken, type TokenContext } from './held-token.ts';
import { signAssertion } from './jwt-assertion.ts';
import { requestToken } from './token-request.ts';

/** https://www.rfc-editor.org/rfc/rfc7523#section-2.1, with the client's secret besides. */
export interface JwtBearer {
  tokenUrl: string;
  clientId: string;
  /** Names the key pair at the service. */
  keyId: string;
  /** Whom the token acts for. */
  userIdentifier: string;
  clientSecret: string;
  /** RSA, in PEM. */
  privateKey: string;
  privateKeyPassword: string | null;
}

const REQUIRED = ['clientId', 'clientSecret', 'keyId', 'privateKey', 'userIdentifier'] as const;

/**
 * A token for an `Authorization` header: the stored one while it holds, else a new one, which is stored. Undefined
 * when a field is missing or the answer has no token. Throws `TokenError`, `HttpRequestError`, or `Error` when the
 * private key cannot sign.
 */
export async function jwtBearerToken(
  credentials: { [Field in keyof JwtBearer]: JwtBearer[Field] | null | undefined },
  context: TokenContext,
): Promise<string | undefined> {
  if (!isComplete(credentials)) {
    context.log.warn('Missing required fields for requesting OAuth JWT access token');
    return undefined;
  }
  const { tokenUrl, clientId, clientSecret } = credentials;
  return heldToken(context, async () => {
    const assertion = await assertionOf(credentials, context);
    return requestToken(
      {
        tokenUrl,
        grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        clientId,
        clientSecret,
        fields: { assertion },
      },
      context,
    );
  });
}

function isComplete(
  credentials: Record<string, unknown>,
): credentials is Record<string, unknown> & JwtBearer {
  return REQUIRED.every((field) => Boolean(credentials[field]));
}

async function assertionOf(credentials: JwtBearer, { log, now }: TokenContext): Promise<string> {
  const { clientId, keyId, userIdentifier, privateKey, privateKeyPassword } = credentials;
  try {
    return await signAssertion(
      { subject: userIdentifier, audience: clientId, issuer: clientId, keyId, issuedAt: now() },
      { privateKey, password: privateKeyPassword },
    );
  } catch (error) {
    log.warn(messageOf(error));
    throw error;
  }
}

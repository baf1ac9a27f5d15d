import { heldToken, type TokenContext } from './held-token.ts';
import { type ClientAuthMethod, requestToken } from './token-request.ts';

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface ClientCredentials {
  tokenUrl: string;
  clientId: string;
  clientSecret: string | null;
  scope?: string | undefined;
  /** Sent besides; a field of the same name wins over the ones above. */
  additionalFields?: Record<string, unknown> | undefined;
  authMethod?: ClientAuthMethod | undefined;
  /** Stands before the token in the header, whatever the service calls it. */
  tokenType?: string | undefined;
}

/** A client that proves itself by a signed assertion. https://www.rfc-editor.org/rfc/rfc7521#section-4.2 */
export interface AssertionCredentials
  extends Pick<ClientCredentials, 'tokenUrl' | 'clientId' | 'scope' | 'tokenType'> {
  /** The fields that are the proof, made when a token is really asked for. */
  clientAssertion(): Promise<Record<string, string>>;
}

/**
 * A token for an `Authorization` header: the stored one while it holds, else a new one, which is stored. Undefined
 * when the credentials are not complete or the answer has no token. Throws `TokenError` or `HttpRequestError`.
 */
export async function clientCredentialsToken(
  credentials: ClientCredentials | AssertionCredentials,
  context: TokenContext,
): Promise<string | undefined> {
  const isComplete =
    credentials.clientId !== '' && ('clientAssertion' in credentials || Boolean(credentials.clientSecret));
  if (!isComplete) {
    context.log.warn('Missing required fields for requesting OAuth Client Credentials access token');
    return undefined;
  }
  const { tokenUrl, clientId, tokenType } = credentials;
  const request = async () =>
    requestToken(
      {
        tokenUrl,
        clientId,
        grantType: 'client_credentials',
        ...('clientAssertion' in credentials
          ? {
              clientSecret: null,
              fields: { ...scopeOf(credentials), ...(await credentials.clientAssertion()) },
            }
          : {
              clientSecret: credentials.clientSecret,
              authMethod: credentials.authMethod,
              fields: { ...scopeOf(credentials), ...additional(credentials.additionalFields) },
            }),
      },
      context,
    );
  return heldToken(context, request, tokenType);
}

function scopeOf({ scope }: { scope?: string | undefined }): { scope: string | undefined } {
  return { scope: scope || undefined };
}

function additional(fields: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

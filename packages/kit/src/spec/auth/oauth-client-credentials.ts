import { z } from 'zod';
import { messageOf, RunError } from '../../errors.ts';
import { clientAround, type HttpClient, HttpStatusError, mergeHeaders } from '../../http/index.ts';
import { clientAssertion, clientCredentialsToken, forgetTokenAfter, TokenError } from '../../oauth/index.ts';
import { type AuthContext, defineAuthType } from './auth-type.ts';
import { scope, secret, text, tokenUrl } from './field.ts';

const client = { tokenUrl, clientId: text('Client ID'), scope };

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export const oauthClientCredentials = defineAuthType({
  id: 'oauth_client_credentials',
  title: 'OAuth client credentials',
  fields: z.strictObject({ ...client, clientSecret: secret('Client secret') }),
  urls: ['tokenUrl'],
  client: ({ secrets, ...context }) => tokenClient(context, () => clientCredentialsToken(secrets, context)),
});

const isPem = (kind: RegExp) => (pem: string) => kind.test(pem);

/** A client that signs what proves it. https://www.rfc-editor.org/rfc/rfc7523#section-2.2 */
export const oauthPrivateKeyJwt = defineAuthType({
  id: 'oauth_client_credentials_private_key_jwt',
  title: 'OAuth client credentials, signed by a private key',
  fields: z.strictObject({
    ...client,
    algorithm: z.enum(['PS256', 'RS256', 'ES256']).default('PS256').meta({ title: 'Algorithm' }),
    certificateBinding: z.enum(['x5t#S256', 'x5c', 'kid']).default('x5t#S256').meta({
      title: 'Key is named by',
      description: "The certificate's thumbprint, the certificate itself, or the key ID.",
    }),
    certificate: z
      .string()
      .refine(isPem(/^$|-----BEGIN CERTIFICATE-----/), 'expected a certificate in PEM')
      .optional()
      .meta({ title: 'Certificate (PEM)' }),
    keyId: z.string().optional().meta({ title: 'Key ID' }),
    privateKey: secret('Private key (PEM)').refine(
      isPem(/-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----/),
      'expected a private key in PEM',
    ),
    passphrase: z.string().optional().meta({ title: 'Passphrase', sensitive: true }),
  }),
  urls: ['tokenUrl'],
  client: ({ secrets, ...context }) =>
    tokenClient(context, () =>
      clientCredentialsToken(
        {
          tokenUrl: secrets.tokenUrl,
          clientId: secrets.clientId,
          scope: secrets.scope,
          clientAssertion: () => clientAssertion(secrets, context.now()),
        },
        context,
      ),
    ),
});

/** Each request has the token, which is kept between runs; one that the service refuses is forgotten. */
function tokenClient(
  context: Omit<AuthContext, 'secrets'>,
  obtain: () => Promise<string | undefined>,
): HttpClient {
  return clientAround(context.http, async (call, send) => {
    const headers = mergeHeaders(call.options.headers, { Authorization: await obtained(obtain) });
    try {
      return await send({ ...call, options: { ...call.options, headers } });
    } catch (error) {
      if (error instanceof HttpStatusError && error.response.status === 401)
        await forgetTokenAfter(error, context);
      throw error;
    }
  });
}

async function obtained(obtain: () => Promise<string | undefined>): Promise<string> {
  let token: string | undefined;
  try {
    token = await obtain();
  } catch (cause) {
    throw new RunError(`Unable to retrieve/refresh the access token: ${messageOf(cause)}`, {
      source: cause instanceof TokenError ? 'user' : 'framework',
      cause,
    });
  }
  if (token === undefined) throw new RunError('Unable to retrieve new access token', { source: 'user' });
  return token;
}

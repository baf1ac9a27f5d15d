import { z } from 'zod';
import { clientAssertion, clientCredentialsToken } from '../../oauth/index.ts';
import { defineAuthType } from './auth-type.ts';
import { scope, secret, text, tokenUrl } from './field.ts';
import { tokenClient } from './token-client.ts';

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

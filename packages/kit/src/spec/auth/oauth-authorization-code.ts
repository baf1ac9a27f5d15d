import { z } from 'zod';
import { authorizationSettings, authorizedClient } from '../../oauth/index.ts';
import { defineAuthType } from './auth-type.ts';
import { scope, secret, text, tokenUrl } from './field.ts';

export const AUTHORIZATION_CODE = 'oauth_authorization_code';

/** With PKCE. A user consents in a browser before the first run. */
export const oauthAuthorizationCode = defineAuthType({
  id: AUTHORIZATION_CODE,
  title: 'OAuth, with the consent of a user',
  fields: z.strictObject({
    authorizationUrl: z.url({ protocol: /^https?$/ }).meta({ title: 'Authorization URL' }),
    tokenUrl,
    clientId: text('Client ID'),
    scope,
    clientSecret: secret('Client secret'),
    redirectUri: z.string().optional().meta({
      title: 'Redirect URI',
      description: "Left out: this server's own callback.",
    }),
    useBasicAuth: z.boolean().default(true).meta({
      title: 'Basic authentication of the client',
      description: 'Whether client ID and secret go to the token URL in a header, not in the body.',
      hidden: true,
    }),
    scopeQueryParam: z.string().default('scope').meta({
      title: 'Name of the scope parameter',
      hidden: true,
    }),
  }),
  urls: ['authorizationUrl', 'tokenUrl'],
  client: ({ secrets, ...context }) =>
    authorizedClient(authorizationSettings({ config: {}, secrets }), context),
});

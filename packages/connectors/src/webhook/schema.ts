import { z } from 'zod';

export const BASIC = 'webhook-authentication-basic';
export const SSL = 'webhook-authentication-ssl';
export const OAUTH = 'webhook-oauth2-client-credentials';

/** Authentication without credentials of its own: a config that turns it off needs no `authType`. */
function withoutAuth(config: unknown): unknown {
  const isOff =
    typeof config === 'object' && config !== null && 'hasAuth' in config && config.hasAuth === false;
  return isOff && !('authType' in config) ? { ...config, authType: null } : config;
}

export const config = z.preprocess(
  withoutAuth,
  z.strictObject({
    url: z.string().meta({ title: 'URL', description: 'The address that is called, as it stands.' }),
    method: z
      .enum(['post', 'put', 'patch', 'get', 'delete'])
      .default('post')
      .meta({ title: 'Method', description: 'The HTTP method. A GET or DELETE carries no body.' }),
    headers: z.record(z.string(), z.string()).nullable().default(null).meta({
      title: 'Headers',
      description: 'Headers sent with each request, readable by who may read the connector.',
    }),
    hasAuth: z
      .boolean()
      .default(true)
      .meta({ title: 'Authentication', description: 'Whether requests are authenticated.' }),
    authType: z.enum([BASIC, SSL, OAUTH]).nullish().meta({
      title: 'Authentication type',
      description: 'How requests are authenticated; left out or null with authentication on: basic.',
    }),
    certType: z.enum(['ssl-crt-key', 'ssl-pfx']).optional().meta({
      title: 'Certificate type',
      description: 'How the client certificate is given: certificate and key, or PKCS#12.',
    }),
    ca: z.string().optional().meta({
      title: 'Certificate authorities (base64 of PEM)',
      description: "Trusted for this connector's calls, in place of the system's.",
    }),
    verificationMode: z.enum(['none', 'certificate', 'full']).optional().meta({
      title: 'Verification mode',
      description: "How the service's certificate is checked: not, its chain, or chain and host name.",
    }),
    accessTokenUrl: z
      .string()
      .optional()
      .meta({ title: 'Access token URL', description: 'Where OAuth access tokens are asked for.' }),
    clientId: z.string().optional().meta({ title: 'Client ID' }),
    scope: z.string().optional().meta({ title: 'Scope' }),
    additionalFields: z.string().nullish().meta({
      title: 'Additional fields',
      description: 'A JSON object with further fields of the token request.',
    }),
  }),
);

const secret = (title: string) => z.string().nullable().default(null).meta({ title });

const CREDENTIALS = ['user', 'password', 'crt', 'key', 'pfx', 'clientSecret'] as const;

/** The credentials that may stand together; `password` beside a certificate is its passphrase. */
const COMBINATIONS: readonly string[] = [
  '',
  'user password',
  'crt key',
  'password crt key',
  'pfx',
  'password pfx',
  'clientSecret',
];

export const secrets = z
  .strictObject({
    user: secret('User name'),
    password: secret('Password'),
    crt: secret('Client certificate (base64 of PEM)'),
    key: secret('Client key (base64 of PEM)'),
    pfx: secret('Client certificate and key (base64 of PKCS#12)'),
    clientSecret: secret('OAuth client secret'),
    secretHeaders: z
      .record(z.string(), z.string())
      .nullable()
      .default(null)
      .meta({ title: 'Secret headers', description: 'Headers sent with each request, kept encrypted.' }),
  })
  .default({
    user: null,
    password: null,
    crt: null,
    key: null,
    pfx: null,
    clientSecret: null,
    secretHeaders: null,
  })
  .refine((value) => COMBINATIONS.includes(CREDENTIALS.filter((name) => value[name]).join(' ')), {
    message:
      'must specify one of the following schemas: user and password; crt and key (with optional password); pfx (with optional password); or clientSecret (for OAuth2)',
  });

export const params = z.strictObject({
  body: z.string().optional().meta({ title: 'Body', description: 'The request body, sent as it stands.' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;

import { z } from 'zod';
import { BASIC, OAUTH, SSL } from './auth-type.ts';

/** How a type of the webhook family says that and how its requests are authenticated; part of its config. */
export const webhookAuthConfig = {
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
};

/** Authentication without credentials of its own: a config that turns it off needs no `authType`. */
export function withoutAuth(config: unknown): unknown {
  const isOff =
    typeof config === 'object' && config !== null && 'hasAuth' in config && config.hasAuth === false;
  return isOff && !('authType' in config) ? { ...config, authType: null } : config;
}

const secret = (title: string) => z.string().nullable().default(null).meta({ title });

/** The credentials of a type of the webhook family; its secrets, or part of them. */
export const webhookCredentials = {
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
};

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

/** For `refine`: whether the credentials that are given go together. */
export function goTogether(
  credentials: Partial<Record<(typeof CREDENTIALS)[number], string | null>>,
): boolean {
  return COMBINATIONS.includes(CREDENTIALS.filter((name) => credentials[name]).join(' '));
}

export const GO_TOGETHER =
  'must specify one of the following schemas: user and password; crt and key (with optional password); pfx (with optional password); or clientSecret (for OAuth2)';

const credentials = z.strictObject(webhookCredentials);

export const webhookSecrets = credentials
  .default({
    user: null,
    password: null,
    crt: null,
    key: null,
    pfx: null,
    clientSecret: null,
    secretHeaders: null,
  })
  .refine(goTogether, GO_TOGETHER);

const config = z.strictObject(webhookAuthConfig);

/** Types of the family know other kinds of authentication besides. */
export type WebhookAuth = Omit<z.output<typeof config>, 'authType'> & {
  authType?: string | null | undefined;
};
export type WebhookCredentials = z.output<typeof credentials>;

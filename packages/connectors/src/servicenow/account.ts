import { type ActionContext, ensureAllowed, type ValidationContext } from '@patchbay/kit';
import { z } from 'zod';

const oauthField = (title: string, description: string) =>
  z
    .string()
    .nullable()
    .default(null)
    .meta({ title, description: `${description} Only with OAuth.` });

const accountFields = {
  apiUrl: z
    .string()
    .meta({ title: 'URL', description: 'Of the ServiceNow instance, such as https://acme.service-now.com.' }),
  isOAuth: z.boolean().default(false).meta({
    title: 'Use OAuth',
    description: 'Sign in with a signed JWT in place of a user and a password.',
  }),
  userIdentifierValue: oauthField(
    'User identifier',
    "Of the user to act for, in the field that ServiceNow's JWT provider names.",
  ),
  clientId: oauthField('Client ID', 'Of the JWT API endpoint in the application registry.'),
  jwtKeyId: oauthField('JWT verifier key ID', 'Of the JWT verifier map.'),
};

/** Where the instance is and how to sign in there. */
export const account = z.strictObject(accountFields);

export const incidentConfig = z.strictObject({
  ...accountFields,
  usesTableApi: z.boolean().default(true).meta({
    title: 'Use the table API',
    description:
      'false: through the Elastic application that is installed in ServiceNow. true is deprecated.',
  }),
});

const secret = (title: string) => z.string().nullable().default(null).meta({ title });

export const secrets = z.strictObject({
  username: secret('User name'),
  password: secret('Password'),
  clientSecret: secret('Client secret'),
  privateKey: secret('Private key').meta({ title: 'Private key', description: 'RSA, in PEM.' }),
  privateKeyPassword: secret('Private key password'),
});

export type Account = z.output<typeof account>;
export type Secrets = z.output<typeof secrets>;
export type AccountContext = ActionContext<Account, Secrets>;

const CONFIG_OF_OAUTH = ['userIdentifierValue', 'clientId', 'jwtKeyId'] as const;

/** Validators of config, of secrets, and of both beside each other. What is empty is missing. */
export const validateAccount = {
  config(config: Account, { allowedHosts }: ValidationContext): void {
    ensureAllowed(config.apiUrl, allowedHosts, 'error configuring connector action');
    if (config.isOAuth) ensureGiven(config, CONFIG_OF_OAUTH, true);
  },

  secrets({ username, password, clientSecret, privateKey }: Secrets): void {
    if (username || password) {
      if (!(username && password)) throw new Error('username and password must both be specified');
    } else if (clientSecret || privateKey) {
      if (!(clientSecret && privateKey))
        throw new Error('clientSecret and privateKey must both be specified');
    } else {
      throw new Error('Either basic auth or OAuth credentials must be specified');
    }
  },

  connector({ config, secrets }: { config: Account; secrets: Secrets }): void {
    const { username, password, clientSecret, privateKey } = secrets;
    if (config.isOAuth) {
      ensureGiven({ ...config, ...secrets }, [...CONFIG_OF_OAUTH, 'clientSecret', 'privateKey'], true);
      if (username || password) {
        throw new Error('Username and password should not be provided with isOAuth = true');
      }
      return;
    }
    ensureGiven(secrets, ['username', 'password'], false);
    const { clientId, userIdentifierValue, jwtKeyId } = config;
    if (clientId || clientSecret || userIdentifierValue || jwtKeyId || privateKey) {
      throw new Error(
        'clientId, clientSecret, userIdentifierValue, jwtKeyId and privateKey should not be provided with isOAuth = false',
      );
    }
  },
};

function ensureGiven<Field extends string>(
  values: Record<Field, unknown>,
  fields: readonly Field[],
  isOAuth: boolean,
): void {
  const missing = fields.find((field) => !values[field]);
  if (missing !== undefined) throw new Error(`${missing} must be provided when isOAuth = ${isOAuth}`);
}

/** As the type's declaration wants it; a config that nobody validated may hold anything. */
export function usesTableApi(config: Readonly<Record<string, unknown>>): boolean {
  return 'usesTableApi' in config ? Boolean(config.usesTableApi) : true;
}

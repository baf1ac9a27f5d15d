import { z } from 'zod';
import { serviceAccountToken } from '../../oauth/index.ts';
import { defineAuthType } from './auth-type.ts';
import { secret } from './field.ts';
import { tokenClient } from './token-client.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
/** Google's tokens live that long. */
const LIFETIME_S = 3600;

const keyFile = z.looseObject({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
});

/** A service account of Google Cloud. Its key file may name another token endpoint: the token is asked for at Google's. */
export const gcpServiceAccount = defineAuthType({
  id: 'gcp_service_account',
  title: 'Google Cloud service account',
  fields: z.strictObject({
    serviceAccountJson: secret('Key file (JSON)').refine(
      (text) => keyFile.safeParse(jsonOf(text)).success,
      'expected the JSON key file of a service account',
    ),
    scope: z
      .string()
      .optional()
      .meta({ title: 'Scope', description: `Left out: ${SCOPE}.`, hidden: true }),
  }),
  client: ({ secrets: { serviceAccountJson, scope }, ...context }) =>
    tokenClient(context, () => {
      const key = keyFile.parse(jsonOf(serviceAccountJson));
      const account = {
        tokenUrl: TOKEN_URL,
        issuer: key.client_email,
        keyId: key.private_key_id,
        privateKey: key.private_key,
        scope: scope || SCOPE,
        maxLifetime: LIFETIME_S,
      };
      return serviceAccountToken(account, context);
    }),
});

/** The parser's own words would quote what it read. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

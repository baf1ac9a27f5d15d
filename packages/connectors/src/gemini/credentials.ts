import { z } from 'zod';

/** A service account's key file. https://cloud.google.com/iam/docs/keys-create-delete#creating */
export interface ServiceAccountKey {
  client_email: string;
  private_key: string;
  private_key_id?: string | undefined;
  token_uri: string;
}

const SERVICE_ACCOUNT = 'service_account';
const DEFAULT_TOKEN_URI = 'https://oauth2.googleapis.com/token';

const keyFile = z.looseObject({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
  token_uri: z.string().default(DEFAULT_TOKEN_URI),
});

/** Throws what is wrong with the credentials when they are saved. */
export function ensureServiceAccount(credentialsJson: string): void {
  const { type } = parse(credentialsJson);
  if (type === SERVICE_ACCOUNT) return;
  throw new Error(
    `Invalid credential type. Only "${SERVICE_ACCOUNT}" credentials are supported. Type was "${type}".`,
  );
}

/** What a token is asked for with. A file that lacks something says what; it does not say what it holds. */
export function serviceAccountKey(credentialsJson: string): ServiceAccountKey {
  const parsed = keyFile.safeParse(parse(credentialsJson));
  if (parsed.success) return parsed.data;
  const missing = parsed.error.issues.map(({ path }) => path.join('.'));
  throw new Error(`the key of the service account has no usable ${missing.join(', ')}`);
}

function parse(credentialsJson: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(credentialsJson));
  } catch {
    // The parser's own words quote what it read.
    throw new Error('Failed to parse credentials JSON file: Invalid JSON format');
  }
}

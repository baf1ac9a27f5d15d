import { z } from 'zod';

/** The schemas of answers about roles, users and API keys. */

const values = z.record(z.string(), z.unknown());
const names = z.array(z.string());

export const roleAnswer = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  metadata: values,
  transient_metadata: values,
  elasticsearch: values,
  kibana: z.array(z.strictObject({ base: names, feature: z.record(z.string(), names), spaces: names })),
  _transform_error: z.array(z.unknown()),
  _unrecognized_applications: names,
});

export const userAnswer = z.strictObject({
  username: z.string(),
  roles: names,
  full_name: z.string().nullable(),
  email: z.string().nullable(),
  enabled: z.boolean(),
  metadata: values,
});

const realm = z.strictObject({ name: z.string(), type: z.string() });

export const callerAnswer = userAnswer.extend({
  authentication_realm: realm,
  lookup_realm: realm,
  authentication_type: z.enum(['realm', 'api_key']),
  authentication_provider: z.strictObject({ type: z.string(), name: z.string() }),
  elastic_cloud_user: z.boolean(),
  profile_uid: z.string(),
  /** Of a caller with an API key. */
  api_key: z.looseObject({ id: z.string(), name: z.string() }).optional(),
});

/** The only answer that holds the key. */
export const newApiKeyAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  api_key: z.string(),
  encoded: z.string(),
  /** Milliseconds since 1970; left out: never. */
  expiration: z.int().optional(),
});

const item = z.strictObject({ id: z.string(), name: z.string() });

export const invalidatedApiKeysAnswer = z.strictObject({
  itemsInvalidated: z.array(item),
  errors: z.array(item.extend({ error: z.strictObject({ statusCode: z.int(), message: z.string() }) })),
});

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

/** Lists that would be empty are left out. */
export const rolesPutAnswer = z.strictObject({
  created: names.optional(),
  updated: names.optional(),
  noop: names.optional(),
  /** By role. */
  errors: z.record(z.string(), z.strictObject({ type: z.string(), reason: z.string() })).optional(),
});

export const foundRolesAnswer = z.strictObject({
  roles: z.array(roleAnswer),
  count: z.int(),
  total: z.int(),
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

export const apiKeyUpdatedAnswer = z.strictObject({ updated: z.boolean() });

const sortValues = z.array(z.union([z.string(), z.number(), z.null()]));

const apiKey = z.strictObject({
  id: z.string(),
  type: z.literal('rest'),
  name: z.string(),
  /** Milliseconds since 1970. */
  creation: z.int(),
  expiration: z.int().optional(),
  invalidated: z.literal(false),
  username: z.string(),
  realm: z.string(),
  realm_type: z.string(),
  metadata: values,
  role_descriptors: values,
  _sort: sortValues.optional(),
});

const count = z.strictObject({ doc_count: z.int() });
const buckets = z.strictObject({ buckets: z.array(z.strictObject({ key: z.string() })) });

export const foundApiKeysAnswer = z.strictObject({
  aggregationTotal: z.int(),
  aggregations: z.strictObject({
    usernames: buckets,
    types: buckets,
    expired: count,
    managed: z.strictObject({
      buckets: z.strictObject({ metadataBased: count, namePrefixBased: count }),
    }),
  }),
  canManageCrossClusterApiKeys: z.boolean(),
  canManageApiKeys: z.boolean(),
  canManageOwnApiKeys: z.boolean(),
  apiKeys: z.array(apiKey).optional(),
  total: z.int().optional(),
  count: z.int().optional(),
  searchAfter: sortValues.optional(),
  /** In the place of what was found: why the query was not understood. */
  queryError: z.strictObject({ name: z.string(), message: z.string() }).optional(),
});

/** Where the browser goes on. */
export const loginAnswer = z.strictObject({ location: z.string() });

export const sessionAnswer = z.strictObject({
  /** null: it does not end. */
  expiresInMs: z.int().nullable(),
  canBeExtended: z.boolean(),
  provider: z.strictObject({ type: z.string(), name: z.string() }),
  expirationReason: z.enum(['idle', 'lifespan']).optional(),
});

export const sessionsEndedAnswer = z.strictObject({ total: z.int() });

import { connectorSettings } from '@patchbay/engine/catalog';
import { z } from 'zod';
import { wireShape } from './snake-case.ts';

/** The schemas of what `connector.ts` builds. */

const values = z.record(z.string(), z.unknown());

export const connectorAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Not of preconfigured connectors, unless their configuration says so. */
  config: values.optional(),
  connector_type_id: z.string(),
  is_preconfigured: z.boolean(),
  is_deprecated: z.boolean(),
  /** Of stored connectors. */
  is_missing_secrets: z.boolean().optional(),
  is_system_action: z.boolean(),
  is_connector_type_deprecated: z.boolean(),
  auth_mode: z.enum(['shared', 'per-user']),
});

export const listedConnectorAnswer = connectorAnswer.extend({ referenced_by_count: z.int().min(0) });

export const connectorTypeAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  enabled_in_config: z.boolean(),
  enabled_in_license: z.boolean(),
  minimum_license_required: z.enum(['basic', 'standard', 'gold', 'platinum', 'enterprise', 'trial']),
  supported_feature_ids: z.array(z.string()),
  is_system_action_type: z.boolean(),
  sub_feature: z.string().optional(),
  is_deprecated: z.boolean(),
  allow_multiple_system_actions: z.boolean().optional(),
  source: z.enum(['stack', 'spec', 'yml']),
  description: z.string().optional(),
  is_experimental: z.boolean().optional(),
});

/** Camel case, as in the reference. */
export const connectorSpecAnswer = z.strictObject({
  metadata: z.strictObject({
    id: z.string(),
    displayName: z.string(),
    description: z.string(),
    docsUrl: z.string().optional(),
    minimumLicense: z.string(),
    supportedFeatureIds: z.array(z.string()),
    isTechnicalPreview: z.boolean().optional(),
  }),
  /** A JSON Schema with the properties `config` and `secrets`. */
  schema: values,
});

export const executionResultAnswer = z.strictObject({
  connector_id: z.string(),
  status: z.enum(['ok', 'error']),
  data: z.unknown().optional(),
  message: z.string().optional(),
  service_message: z.string().optional(),
  /** A time: not before that. */
  retry: z.union([z.boolean(), z.string(), z.null()]).optional(),
  errorSource: z.enum(['user', 'framework']).optional(),
  /** Of a dry run: `data` holds the requests that a run would have sent. */
  dry_run: z.literal(true).optional(),
});

/** Camel case, as in the reference. */
export const authorizationStartAnswer = z.strictObject({ authorizationUrl: z.string(), state: z.string() });

/** null: the credentials are not complete. */
export const accessTokenAnswer = z.strictObject({ accessToken: z.string().nullable() });

/** By the connector's id. */
export const authorizationStatusAnswer = z.record(
  z.string(),
  z.strictObject({ user_auth_status: z.enum(['connected', 'not_connected', 'not_applicable']) }),
);

export const connectorSettingsAnswer = (wireShape(connectorSettings) as z.ZodObject)
  .omit({ secrets: true })
  .extend({
    /** Names of the secrets that are set; no answer holds the secrets. */
    secrets_set: z.array(z.string()),
  });

const permissions = z.strictObject({
  read: z.boolean(),
  execute: z.boolean(),
  edit: z.boolean(),
  manage: z.boolean(),
});

export const userProfileAnswer = z.strictObject({
  uid: z.string(),
  enabled: z.boolean(),
  user: z.strictObject({
    username: z.string(),
    full_name: z.string().optional(),
    email: z.string().optional(),
  }),
  data: values,
});

const accessMode = z.enum(['private', 'public']);

export const accessControlAnswer = z.strictObject({
  permissions,
  /** A profile's id. It and the list are for those who may manage them. */
  owner: z.string().optional(),
  access_control: z
    .strictObject({
      access_mode: accessMode,
      entries: z.array(
        z.strictObject({
          type: z.literal('user'),
          id: z.string(),
          role: z.literal('executor'),
          added_at: z.string(),
        }),
      ),
    })
    .optional(),
  /** Of those who are named. */
  profiles: z.array(userProfileAnswer),
  current_user_profile_id: z.string().optional(),
});

const audience = z.strictObject({ users: z.array(z.string()), roles: z.array(z.string()) });

/** All but `permissions` is for those who may manage it. */
export const connectorAccessAnswer = z.strictObject({
  permissions,
  /** A user's name; null: nobody's. */
  owner: z.string().nullable().optional(),
  access_mode: accessMode.optional(),
  /** null: whoever may in the space. */
  use: audience.nullable().optional(),
  edit: audience.nullable().optional(),
});

import { CASE_OWNERS, CASE_SEVERITIES, CASE_STATUSES } from '@patchbay/kit';
import { z } from 'zod';

/** The schemas of what `case.ts` builds. */

const values = z.record(z.string(), z.unknown());
const count = z.int().min(0);
const owner = z.enum(CASE_OWNERS);

export const caseUserAnswer = z.strictObject({
  username: z.string(),
  full_name: z.string().nullable(),
  email: z.string().nullable(),
  profile_uid: z.string().optional(),
});

const user = caseUserAnswer.nullable();
const connector = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  fields: values.nullable(),
});
const settings = z.strictObject({ syncAlerts: z.boolean(), extractObservables: z.boolean().optional() });
const customFieldValue = z.union([z.string(), z.boolean(), z.number(), z.null()]);
const customFieldType = z.enum(['text', 'toggle', 'number']);

export const commentAnswer = z.strictObject({
  type: z.enum(['user', 'alert', 'actions']),
  /** Of users, and of what was done to machines. */
  comment: z.string().optional(),
  actions: values.optional(),
  alertId: z.union([z.string(), z.array(z.string())]).optional(),
  index: z.union([z.string(), z.array(z.string())]).optional(),
  rule: z.strictObject({ id: z.string().nullable(), name: z.string().nullable() }).optional(),
  owner,
  id: z.string(),
  version: z.string(),
  created_at: z.string(),
  created_by: caseUserAnswer,
  updated_at: z.string().nullable(),
  updated_by: user,
  pushed_at: z.string().nullable(),
  pushed_by: user,
});

export const externalServiceAnswer = z.strictObject({
  connector_id: z.string(),
  connector_name: z.string(),
  external_id: z.string(),
  external_title: z.string(),
  external_url: z.string(),
  pushed_at: z.string(),
  pushed_by: caseUserAnswer,
});

const span = count.nullable();

export const caseAnswer = z.strictObject({
  id: z.string(),
  version: z.string(),
  incremental_id: count,
  owner,
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  status: z.enum(CASE_STATUSES),
  severity: z.enum(CASE_SEVERITIES),
  category: z.string().nullable(),
  connector,
  settings,
  assignees: z.array(z.strictObject({ uid: z.string() })),
  customFields: z.array(z.strictObject({ key: z.string(), type: customFieldType, value: customFieldValue })),
  observables: z.array(values),
  created_at: z.string(),
  created_by: caseUserAnswer,
  updated_at: z.string().nullable(),
  updated_by: user,
  closed_at: z.string().nullable(),
  closed_by: user,
  in_progress_at: z.string().nullable(),
  /** In seconds. */
  duration: span,
  time_to_acknowledge: span,
  time_to_investigate: span,
  time_to_resolve: span,
  external_service: externalServiceAnswer.nullable(),
  totalComment: count,
  totalAlerts: count,
  totalEvents: count,
  comments: z.array(commentAnswer).optional(),
});

export const foundCasesAnswer = z.strictObject({
  cases: z.array(caseAnswer),
  page: count,
  per_page: count,
  total: count,
  count_open_cases: count,
  count_in_progress_cases: count,
  count_closed_cases: count,
});

const failure = { error: z.string(), message: z.string(), status: z.int() };

export const someCasesAnswer = z.strictObject({
  cases: z.array(caseAnswer),
  errors: z.array(z.strictObject({ caseId: z.string(), ...failure })),
});

export const foundCommentsAnswer = z.strictObject({
  comments: z.array(commentAnswer),
  page: count,
  per_page: count,
  total: count,
});

export const someAttachmentsAnswer = z.strictObject({
  attachments: z.array(commentAnswer),
  errors: z.array(z.strictObject({ savedObjectId: z.string(), ...failure })),
});

export const caseAlertsAnswer = z.array(
  z.strictObject({ id: z.string(), index: z.string(), attached_at: z.string() }),
);

export const relatedCasesAnswer = z.array(
  z.strictObject({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    status: z.enum(CASE_STATUSES),
    createdAt: z.string(),
    totals: z.strictObject({ alerts: count, userComments: count }),
  }),
);

export const userActionsAnswer = z.strictObject({
  userActions: z.array(
    z.strictObject({
      id: z.string(),
      version: z.string(),
      owner,
      type: z.string(),
      action: z.enum(['create', 'add', 'update', 'delete', 'push_to_service']),
      payload: values,
      comment_id: z.string().nullable(),
      created_at: z.string(),
      created_by: caseUserAnswer,
    }),
  ),
  page: count,
  perPage: count,
  total: count,
});

export const caseConfigurationAnswer = z.strictObject({
  id: z.string(),
  version: z.string(),
  owner,
  connector,
  closure_type: z.enum(['close-by-user', 'close-by-pushing']),
  customFields: z.array(values),
  templates: z.array(values),
  observableTypes: z.array(values),
  /** How a case becomes an incident of the connector. */
  mappings: z.array(
    z.strictObject({ source: z.string(), target: z.string(), action_type: z.enum(['overwrite', 'append']) }),
  ),
  error: z.null(),
  created_at: z.string(),
  created_by: caseUserAnswer,
  updated_at: z.string().nullable(),
  updated_by: user,
});

/** Camel case, as in the reference. */
export const caseConnectorsAnswer = z.array(
  z.strictObject({
    id: z.string(),
    name: z.string(),
    actionTypeId: z.string(),
    config: values.optional(),
    isPreconfigured: z.boolean(),
    isDeprecated: z.boolean(),
    isSystemAction: z.boolean(),
    isMissingSecrets: z.boolean().optional(),
    isConnectorTypeDeprecated: z.boolean(),
    referencedByCount: count,
  }),
);

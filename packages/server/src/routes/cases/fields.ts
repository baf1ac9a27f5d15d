import { CASE_OWNERS, CASE_SEVERITIES, CASE_STATUSES } from '@patchbay/kit';
import { z } from 'zod';

/** The shapes of what requests about cases hold. How long and how many, the cases themselves say. */

export const owner = z.enum(CASE_OWNERS);
export const status = z.enum(CASE_STATUSES);
export const severity = z.enum(CASE_SEVERITIES);

export const connector = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  fields: z.record(z.string(), z.unknown()).nullable(),
});

const customFieldType = z.enum(['text', 'toggle', 'number']);
const customFieldValue = z.union([z.string(), z.boolean(), z.number(), z.null()]);

const fields = z.strictObject({
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  connector,
  settings: z.strictObject({ syncAlerts: z.boolean(), extractObservables: z.boolean().optional() }),
  assignees: z.array(z.strictObject({ uid: z.string() })),
  severity,
  category: z.string().nullable(),
  customFields: z.array(z.strictObject({ key: z.string(), type: customFieldType, value: customFieldValue })),
});

/** Any of a case's fields. */
export const someFields = fields.partial();

export const newCase = fields
  .partial({ assignees: true, severity: true, category: true, customFields: true })
  .extend({ owner });

export const caseChange = someFields.extend({
  id: z.string(),
  version: z.string(),
  status: status.optional(),
  /** Refused, whatever it is. */
  owner: z.string().optional(),
});

const configuration = z.strictObject({
  connector,
  closure_type: z.enum(['close-by-user', 'close-by-pushing']),
  customFields: z
    .array(
      z.strictObject({
        key: z.string(),
        label: z.string(),
        type: customFieldType,
        required: z.boolean(),
        defaultValue: customFieldValue.optional(),
      }),
    )
    .optional(),
  templates: z
    .array(
      z.strictObject({
        key: z.string(),
        name: z.string(),
        description: z.string().optional(),
        tags: z.array(z.string()).optional(),
        caseFields: someFields.nullable(),
      }),
    )
    .optional(),
  observableTypes: z.array(z.strictObject({ key: z.string(), label: z.string() })).optional(),
  /** Taken, and of no effect: there are no analytics. */
  analytics_enabled: z.boolean().optional(),
});

export const newConfiguration = configuration.extend({ owner });

export const configurationChange = configuration.partial().extend({ version: z.string() });

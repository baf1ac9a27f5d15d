import { freeFields, incidentComments } from '@patchbay/kit';
import { z } from 'zod';

export const config = z.strictObject({
  apiUrl: z.string().meta({ title: 'URL' }),
  orgId: z.string().meta({ title: 'Organization ID', description: 'The number of the organization.' }),
});

export const secrets = z.strictObject({
  apiKeyId: z.string().meta({ title: 'API key ID' }),
  apiKeySecret: z.string().meta({ title: 'API key secret' }),
});

const OWN_FIELDS = ['name', 'description', 'externalId', 'incidentTypes', 'severityCode', 'additionalFields'];

const incident = z.strictObject({
  name: z.string().meta({ title: 'Name' }),
  description: z.string().nullable().default(null).meta({ title: 'Description', description: 'HTML.' }),
  externalId: z
    .string()
    .nullable()
    .default(null)
    .meta({ title: 'External ID', description: 'The incident to update; null creates one.' }),
  incidentTypes: z
    .array(z.coerce.number())
    .nullable()
    .default(null)
    .meta({ title: 'Incident types', description: 'By id.' }),
  severityCode: z.coerce
    .number()
    .nullable()
    .default(null)
    .meta({ title: 'Severity', description: 'Its id.' }),
  additionalFields: freeFields({ name: 'additionalFields', maxKeys: 50, reserved: OWN_FIELDS })
    .nullable()
    .default(null)
    .meta({
      title: 'Additional fields',
      description: 'By their API names, custom ones too; an object, or JSON text of one.',
    }),
});

export const push = z.strictObject({
  incident: incident.meta({ title: 'Incident' }),
  comments: incidentComments,
});

export const nothing = z.strictObject({});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Incident = Omit<z.output<typeof incident>, 'externalId'>;

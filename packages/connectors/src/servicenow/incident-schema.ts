import { freeFields, incidentComments } from '@patchbay/kit';
import { z } from 'zod';

/** What ties an alert to its incident. As validation puts it in, nothing renders it; rules' actions bring it rendered. */
const CORRELATION_ID = '{{rule.id}}:{{alert.id}}';

const OWN_FIELDS = [
  'short_description',
  'description',
  'externalId',
  'category',
  'subcategory',
  'correlation_id',
  'correlation_display',
  'additional_fields',
];

export const optional = (title: string, description?: string) =>
  z
    .string()
    .nullable()
    .default(null)
    .meta({ title, ...(description !== undefined && { description }) });

/** With a default, that of the text that a rule's action would render. */
export const correlationId = (title: string, description: string) =>
  z.string().nullable().default(CORRELATION_ID).meta({ title, description });

/** The fields that incidents and security incidents both have. */
export const incidentFields = {
  short_description: z.string().meta({ title: 'Short description' }),
  description: optional('Description'),
  externalId: optional('External ID', 'The sys_id of the incident to update; null creates one.'),
  category: optional('Category'),
  subcategory: optional('Subcategory'),
  correlation_id: correlationId('Correlation ID', 'ServiceNow keeps 100 characters.'),
  correlation_display: optional('Correlation display'),
  additional_fields: freeFields({ name: 'additional_fields', maxKeys: 20, reserved: OWN_FIELDS })
    .nullable()
    .default(null)
    .meta({
      title: 'Additional fields',
      description:
        'Columns of the import set by their names; an object, or JSON text of one. Not with the table API.',
    }),
};

export const pushed = <Incident extends z.ZodType>(incident: Incident) =>
  z.strictObject({ incident: incident.meta({ title: 'Incident' }), comments: incidentComments });

export const choicesOf = z.strictObject({
  fields: z.array(z.string()).meta({ title: 'Fields', description: 'Their names in ServiceNow.' }),
});

/** Sub-actions beside the ones that write, which both kinds of incident have. */
export const getFields = z.object({});
export const getIncident = z.strictObject({ externalId: z.string().meta({ title: 'External ID' }) });
export const handshake = z.strictObject({});

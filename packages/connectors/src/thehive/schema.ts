import { incidentComments } from '@patchbay/kit';
import { z } from 'zod';

export const config = z.strictObject({
  url: z.string().meta({ title: 'URL' }),
  organisation: z
    .string()
    .nullable()
    .default(null)
    .meta({ title: 'Organisation', description: 'Left out: the default organisation of the key’s user.' }),
});

export const secrets = z.strictObject({
  apiKey: z.string().meta({ title: 'API key' }),
});

const text = (title: string) => z.string().meta({ title });
const number = (title: string, description: string) =>
  z.coerce.number().nullable().default(null).meta({ title, description });

const severity = number('Severity', '1 low, 2 medium, 3 high, 4 critical.');
const tlp = number('TLP', '0 clear, 1 green, 2 amber, 3 amber+strict, 4 red.');
const tags = z.array(z.string()).nullable().default(null).meta({ title: 'Tags' });

/** An external ID is one part of a path, which dots alone cannot be. */
const incident = z.strictObject({
  title: text('Title'),
  description: text('Description'),
  externalId: z
    .string()
    .refine((id) => id !== '.' && id !== '..', 'is no id')
    .nullable()
    .default(null)
    .meta({ title: 'External ID', description: 'The case to update; left out: a new one is created.' }),
  severity,
  tlp,
  tags,
});

export const pushParams = z.strictObject({
  incident: incident.meta({ title: 'Case' }),
  comments: incidentComments,
});

export const alertParams = z.strictObject({
  title: text('Title'),
  description: text('Description'),
  type: text('Type'),
  source: text('Source'),
  sourceRef: z.string().meta({
    title: 'Source reference',
    description: 'TheHive has one alert for each type, source and reference.',
  }),
  severity,
  isRuleSeverity: z.boolean().nullable().default(false).meta({
    title: 'Severity of the rule',
    description: 'Whether a rule’s action takes the severity of its rule.',
  }),
  tlp,
  tags,
  body: z.string().nullable().default(null).meta({
    title: 'Body',
    description: 'JSON text of an object with more fields, which win over the ones above.',
  }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Case = Omit<z.output<typeof incident>, 'externalId'>;
export type NewAlert = z.output<typeof alertParams>;

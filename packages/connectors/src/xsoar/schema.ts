import { z } from 'zod';

export const config = z.strictObject({
  url: z.string().meta({ title: 'URL', description: 'Of a cloud tenant: its API host.' }),
});

export const secrets = z.strictObject({
  apiKey: z.string().meta({ title: 'API key' }),
  apiKeyID: z
    .string()
    .nullable()
    .default(null)
    .meta({ title: 'API key ID', description: 'Of a cloud tenant only: it tells the two editions apart.' }),
});

export const runParams = z.strictObject({
  name: z.string().meta({ title: 'Name' }),
  playbookId: z.string().nullable().default(null).meta({ title: 'Playbook ID' }),
  createInvestigation: z
    .boolean()
    .meta({ title: 'Start an investigation', description: 'Whether the playbook runs at once.' }),
  severity: z.coerce.number().meta({
    title: 'Severity',
    description: '0 unknown, 0.5 informational, 1 low, 2 medium, 3 high, 4 critical.',
  }),
  isRuleSeverity: z.boolean().nullable().default(false).meta({
    title: 'Severity of the rule',
    description: 'Whether a rule’s action takes the severity of its rule.',
  }),
  body: z.string().nullable().default(null).meta({
    title: 'Body',
    description: 'JSON text of an object with more fields; the ones above win over it.',
  }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type NewIncident = z.output<typeof runParams>;

import { z } from 'zod';

export const config = z.strictObject({
  url: z.string().meta({ title: 'URL', description: 'Of the tenant, such as https://acme.tines.com.' }),
});

export const secrets = z.strictObject({
  email: z.string().meta({ title: 'Email', description: 'Of the account that the token belongs to.' }),
  token: z.string().meta({ title: 'API token' }),
});

const storyId = z.coerce.number().meta({ title: 'Story ID' });

export const webhooksParams = z.strictObject({ storyId });

/** Other keys are dropped: older clients also send the webhook's path and secret, which are asked for anew. */
const webhook = z.object({
  id: z.coerce.number().meta({ title: 'ID' }),
  name: z.string().meta({ title: 'Name' }),
  storyId,
});

export const runParams = z.strictObject({
  webhook: webhook
    .optional()
    .meta({ title: 'Webhook', description: 'A webhook action of a story. Needed without `webhookUrl`.' }),
  webhookUrl: z.string().optional().meta({
    title: 'Webhook URL',
    description: 'The whole address of a webhook action; wins over `webhook`.',
  }),
  body: z
    .string()
    .meta({ title: 'Body', description: 'JSON text. A rule’s action sends its whole context instead.' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Webhook = z.output<typeof webhook>;
export type Run = z.output<typeof runParams>;

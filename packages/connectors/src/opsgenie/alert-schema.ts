import { z } from 'zod';

/** What is sent; longer ones are accepted and cut. https://docs.opsgenie.com/docs/alert-api */
export const MESSAGE_MAX = 130;
const MESSAGE_ACCEPTED_MAX = 15_000;

const source = z.string().max(100).optional().meta({ title: 'Source' });
const user = z.string().max(100).optional().meta({ title: 'User', description: 'Who does it, for the log.' });
const note = z.string().max(25_000).optional().meta({ title: 'Note' });

/** The fields of a new alert that both services have; who it is for is each one's own. */
export function createAlertSchema<Responder extends z.ZodType, VisibleTo extends z.ZodType>(
  responder: Responder,
  visibleTo: VisibleTo,
) {
  return z.strictObject({
    message: z
      .string()
      .min(1)
      .max(MESSAGE_ACCEPTED_MAX)
      .refine((text) => text.trim() !== '', 'must be populated with a value other than just whitespace')
      .meta({ title: 'Message', description: `Cut after ${MESSAGE_MAX} characters, the service's limit.` }),
    alias: z.string().optional().meta({
      title: 'Alias',
      description:
        'What a later alert or a close is matched by. Hashed where it is too long for the service.',
    }),
    description: z.string().max(15_000).optional().meta({ title: 'Description' }),
    responders: z
      .array(responder)
      .max(50)
      .optional()
      .meta({ title: 'Responders', description: 'Who is notified.' }),
    visibleTo: z
      .array(visibleTo)
      .max(50)
      .optional()
      .meta({ title: 'Visible to', description: 'Who sees the alert without being notified.' }),
    actions: z
      .array(z.string().max(50))
      .max(10)
      .optional()
      .meta({ title: 'Actions', description: 'Names of actions that the alert offers.' }),
    tags: z
      .array(z.string().max(50))
      .max(20)
      .optional()
      .meta({ title: 'Tags', description: 'An entry `{{rule.tags}}` stands for every tag of the rule.' }),
    details: z
      .record(z.string(), z.string())
      .optional()
      .meta({ title: 'Details', description: 'Fields of your own.' }),
    entity: z.string().max(512).optional().meta({ title: 'Entity', description: 'What the alert is about.' }),
    source,
    priority: z.enum(['P1', 'P2', 'P3', 'P4', 'P5']).optional().meta({ title: 'Priority' }),
    user,
    note,
  });
}

export const closeAlertSchema = z.strictObject({
  alias: z.string().meta({ title: 'Alias', description: 'The alias that the alert was created with.' }),
  user,
  source,
  note,
});

export type NewAlert = { message: string; alias?: string | undefined };
export type ClosedAlert = z.output<typeof closeAlertSchema>;

export const config = z.strictObject({
  apiUrl: z.string().meta({ title: 'API URL' }),
});

export const secrets = z.strictObject({
  apiKey: z.string().meta({ title: 'API key', description: 'The key of an API integration.' }),
});

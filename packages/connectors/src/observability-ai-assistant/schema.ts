import { ruleSchema } from '@patchbay/kit';
import { z } from 'zod';

/** `kibana.alert.status` of an alert. */
export const ALERT_STATUSES: readonly string[] = ['active', 'recovered', 'untracked'];

const connector = z
  .string()
  .meta({ title: 'Connector', description: 'ID of the language model’s connector.' });

const message = z.string().min(1).meta({ title: 'Message', description: 'What the assistant is asked.' });

const prompts = z
  .array(
    z.strictObject({
      statuses: z
        .array(z.string())
        .meta({ title: 'Statuses', description: 'Of the alerts that the prompt is about.' }),
      message,
    }),
  )
  .meta({ title: 'Prompts' });

/** What a rule's action gives. `message` without `prompts` is how older rules say it. */
export const ruleParams = z.strictObject({
  connector,
  prompts: prompts.optional(),
  status: z.string().optional().meta({ title: 'Status' }),
  message: message.optional(),
});

const alerts = (title: string) => z.array(z.record(z.string(), z.unknown())).meta({ title });

export const params = z.strictObject({
  connector,
  prompts,
  rule: ruleSchema,
  alerts: z
    .strictObject({ new: alerts('New alerts'), recovered: alerts('Recovered alerts') })
    .meta({ title: 'Alerts' }),
});

export type Params = z.output<typeof params>;
export type Prompt = Params['prompts'][number];
export type Alert = Params['alerts']['new'][number];

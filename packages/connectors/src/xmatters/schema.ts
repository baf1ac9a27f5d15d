import { z } from 'zod';

export const config = z.strictObject({
  configUrl: z.string().nullable().default(null).meta({
    title: 'Initiation URL',
    description: 'Of the flow’s trigger, with basic authentication. Without it the URL is a secret.',
  }),
  usesBasic: z.boolean().default(true).meta({
    title: 'Basic authentication',
    description:
      'Whether the flow is triggered with user name and password; otherwise the URL has an API key.',
  }),
});

const secret = (title: string, description?: string) =>
  z.string().nullable().default(null).meta({ title, description });

export const secrets = z.strictObject({
  user: secret('User name'),
  password: secret('Password'),
  secretsUrl: secret(
    'Initiation URL',
    'Of the flow’s trigger, with its API key. Without basic authentication.',
  ),
});

const optional = (title: string, description?: string) => z.string().optional().meta({ title, description });

export const params = z.strictObject({
  alertActionGroupName: optional('Action group', 'Of the alert, such as `Active` or `Recovered`.'),
  signalId: optional('Signal ID', 'What the flow knows the alert by, such as `{{rule.id}}:{{alert.id}}`.'),
  ruleName: optional('Rule name'),
  date: optional('Date'),
  severity: z.string().meta({ title: 'Severity', description: 'Empty: `High`.' }),
  spaceId: optional('Space ID'),
  tags: optional('Tags'),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;

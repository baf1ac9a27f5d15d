import { z } from 'zod';

export const config = z.strictObject({
  service: z.string().default('other').meta({
    title: 'Service',
    description:
      'Who takes the mail: `other` (a host of your own), `gmail`, `outlook365`, `ses`, `elastic_cloud`, `exchange_server`, or any service that Nodemailer knows by name.',
  }),
  host: z
    .string()
    .nullable()
    .default(null)
    .meta({ title: 'Host', description: 'The mail server, with the service `other`.' }),
  port: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .nullable()
    .default(null)
    .meta({ title: 'Port', description: 'Its port, with the service `other`.' }),
  secure: z.boolean().nullable().default(null).meta({
    title: 'Secure',
    description:
      'TLS from the first byte; otherwise STARTTLS where the server offers it. Left out: on for port 465.',
  }),
  from: z.string().meta({
    title: 'Sender',
    description: 'The address that mail comes from, as `user@host` or `Name <user@host>`.',
  }),
  hasAuth: z
    .boolean()
    .default(true)
    .meta({ title: 'Authentication', description: 'Whether to log in, with user name and password.' }),
  tenantId: z
    .string()
    .nullable()
    .default(null)
    .meta({ title: 'Tenant ID', description: 'Of the directory, with the service `exchange_server`.' }),
  clientId: z
    .string()
    .nullable()
    .default(null)
    .meta({ title: 'Client ID', description: 'Of the application, with the service `exchange_server`.' }),
  oauthTokenUrl: z.string().nullable().default(null).meta({
    title: 'OAuth token URL',
    description:
      'Where access tokens come from, with the service `exchange_server`; left out: from Microsoft.',
  }),
  allowHtml: z
    .boolean()
    .optional()
    .meta({ title: 'Allow HTML', description: 'Whether runs may bring an HTML message of their own.' }),
});

const secret = (title: string) => z.string().nullable().default(null).meta({ title });

export const secrets = z
  .strictObject({
    user: secret('User name'),
    password: secret('Password'),
    clientSecret: secret('Client secret'),
  })
  .default({ user: null, password: null, clientSecret: null });

const MAX_ADDRESS_LENGTH = 512;
const MAX_RECIPIENTS = 100;
const MAX_REPLY_TO = 10;

const addresses = (title: string, description: string, max = MAX_RECIPIENTS) =>
  z.array(z.string().max(MAX_ADDRESS_LENGTH)).max(max).meta({ title, description });

export const params = z.strictObject({
  to: addresses('To', 'Recipients.').default([]),
  cc: addresses('Cc', 'Recipients of a copy.').default([]),
  bcc: addresses('Bcc', 'Recipients of a copy that the others do not see.').default([]),
  replyTo: addresses('Reply to', 'Where answers go.', MAX_REPLY_TO).optional(),
  subject: z.string().meta({ title: 'Subject' }),
  message: z.string().meta({ title: 'Message', description: 'In Markdown.' }),
  messageHTML: z.string().nullable().default(null).meta({
    title: 'HTML message',
    description: 'In place of the one that is made of the message, where HTML is allowed.',
  }),
  kibanaFooterLink: z
    .strictObject({
      path: z.string().default('/').meta({ title: 'Path' }),
      text: z.string().default('Go to Elastic').meta({ title: 'Text' }),
    })
    .default({ path: '/', text: 'Go to Elastic' })
    .meta({ title: 'Footer link', description: 'Where the link below the message leads.' }),
  attachments: z
    .array(
      z.strictObject({
        content: z.string().meta({ title: 'Content', description: 'Base64, with the encoding `base64`.' }),
        filename: z.string().meta({ title: 'File name' }),
        contentType: z.string().optional().meta({ title: 'Content type' }),
        encoding: z.string().optional().meta({ title: 'Encoding' }),
      }),
    )
    .optional()
    .meta({ title: 'Attachments', description: 'Taken from notifications only.' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Params = z.output<typeof params>;

import { webhookAuthConfig, webhookSecrets, withoutAuth } from '@patchbay/kit';
import { z } from 'zod';

export const config = z.preprocess(
  withoutAuth,
  z.strictObject({
    url: z.string().meta({ title: 'URL', description: 'The address that is called, as it stands.' }),
    method: z
      .enum(['post', 'put', 'patch', 'get', 'delete'])
      .default('post')
      .meta({ title: 'Method', description: 'The HTTP method. A GET or DELETE carries no body.' }),
    headers: z.record(z.string(), z.string()).nullable().default(null).meta({
      title: 'Headers',
      description: 'Headers sent with each request, readable by who may read the connector.',
    }),
    ...webhookAuthConfig,
  }),
);

export const secrets = webhookSecrets;

export const params = z.strictObject({
  body: z.string().optional().meta({ title: 'Body', description: 'The request body, sent as it stands.' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;

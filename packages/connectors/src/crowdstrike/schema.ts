import { z } from 'zod';

export const config = z.strictObject({
  url: z.string().meta({
    title: 'API URL',
    description: 'Of the cloud that the account is in, such as https://api.crowdstrike.com.',
  }),
});

export const secrets = z.strictObject({
  clientId: z.string().meta({ title: 'Client ID' }),
  clientSecret: z.string().meta({ title: 'Client secret' }),
});

const ids = z.array(z.string()).meta({ title: 'Agent IDs' });

export const agents = z.strictObject({ ids });

export const hostAction = z.strictObject({
  command: z.enum(['contain', 'lift_containment']).meta({ title: 'Command' }),
  actionParameters: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ title: 'Action parameters', description: 'Sent to the service as they are.' }),
  ids,
  alertIds: z.array(z.string()).optional().meta({ title: 'Alert IDs', description: 'Not sent.' }),
  comment: z.string().optional().meta({ title: 'Comment', description: 'Not sent.' }),
});

/** Says what is expected and checks nothing: the service does. */
export const rtrCommand = z
  .looseObject({
    command: z.unknown().optional().meta({
      title: 'Command',
      description: "Text that begins with `runscript`, such as `runscript -CloudFile='collect'`.",
    }),
    endpoint_ids: z.unknown().optional().meta({ title: 'Agent IDs', description: 'A list.' }),
  })
  .nullish();

export const anything = z.looseObject({}).nullish();

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type RtrCommand = z.output<typeof rtrCommand>;
export type HostAction = z.output<typeof hostAction>;

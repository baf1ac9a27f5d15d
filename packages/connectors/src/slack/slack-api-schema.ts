import { messageOf, subActionChoice } from '@patchbay/kit';
import { z } from 'zod';

const MAX_ALLOWED_CHANNELS = 500;

export const config = z
  .strictObject({
    allowedChannels: z
      .array(
        z.strictObject({
          id: z.string().min(1).optional().meta({ title: 'Channel ID' }),
          name: z
            .string()
            .min(1)
            .meta({ title: 'Channel name', description: 'With or without the # before it.' }),
        }),
      )
      .max(MAX_ALLOWED_CHANNELS)
      .optional()
      .meta({
        title: 'Allowed channels',
        description: 'The channels that runs may post to. Left out or empty: all that the token may.',
      }),
  })
  .default({});

export const secrets = z.strictObject({
  token: z.string().min(1).meta({
    title: 'Token',
    description: 'The bot token of a Slack app (xoxb-...) with the scope chat:write.',
  }),
});

/** Says what is wrong with a name. Its length is another check's. */
function ensureChannelName(name: string, { addIssue }: z.core.$RefinementCtx<string>): void {
  if (name === '') addIssue('Channel name cannot be empty');
  else if (!name.startsWith('#')) addIssue('Channel name must start with #');
}

/** Where a message goes: the first list that is given, of names, ids and channels. */
const channels = (name: z.ZodString) => ({
  channelNames: z
    .array(name.superRefine(ensureChannelName))
    .max(1)
    .optional()
    .meta({ title: 'Channel name', description: 'One, with its #.' }),
  channelIds: z.array(z.string()).max(1).optional().meta({ title: 'Channel ID', description: 'One.' }),
  channels: z.array(z.string()).max(1).optional().meta({
    title: 'Channel',
    description: 'Deprecated: one, by id or name, that is not held against the allowed channels.',
  }),
});

function ensureBlockKit(text: string, { addIssue }: z.core.$RefinementCtx<string>): void {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, 'blocks')) return;
    addIssue('block kit body must contain field "blocks"');
  } catch (error) {
    addIssue(`block kit body is not valid JSON - ${messageOf(error)}`);
  }
}

export const params = subActionChoice({
  validChannelId: z.strictObject({
    channelId: z.string().optional().meta({ title: 'Channel ID', description: 'The channel to look for.' }),
  }),
  postMessage: z.strictObject({
    ...channels(z.string().min(2).max(200)),
    text: z.string().min(1).meta({ title: 'Text', description: 'The text to post, in Slack mrkdwn.' }),
  }),
  postBlockkit: z.strictObject({
    ...channels(z.string()),
    text: z.string().superRefine(ensureBlockKit).meta({
      title: 'Block Kit',
      description: 'JSON text of an object with `blocks`, which are posted.',
    }),
  }),
});

export type Config = z.output<typeof config>;
export type Params = z.output<typeof params>;

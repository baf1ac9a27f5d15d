import { modelCallParams, modelHints } from '@patchbay/kit';
import { z } from 'zod';

export const DEFAULT_MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

export const config = z.strictObject({
  apiUrl: z.string().meta({
    title: 'URL',
    description: 'The runtime endpoint of a region, such as https://bedrock-runtime.us-east-1.amazonaws.com.',
  }),
  region: z.string().optional().meta({
    title: 'Region',
    description: 'What requests are signed for. Left out: the region that the URL names, else us-east-1.',
  }),
  defaultModel: z.string().default(DEFAULT_MODEL).meta({
    title: 'Default model',
    description: 'ID of a model or of an inference profile.',
  }),
  ...modelHints,
});

export const secrets = z.strictObject({
  accessKey: z.string().meta({ title: 'Access key' }),
  secret: z.string().meta({ title: 'Secret' }),
});

const model = z
  .string()
  .optional()
  .meta({ title: 'Model', description: 'In place of the connector’s default model.' });

const temperature = z.coerce.number().optional().meta({ title: 'Temperature' });
const stopSequences = z.array(z.string()).optional().meta({ title: 'Stop sequences' });
const maxTokens = z.coerce
  .number()
  .optional()
  .meta({ title: 'Max tokens', description: 'The longest answer.' });
const role = z.string().meta({ title: 'Role' });

export const runParams = z.strictObject({
  body: z.string().meta({ title: 'Body', description: 'JSON text in the model’s own format.' }),
  model,
  raw: z.boolean().optional().meta({ title: 'Raw', description: 'Gives the model’s answer as it is.' }),
  ...modelCallParams,
});

const invocation = {
  model,
  temperature,
  stopSequences,
  system: z.string().optional().meta({ title: 'System prompt' }),
  maxTokens,
  anthropicVersion: z.string().optional().meta({ title: 'Anthropic version' }),
  tools: z
    .array(
      z.strictObject({
        name: z.string().meta({ title: 'Name' }),
        description: z.string().meta({ title: 'Description' }),
        input_schema: z.looseObject({}).meta({ title: 'Input schema' }),
      }),
    )
    .optional()
    .meta({ title: 'Tools' }),
  toolChoice: z
    .strictObject({
      type: z.enum(['auto', 'any', 'tool']).meta({ title: 'Type' }),
      name: z.string().optional().meta({ title: 'Name' }),
    })
    .optional()
    .meta({ title: 'Tool choice' }),
  ...modelCallParams,
};

const message = z
  .strictObject({
    role,
    content: z.string().optional().meta({ title: 'Content' }),
    rawContent: z
      .array(z.unknown())
      .optional()
      .meta({ title: 'Raw content', description: 'Blocks in the model’s own format, in place of a text.' }),
  })
  .superRefine(({ content, rawContent }, context) => {
    const message = refusalOf(content, rawContent);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

function refusalOf(content: unknown, rawContent: unknown): string | undefined {
  if (content === undefined && rawContent === undefined) return 'Must specify either content or rawContent';
  if (content === undefined || rawContent === undefined) return undefined;
  return 'content and rawContent can not be used at the same time';
}

export const invokeParams = z.strictObject({
  messages: z.array(message).meta({ title: 'Messages' }),
  ...invocation,
});

export const invokeRawParams = z.strictObject({
  messages: z
    .array(z.strictObject({ role, content: z.unknown().meta({ title: 'Content' }) }))
    .meta({ title: 'Messages' }),
  ...invocation,
});

/** Keys that it does not know are left out. */
export const converseParams = z.object({
  messages: z.array(z.unknown()).meta({ title: 'Messages' }),
  model,
  system: z.array(z.unknown()).optional().meta({ title: 'System prompt' }),
  temperature,
  maxTokens,
  stopSequences,
  tools: z.array(z.unknown()).optional().meta({ title: 'Tools' }),
  toolChoice: z.unknown().optional().meta({ title: 'Tool choice' }),
  maxContentLength: z.coerce.number().optional().meta({
    title: 'Max content length',
    description: 'Accepted; the operator’s limit of an answer holds.',
  }),
  ...modelCallParams,
});

export const clientSendParams = z.strictObject({
  command: z.unknown().meta({ title: 'Command' }),
  signal: modelCallParams.signal,
  telemetryMetadata: modelCallParams.telemetryMetadata,
});

export const dashboardParams = z.strictObject({
  dashboardId: z.string().meta({ title: 'Dashboard ID' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Run = z.output<typeof runParams>;
export type Invoke = z.output<typeof invokeParams>;
export type InvokeRaw = z.output<typeof invokeRawParams>;
export type Converse = z.output<typeof converseParams>;

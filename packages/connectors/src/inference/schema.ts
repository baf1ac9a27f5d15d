import { modelCallParams, modelHints } from '@patchbay/kit';
import { z } from 'zod';

const settings = (title: string, description: string) =>
  z.record(z.string(), z.unknown()).default({}).meta({ title, description });

export const config = z.strictObject({
  provider: z.string().meta({ title: 'Provider', description: 'A service that Elasticsearch knows.' }),
  taskType: z.string().meta({
    title: 'Task type',
    description: '`chat_completion`, `completion`, `rerank`, `text_embedding` or `sparse_embedding`.',
  }),
  inferenceId: z.string().meta({
    title: 'Inference ID',
    description: 'Of the endpoint, which is created and deleted with the connector.',
  }),
  providerConfig: settings('Provider config', 'Settings of the service. Keys may be dotted paths.'),
  taskTypeConfig: settings('Task type config', 'Settings of the task. Keys may be dotted paths.'),
  ...modelHints,
  headers: z
    .record(z.string(), z.string())
    .optional()
    .meta({ title: 'Headers', description: 'Kept for callers, not sent.' }),
});

export const secrets = z
  .strictObject({
    providerSecrets: settings(
      'Provider secrets',
      'Settings of the service that are secret, such as `api_key`. Keys may be dotted paths.',
    ),
  })
  .default({ providerSecrets: {} });

const toolCall = z.strictObject({
  id: z.string().meta({ title: 'ID' }),
  type: z.string().meta({ title: 'Type' }),
  function: z
    .strictObject({
      arguments: z.string().optional().meta({ title: 'Arguments' }),
      name: z.string().optional().meta({ title: 'Name' }),
    })
    .meta({ title: 'Function' }),
});

const message = z.strictObject({
  role: z.string().meta({ title: 'Role' }),
  content: z.string().nullish().meta({ title: 'Content' }),
  name: z.string().optional().meta({ title: 'Name' }),
  tool_call_id: z.string().optional().meta({ title: 'Tool call ID' }),
  tool_calls: z.array(toolCall).optional().meta({ title: 'Tool calls' }),
});

const tool = z.strictObject({
  type: z.string().meta({ title: 'Type' }),
  function: z
    .strictObject({
      name: z.string().meta({ title: 'Name' }),
      description: z.string().optional().meta({ title: 'Description' }),
      parameters: z.record(z.string(), z.unknown()).optional().meta({ title: 'Parameters' }),
    })
    .meta({ title: 'Function' }),
});

const chat = z.strictObject({
  messages: z.array(message).default([]).meta({ title: 'Messages' }),
  model: z.string().optional().meta({ title: 'Model' }),
  max_tokens: z.coerce.number().optional().meta({ title: 'Max tokens' }),
  metadata: z.record(z.string(), z.string()).optional().meta({ title: 'Metadata' }),
  n: z.coerce.number().optional().meta({ title: 'N', description: 'Accepted, not sent.' }),
  stop: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .meta({ title: 'Stop' }),
  temperature: z.coerce.number().optional().meta({ title: 'Temperature' }),
  tool_choice: z
    .union([
      z.string(),
      z.strictObject({
        type: z.string().meta({ title: 'Type' }),
        function: z.strictObject({ name: z.string().meta({ title: 'Name' }) }).meta({ title: 'Function' }),
      }),
    ])
    .optional()
    .meta({ title: 'Tool choice' }),
  tools: z.array(tool).optional().meta({ title: 'Tools' }),
  top_p: z.coerce.number().optional().meta({ title: 'Top P' }),
  user: z.string().optional().meta({ title: 'User' }),
});

export const chatParams = z.strictObject({
  body: chat.meta({ title: 'Body', description: 'A request for a chat completion, as OpenAI has it.' }),
  signal: modelCallParams.signal,
  telemetryMetadata: modelCallParams.telemetryMetadata,
});

const input = z.string().meta({ title: 'Input' });

export const completionParams = z.strictObject({ input });

export const rerankParams = z.strictObject({
  query: z.string().meta({ title: 'Query' }),
  input: z.array(z.string()).default([]).meta({ title: 'Input', description: 'Texts to put in order.' }),
});

export const textEmbeddingParams = z.strictObject({
  input,
  inputType: z.string().meta({ title: 'Input type', description: 'Such as `ingest` or `search`.' }),
});

export const sparseEmbeddingParams = z.strictObject({ input });

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Chat = z.output<typeof chatParams>;

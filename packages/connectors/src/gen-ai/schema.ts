import { z } from 'zod';

export const DEFAULT_MODEL = 'gpt-4.1';

const apiUrl = z.string().meta({
  title: 'URL',
  description: 'The whole address of chat completions; nothing is appended to it.',
});

const anyProvider = {
  headers: z.record(z.string(), z.string()).optional().meta({
    title: 'Headers',
    description: 'Sent with each request, not secret; they cannot replace the key.',
  }),
  contextWindowLength: z.coerce
    .number()
    .optional()
    .meta({ title: 'Context window', description: 'In tokens, for assistants; not sent.' }),
  temperature: z.coerce
    .number()
    .optional()
    .meta({ title: 'Temperature', description: 'For assistants; not sent.' }),
};

const azureOpenAi = z.strictObject({
  apiProvider: z.literal('Azure OpenAI').meta({ title: 'Provider' }),
  apiUrl,
  defaultModel: z.string().optional().meta({
    title: 'Default model',
    description: 'For gateways that want a model in the body; a deployment needs none.',
  }),
  ...anyProvider,
});

const openAi = z.strictObject({
  apiProvider: z.literal('OpenAI').meta({ title: 'Provider' }),
  apiUrl,
  defaultModel: z
    .string()
    .default(DEFAULT_MODEL)
    .meta({ title: 'Default model', description: 'Of requests that name none.' }),
  organizationId: z.string().optional().meta({ title: 'Organization ID' }),
  projectId: z.string().optional().meta({ title: 'Project ID' }),
  ...anyProvider,
});

const other = z.strictObject({
  apiProvider: z.literal('Other').meta({ title: 'Provider' }),
  apiUrl,
  defaultModel: z.string().meta({
    title: 'Default model',
    description: 'Of streams that name none; other requests name their own.',
  }),
  verificationMode: z.enum(['full', 'certificate', 'none']).default('full').meta({
    title: 'Verification mode',
    description: "How the service's certificate is checked where the secrets hold certificates.",
  }),
  enableNativeFunctionCalling: z.boolean().optional().meta({
    title: 'Native function calling',
    description: 'For assistants: whether the service takes tools; not sent.',
  }),
  ...anyProvider,
});

export const config = z.discriminatedUnion('apiProvider', [azureOpenAi, openAi, other]);

const pem = (title: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta({ title: `${title} (base64 of PEM)` });

export const secrets = z.strictObject({
  apiKey: z
    .string()
    .optional()
    .meta({ title: 'API key', description: 'Needed where there is no client certificate.' }),
  certificateData: pem('Client certificate'),
  privateKeyData: pem('Client key'),
  caData: pem('Certificate authorities'),
});

const everyCall = {
  signal: z
    .unknown()
    .optional()
    .meta({ title: 'Signal', description: 'Of callers inside a process; not used here.' }),
  timeout: z.coerce.number().optional().meta({ title: 'Time-out', description: 'Milliseconds.' }),
  telemetryMetadata: z
    .strictObject({
      pluginId: z.string().optional().meta({ title: 'Plugin ID' }),
      aggregateBy: z.string().optional().meta({ title: 'Aggregate by' }),
      useCase: z.string().optional().meta({ title: 'Use case' }),
    })
    .optional()
    .meta({ title: 'Telemetry metadata', description: 'Accepted and not used.' }),
};

const body = z.string().meta({
  title: 'Body',
  description: 'The request as JSON text. Whether it is streamed is not up to it.',
});

export const runParams = z.strictObject({ body, ...everyCall });

export const streamParams = z.strictObject({
  body,
  stream: z
    .boolean()
    .default(false)
    .meta({ title: 'Stream', description: "Whether the answer is the service's bytes as they arrive." }),
  ...everyCall,
});

const name = z.string().meta({ title: 'Name' });

const calledFunction = z.strictObject({
  arguments: z.string().meta({ title: 'Arguments', description: 'JSON text.' }),
  name,
});

const message = z.strictObject({
  role: z.string().meta({ title: 'Role' }),
  content: z.string().meta({ title: 'Content' }),
  name: name.optional(),
  function_call: calledFunction.optional().meta({ title: 'Function call' }),
  tool_calls: z
    .array(
      z.strictObject({
        id: z.string().meta({ title: 'ID' }),
        type: z.string().meta({ title: 'Type' }),
        function: calledFunction.meta({ title: 'Function' }),
      }),
    )
    .optional()
    .meta({ title: 'Tool calls' }),
  tool_call_id: z.string().optional().meta({ title: 'Tool call ID' }),
});

const tool = z.looseObject({
  type: z.literal('function').meta({ title: 'Type' }),
  function: z
    .looseObject({
      name,
      parameters: z
        .record(z.string(), z.unknown())
        .meta({ title: 'Parameters', description: 'JSON Schema.' }),
      description: z.string().optional().meta({ title: 'Description' }),
      strict: z.boolean().optional().meta({ title: 'Strict' }),
    })
    .meta({ title: 'Function' }),
});

const olderFunction = z.strictObject({
  name,
  description: z.string().meta({ title: 'Description' }),
  parameters: z
    .strictObject({
      type: z.string().meta({ title: 'Type' }),
      properties: z.record(z.string(), z.unknown()).meta({ title: 'Properties' }),
      additionalProperties: z.boolean().meta({ title: 'Additional properties' }),
      $schema: z.string().meta({ title: 'Schema' }),
    })
    .meta({ title: 'Parameters' }),
});

export const invokeParams = z.strictObject({
  messages: z.array(message).meta({ title: 'Messages' }),
  model: z.string().optional().meta({ title: 'Model' }),
  tools: z.array(tool).optional().meta({ title: 'Tools' }),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.strictObject({
        type: z.literal('function').meta({ title: 'Type' }),
        function: z.strictObject({ name }).meta({ title: 'Function' }),
      }),
    ])
    .optional()
    .meta({ title: 'Tool choice' }),
  functions: z
    .array(olderFunction)
    .optional()
    .meta({ title: 'Functions', description: 'Deprecated by the service.' }),
  function_call: z
    .union([z.enum(['none', 'auto']), z.strictObject({ name })])
    .optional()
    .meta({ title: 'Function call', description: 'Deprecated by the service.' }),
  n: z.coerce.number().optional().meta({ title: 'Choices', description: 'How many answers are made.' }),
  stop: z
    .union([z.string(), z.array(z.string()), z.null()])
    .optional()
    .meta({ title: 'Stop', description: 'Texts at which the model ends.' }),
  temperature: z.coerce.number().optional().meta({ title: 'Temperature' }),
  response_format: z.unknown().optional().meta({ title: 'Response format' }),
  ...everyCall,
});

export const dashboardParams = z.strictObject({
  dashboardId: z.string().meta({ title: 'Dashboard ID' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type InvokeParams = z.output<typeof invokeParams>;

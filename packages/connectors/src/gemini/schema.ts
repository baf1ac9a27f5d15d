import { modelCallParams, modelHints } from '@patchbay/kit';
import { z } from 'zod';

export const DEFAULT_MODEL = 'gemini-2.5-pro';

export const config = z.strictObject({
  apiUrl: z.string().meta({
    title: 'URL',
    description: 'The endpoint of a region, such as https://us-central1-aiplatform.googleapis.com.',
  }),
  defaultModel: z.string().default(DEFAULT_MODEL).meta({ title: 'Default model' }),
  gcpRegion: z.string().meta({ title: 'GCP region', description: 'The one of the URL.' }),
  gcpProjectID: z.string().meta({ title: 'GCP project ID' }),
  ...modelHints,
});

export const secrets = z.strictObject({
  credentialsJson: z.string().meta({
    title: 'Credentials JSON',
    description: 'The whole key file of a service account, as text.',
  }),
});

const model = z
  .string()
  .optional()
  .meta({ title: 'Model', description: 'In place of the connector’s default model.' });

const stopSequences = z
  .array(z.string())
  .optional()
  .meta({ title: 'Stop sequences', description: 'Accepted, not sent.' });

export const runParams = z.strictObject({
  body: z
    .unknown()
    .meta({ title: 'Body', description: 'The request in the model’s own format, as JSON text.' }),
  model,
  temperature: z.coerce
    .number()
    .optional()
    .meta({ title: 'Temperature', description: 'Accepted, not sent: the body says it.' }),
  stopSequences,
  raw: z.boolean().optional().meta({ title: 'Raw', description: 'Gives the model’s answer as it is.' }),
  ...modelCallParams,
});

export const invokeParams = z.strictObject({
  messages: z
    .array(z.unknown())
    .meta({ title: 'Messages', description: 'Each with a `role`, and `content` or `parts`.' }),
  systemInstruction: z.string().optional().meta({ title: 'System instruction' }),
  model,
  temperature: z.coerce.number().optional().meta({ title: 'Temperature', description: '0 if left out.' }),
  maxOutputTokens: z.coerce.number().optional().meta({ title: 'Max output tokens' }),
  stopSequences,
  tools: z.array(z.unknown()).optional().meta({ title: 'Tools', description: 'Not sent by `invokeAI`.' }),
  toolConfig: z
    .strictObject({
      mode: z.enum(['AUTO', 'ANY', 'NONE']).meta({ title: 'Mode' }),
      allowedFunctionNames: z.array(z.string()).optional().meta({ title: 'Allowed function names' }),
    })
    .optional()
    .meta({ title: 'Tool config', description: 'Not sent by `invokeAIRaw`.' }),
  ...modelCallParams,
});

export const dashboardParams = z.strictObject({
  dashboardId: z.string().meta({ title: 'Dashboard ID' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Run = z.output<typeof runParams>;
export type Invoke = z.output<typeof invokeParams>;

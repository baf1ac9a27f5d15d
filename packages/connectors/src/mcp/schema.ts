import { z } from 'zod';

const headers = z.record(z.string(), z.string());

/** Other keys are dropped, as in the reference. */
export const config = z.object({
  serverUrl: z.string().meta({
    title: 'Server URL',
    description:
      'The endpoint of the server that speaks Streamable HTTP, such as https://mcp.example.com/mcp.',
  }),
  hasAuth: z.boolean().default(true).meta({
    title: 'Authenticate',
    description: 'If not, neither the credentials nor the secret headers are sent.',
  }),
  authType: z.enum(['none', 'bearer', 'apiKey', 'basic']).optional().meta({ title: 'Authentication' }),
  apiKeyHeaderName: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'API key header', description: 'X-API-Key if left out.' }),
  apiKeyHeaderValue: z.string().optional().meta({
    title: 'API key header value',
    description: 'What the header says, with {{apiKey}} in place of the key. The key alone if left out.',
  }),
  headers: headers.optional().meta({ title: 'Headers', description: 'Sent with every request. Not secret.' }),
});

/** What the chosen authentication lacks is not sent: nothing here is required. */
export const secrets = z.object({
  token: z.string().optional().meta({ title: 'Token' }),
  apiKey: z.string().optional().meta({ title: 'API key' }),
  user: z.string().optional().meta({ title: 'Username' }),
  password: z.string().optional().meta({ title: 'Password' }),
  secretHeaders: headers
    .optional()
    .meta({ title: 'Secret headers', description: 'Win over the headers and over the authentication.' }),
});

export const testParams = z.strictObject({});

export const listToolsParams = z.object({
  forceRefresh: z.boolean().optional().meta({
    title: 'Force refresh',
    description: 'Asks the server, whatever is remembered from the last 15 minutes.',
  }),
});

export const callToolParams = z.object({
  name: z.string().meta({ title: 'Tool' }),
  arguments: z.record(z.string(), z.unknown()).optional().meta({ title: 'Arguments' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type ToolCall = z.output<typeof callToolParams>;

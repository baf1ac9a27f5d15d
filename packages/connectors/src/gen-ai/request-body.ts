import type { Config } from './schema.ts';

/** The only addresses of OpenAI that are told whether to stream. */
const OFFICIAL_URLS: readonly string[] = [
  'https://api.openai.com/v1/chat/completions',
  'https://api.openai.com/v1/completions',
];

const AZURE_DEPLOYMENT = /\/openai\/deployments\/[^/]+\/(?:(?:extensions\/)?chat\/)?completions/;

export interface Wanted {
  isStream: boolean;
  /** Whether a provider other than the two is told the default model. */
  addsModel: boolean;
}

type Body = Record<string, unknown>;

/**
 * A caller's body as the provider is to have it: streamed or not as the action says, with a model. The keys that are added
 * come in the reference's order. What is no JSON object stays as it is, and so does all that goes to no deployment of Azure.
 */
export function requestBody(config: Config, body: string, wanted: Wanted): string {
  const parsed = objectIn(body);
  const isForeign = config.apiProvider === 'Azure OpenAI' && !AZURE_DEPLOYMENT.test(config.apiUrl);
  if (parsed === undefined || isForeign) return body;
  return JSON.stringify(rewritten(config, parsed, wanted));
}

/** The object that a text is; undefined: it is none. */
export function objectIn(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}

function rewritten(config: Config, body: Body, { isStream, addsModel }: Wanted): Body {
  switch (config.apiProvider) {
    case 'OpenAI': {
      const isTold = OFFICIAL_URLS.includes(config.apiUrl);
      const told = isTold ? { ...body, ...streaming(isStream) } : body;
      return withoutIdleChoices({ ...told, model: body.model || config.defaultModel });
    }
    case 'Azure OpenAI': {
      const { defaultModel } = config;
      return {
        ...body,
        ...streaming(isStream),
        ...(defaultModel && !body.model ? { model: defaultModel } : undefined),
      };
    }
    case 'Other':
      return {
        ...body,
        stream: isStream,
        ...(addsModel && !body.model ? { model: config.defaultModel } : undefined),
      };
  }
}

/** The usage comes in a last chunk of its own. https://platform.openai.com/docs/api-reference/chat-streaming */
function streaming(isStream: boolean): Body {
  return isStream ? { stream: true, stream_options: { include_usage: true } } : { stream: false };
}

/** The service refuses a choice among tools where there are none. */
function withoutIdleChoices(body: Body): Body {
  const idle = [
    ...(isFilled(body.tools) ? [] : ['tool_choice', 'parallel_tool_calls']),
    ...(isFilled(body.functions) ? [] : ['function_call']),
  ];
  return Object.fromEntries(Object.entries(body).filter(([key]) => !idle.includes(key)));
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const API_KEY = 'sk-test-0123456789';

export interface OpenAiLike {
  /** Default: `gpt-4.1`. */
  models?: string[];
  /** What the model says. */
  reply?: string;
  /** Requests that are taken before the limit is reached. */
  limit?: number;
  /** Whether it plays a deployment of Azure: `api-key`, a path and a version instead of a model. */
  isAzure?: boolean;
  /** Whether `error` is the text itself, as with LM Studio. */
  hasPlainErrors?: boolean;
  /** Chunks after which a stream ends: with an error of the service in it, or with the connection. */
  fails?: { after: number; how: 'event' | 'connection' };
  /** Bytes in one write of a stream. Default: an event. */
  writes?: number;
  /** Whether it knows `stream_options`; one that does not passes it over. Default: it does. */
  knowsUsage?: boolean;
}

interface ChatRequest {
  model?: string;
  messages?: { role?: string; content?: unknown }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  tools?: unknown[];
  tool_choice?: unknown;
  parallel_tool_calls?: unknown;
}

export const PATH = '/v1/chat/completions';
export const AZURE_PATH = '/openai/deployments/chat/chat/completions';

/**
 * Plays chat completions of OpenAI, or of a deployment of Azure: asks for the key, JSON, a model that exists and messages,
 * and refuses what belongs to a stream or to tools where there are none. https://platform.openai.com/docs/api-reference/chat,
 * https://learn.microsoft.com/azure/ai-services/openai/reference
 */
export function openAiLike(options: OpenAiLike = {}) {
  const { models = ['gpt-4.1'], limit = Number.POSITIVE_INFINITY, isAzure = false } = options;
  const { hasPlainErrors = false } = options;
  let taken = 0;
  const refused = (status: number, message: string, headers: Record<string, string> = {}): StandInAnswer =>
    json(status, { error: hasPlainErrors ? message : { message, type: 'invalid_request_error' } }, headers);

  return standIn((request) => {
    const { pathname, searchParams } = new URL(request.url, 'http://vendor');
    if (request.method !== 'POST' || pathname !== (isAzure ? AZURE_PATH : PATH)) {
      return refused(404, `Invalid URL (${request.method} ${pathname})`);
    }
    if (!isKeyOf(request, isAzure)) return refused(401, 'Incorrect API key provided.');
    if (isAzure && !/^\d{4}-\d\d-\d\d/.test(searchParams.get('api-version') ?? '')) {
      return refused(404, 'Resource not found');
    }
    if (!request.headers['content-type']?.startsWith('application/json')) {
      return refused(400, 'Unsupported content type.');
    }
    if (++taken > limit) return refused(429, 'Rate limit reached.', { 'retry-after': '20' });
    const body = chatIn(request.body);
    if (body === undefined) return refused(400, 'We could not parse the JSON body of your request.');
    const problem = problemOf(body);
    if (problem !== undefined) return refused(400, problem);
    if (!isAzure) {
      if (body.model === undefined) return refused(400, 'you must provide a model parameter');
      if (!models.includes(body.model)) return refused(404, `The model \`${body.model}\` does not exist`);
    }
    return body.stream === true ? streamed(body, options) : whole(body, options);
  });
}

function isKeyOf({ headers }: ReceivedRequest, isAzure: boolean): boolean {
  return isAzure ? headers['api-key'] === API_KEY : headers.authorization === `Bearer ${API_KEY}`;
}

function chatIn(text: string): ChatRequest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(body: ChatRequest): string | undefined {
  const { messages = [], tools = [], stream = false } = body;
  if (messages.length === 0) return "[] is too short - 'messages'";
  if (messages.some(({ role, content }) => typeof role !== 'string' || content === undefined)) {
    return "Invalid value for 'messages'.";
  }
  if (typeof stream !== 'boolean') return "Invalid type for 'stream'.";
  if (tools.length === 0 && (body.tool_choice !== undefined || body.parallel_tool_calls !== undefined)) {
    return "'tool_choice' is only allowed when 'tools' are specified.";
  }
  if (!stream && body.stream_options !== undefined) {
    return "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
  }
  return undefined;
}

const REPLY = 'Hello, world 😀';

/** A token is a word here. */
function usageOf({ messages = [] }: ChatRequest, reply: string) {
  const words = (text: string) => text.split(' ').length;
  const prompt = messages.reduce((sum, { content }) => sum + words(String(content)), 0);
  const completion = words(reply);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function whole(body: ChatRequest, { reply = REPLY }: OpenAiLike): StandInAnswer {
  return json(200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: body.model ?? 'gpt-4.1',
    choices: [{ index: 0, message: { role: 'assistant', content: reply }, finish_reason: 'stop' }],
    usage: usageOf(body, reply),
    system_fingerprint: 'fp_1',
  });
}

/** The text of a whole stream. */
export function streamText(body: ChatRequest, options: OpenAiLike = {}): string {
  return eventsOf(body, options).join('');
}

function eventsOf(body: ChatRequest, { reply = REPLY, knowsUsage = true }: OpenAiLike): string[] {
  const chunk = (fields: object) =>
    event({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: body.model ?? 'gpt-4.1',
      ...fields,
    });
  const delta = (content: object) => chunk({ choices: [{ index: 0, delta: content, finish_reason: null }] });
  return [
    delta({ role: 'assistant', content: '' }),
    ...(reply.match(/\s*\S+/g) ?? []).map((content) => delta({ content })),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    ...(knowsUsage && body.stream_options?.include_usage === true
      ? [chunk({ choices: [], usage: usageOf(body, reply) })]
      : []),
    'data: [DONE]\n\n',
  ];
}

function streamed(body: ChatRequest, options: OpenAiLike): StandInAnswer {
  const { fails, writes } = options;
  async function* parts() {
    const events = eventsOf(body, options);
    if (writes !== undefined) {
      const bytes = Buffer.from(events.join(''));
      for (let start = 0; start < bytes.length; start += writes) yield bytes.subarray(start, start + writes);
      return;
    }
    for (const [index, text] of events.entries()) {
      if (index === fails?.after) {
        if (fails.how === 'connection') throw new Error('the connection breaks off');
        yield event({ error: { message: 'The server had an error.', type: 'server_error' } });
        return;
      }
      yield text;
    }
  }
  return { headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body: parts() };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { chunkFrames, converseFrames, exceptionFrame } from './frames.ts';
import { signatureFault } from './verify-signature.ts';

export const SECRETS = { accessKey: 'bedrockAccessKey', secret: 'bedrock/Secret+Key' };
export const NOW = new Date('2026-01-01T00:00:00Z');
export const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const USAGE = { input_tokens: 41, output_tokens: 64 };

export interface Runtime {
  region?: string;
  models?: readonly string[];
  content?: object[];
  /** Requests that it takes before it throttles. */
  limit?: number;
  /** How a streamed answer goes on after its first frames. */
  midStream?: 'breaks off' | 'exception';
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html */
const ANTHROPIC_KEYS = [
  'anthropic_version',
  'max_tokens',
  'messages',
  'stop_sequences',
  'system',
  'temperature',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
];
const TEXT_KEYS = ['prompt', 'max_tokens_to_sample', 'temperature', 'stop_sequences', 'top_k', 'top_p'];

/** Plays the runtime of one region: who is not signed for it, in time and over what arrived, is not heard. */
export function bedrockRuntime({
  region = 'us-east-1',
  models = [MODEL],
  content = [{ type: 'text', text: ' Disk is full. ' }],
  limit = Number.POSITIVE_INFINITY,
  midStream,
}: Runtime = {}) {
  let taken = 0;
  return standIn((request): StandInAnswer => {
    const fault = signatureFault(request, { ...SECRETS, region, service: 'bedrock', now: NOW });
    if (fault !== undefined) return refusal(403, 'InvalidSignatureException', fault);
    taken += 1;
    if (taken > limit) {
      return refusal(429, 'ThrottlingException', 'Too many requests, please wait before trying again.');
    }
    const path = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream|converse|converse-stream)$/.exec(
      request.url,
    );
    if (path === null || request.method !== 'POST') {
      return refusal(404, 'UnknownOperationException', 'unknown operation');
    }
    const [, model = '', operation = ''] = path;
    if (!models.includes(decodeURIComponent(model))) {
      return refusal(400, 'ValidationException', 'The provided model identifier is invalid.');
    }
    const body = bodyOf(request);
    if (body === undefined) return refusal(400, 'ValidationException', 'The input is no JSON.');
    const isConverse = operation.startsWith('converse');
    const wrong = isConverse ? wrongConverse(body, decodeURIComponent(model)) : wrongInvoke(body);
    if (wrong !== undefined) return refusal(400, 'ValidationException', wrong);
    if (operation === 'invoke') return json(200, 'prompt' in body ? TEXT_ANSWER : messagesAnswer(content));
    if (operation === 'converse') return json(200, CONVERSE_ANSWER);
    return streamed(operation, midStream);
  });
}

export const TEXT_ANSWER = { completion: ' Disk is full.', stop_reason: 'stop_sequence' };

export const CONVERSE_ANSWER = {
  output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 10, outputTokens: 3, totalTokens: 13 },
};

const messagesAnswer = (content: object[]) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  content,
  stop_reason: 'end_turn',
  usage: USAGE,
});

function streamed(operation: string, midStream: Runtime['midStream']): StandInAnswer {
  const frames = operation === 'converse-stream' ? converseFrames() : chunkFrames();
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  if (midStream === undefined) return { headers, body: Buffer.concat(frames) };
  const begun = frames.slice(0, 2);
  if (midStream === 'exception') return { headers, body: Buffer.concat([...begun, exceptionFrame()]) };
  return { headers, body: breakingOff(begun) };
}

async function* breakingOff(frames: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* frames;
  throw new Error('breaks off');
}

function bodyOf({ headers, body }: ReceivedRequest): Record<string, unknown> | undefined {
  try {
    const parsed = JSON.parse(body);
    const isObject = typeof parsed === 'object' && parsed !== null;
    return headers['content-type'] === 'application/json' && isObject ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function wrongInvoke(body: Record<string, unknown>): string | undefined {
  const keys = 'prompt' in body ? TEXT_KEYS : ANTHROPIC_KEYS;
  const extra = Object.keys(body).find((key) => !keys.includes(key));
  if (extra !== undefined) {
    return `Malformed input request: extraneous key [${extra}] is not permitted, please reformat your input and try again.`;
  }
  if ('prompt' in body) return undefined;
  if (body.anthropic_version !== 'bedrock-2023-05-31') return 'anthropic_version: Field required';
  if (typeof body.max_tokens !== 'number') return 'max_tokens: Field required';
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required';
  const role = messages.map((message) => message.role).find((name) => !['user', 'assistant'].includes(name));
  return role === undefined ? undefined : `messages: Unexpected role "${role}"`;
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
function wrongConverse({ messages, modelId }: Record<string, unknown>, model: string): string | undefined {
  if (modelId !== model) return 'modelId is not the one of the path';
  const isList = Array.isArray(messages) && messages.every(({ content }) => Array.isArray(content));
  return isList ? undefined : 'messages: each needs a list as its content';
}

const json = (status: number, body: unknown, headers = {}): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const refusal = (status: number, type: string, message: string) =>
  json(status, { message }, { 'x-amzn-errortype': type });

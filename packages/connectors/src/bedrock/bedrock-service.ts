import { type ActionContext, normalizeUrl, RunError, serviceRequester, serviceStreamer } from '@patchbay/kit';
import type { z } from 'zod';
import {
  anyAnswer,
  completionOf,
  converseAnswer,
  type MessagesAnswer,
  messagesAnswer,
  textAnswer,
} from './answer.ts';
import { anthropicBody, rawAnthropicBody } from './anthropic-body.ts';
import { converseBody } from './converse-body.ts';
import { estimatedUsage } from './estimated-usage.ts';
import { failureText } from './failure.ts';
import { EVENT_STREAM, passedOn } from './passed-on.ts';
import { regionOf } from './region.ts';
import type { Config, Converse, Invoke, InvokeRaw, Run, Secrets } from './schema.ts';
import { signed } from './sign.ts';
import { chunkMeter, converseMeter, converseUsage, NOTHING, usageIn } from './token-usage.ts';

const DEFAULT_TIMEOUT_MS = 200_000;

const JSON_HEADERS = { 'Content-Type': 'application/json', Accept: '*/*' };
/** Also of `converse`, whose answer is JSON all the same. */
const STREAM_HEADERS = {
  Accept: EVENT_STREAM,
  'Content-Type': 'application/json',
  'x-amzn-bedrock-accept': '*/*',
};

interface Call {
  operation: 'invoke' | 'invoke-with-response-stream' | 'converse' | 'converse-stream';
  model: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number | undefined;
}

export interface BedrockService {
  run(params: Run): Promise<unknown>;
  invokeAI(params: Invoke): Promise<unknown>;
  invokeAIRaw(params: InvokeRaw): Promise<unknown>;
  invokeStream(params: Invoke): Promise<unknown>;
  converse(params: Converse): Promise<unknown>;
  converseStream(params: Converse): Promise<unknown>;
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html */
export function bedrockService(context: ActionContext<Config, Secrets>): BedrockService {
  const { config, secrets, now, log, reportTokenUsage } = context;
  const request = serviceRequester(context, { failureText });
  const stream = serviceStreamer(context, { failureText });

  function modelOf(model: string | undefined): string {
    const chosen = model ?? config.defaultModel;
    if (!chosen) throw new Error('No model specified. Please configure a default model.');
    return chosen;
  }

  async function signedCall({ operation, model, headers, body, timeoutMs }: Call) {
    const url = normalizeUrl(`${config.apiUrl}/model/${pathSegment(model)}/${operation}`);
    return {
      method: 'POST',
      url,
      headers: await signed({ url, headers, body }, { ...secrets, region: regionOf(config) }, now()),
      bytes: Buffer.from(body),
      timeoutMs,
    } as const;
  }

  async function invoke<Data>(
    { model, timeout }: Pick<Run, 'model' | 'timeout'>,
    body: string,
    responseSchema: z.ZodType<unknown, Data>,
  ): Promise<Data> {
    const call = await signedCall({
      operation: 'invoke',
      model: modelOf(model),
      headers: JSON_HEADERS,
      body,
      timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS,
    });
    return (await request({ ...call, responseSchema })).data;
  }

  async function converseCall(operation: 'converse' | 'converse-stream', params: Converse) {
    const model = modelOf(params.model);
    return signedCall({
      operation,
      model,
      headers: STREAM_HEADERS,
      body: JSON.stringify(converseBody(params, model)),
      timeoutMs: params.timeout ?? DEFAULT_TIMEOUT_MS,
    });
  }

  /** In the form in which `run` gives it. */
  async function answerTo(params: Run): Promise<Record<string, unknown>> {
    const { body, raw } = params;
    if (raw) return invoke(params, body, anyAnswer);
    if (hasPrompt(JSON.parse(body))) return invoke(params, body, textAnswer);
    return toCompletion(await invoke(params, body, messagesAnswer));
  }

  return {
    async run(params) {
      const answer = await answerTo(params);
      const usage = usageIn(answer);
      if (usage !== undefined) reportTokenUsage(usage);
      else if (typeof answer.completion === 'string') {
        reportTokenUsage(await estimatedUsage(params.body, answer.completion));
      } else {
        log.error('Response did not contain a completion to count tokens of');
        reportTokenUsage(NOTHING);
      }
      return answer;
    },
    async invokeAI(params) {
      const answer = await invoke(params, JSON.stringify(anthropicBody(params)), messagesAnswer);
      const { completion, usage } = toCompletion(answer);
      const asked = params.messages[0]?.content ?? '';
      reportTokenUsage(usageIn(answer) ?? (await estimatedUsage(asked, completion)));
      return { message: completion.trim(), usage };
    },
    async invokeAIRaw(params) {
      const answer = await invoke(params, JSON.stringify(rawAnthropicBody(params)), anyAnswer);
      const usage = usageIn(answer);
      if (usage === undefined) log.error('Response did not contain usage object');
      else reportTokenUsage(usage);
      return answer;
    },
    async invokeStream({ maxTokens: _maxTokens, ...params }) {
      const asked = JSON.stringify(anthropicBody(params));
      const call = await signedCall({
        operation: 'invoke-with-response-stream',
        model: modelOf(params.model),
        headers: STREAM_HEADERS,
        body: asked,
        timeoutMs: params.timeout,
      });
      return passedOn((await stream(call)).body, { meter: chunkMeter(), asked }, context);
    },
    async converse(params) {
      const call = await converseCall('converse', params);
      const { data } = await request({ ...call, responseSchema: converseAnswer });
      const usage = converseUsage(data);
      if (usage !== undefined) reportTokenUsage(usage);
      return data;
    },
    async converseStream(params) {
      const { body } = await stream(await converseCall('converse-stream', params));
      return passedOn(body, { meter: converseMeter() }, context);
    },
  };
}

function toCompletion({ content, stop_reason, usage }: MessagesAnswer) {
  return { completion: completionOf(content), stop_reason, usage };
}

function hasPrompt(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'prompt' in body && body.prompt !== undefined;
}

/** A model may be given encoded already, as the ARN of a profile often is. Dots alone would name another path. */
function pathSegment(model: string): string {
  const segment = encodeURIComponent(decodeURIComponent(model));
  if (segment === '.' || segment === '..') {
    throw new RunError(`"${model}" is no model of Amazon Bedrock`, { source: 'user' });
  }
  return segment;
}

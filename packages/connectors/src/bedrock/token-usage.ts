import { collectedText, type TokenUsage } from '@patchbay/kit';
import type { EventStreamMessage } from './event-stream.ts';

/** What a streamed answer has cost, read beside it. */
export interface StreamMeter {
  read(message: EventStreamMessage): void;
  /** Undefined: the service did not say. */
  usage(): TokenUsage | undefined;
  /** The model's words, for whoever has to count them; undefined: too many. */
  text(): string | undefined;
}

/** Of an answer in the messages format: `usage`. */
export function usageIn(answer: unknown): TokenUsage | undefined {
  const { input_tokens: prompt, output_tokens: completion } = fieldsOf(fieldsOf(answer).usage);
  return counted(prompt, completion);
}

/** Of an answer of `converse`, or of the last message of its stream. */
export function converseUsage(answer: unknown): TokenUsage | undefined {
  const { inputTokens, outputTokens, totalTokens } = fieldsOf(fieldsOf(answer).usage);
  return counted(inputTokens, outputTokens, totalTokens);
}

/**
 * Of `invoke-with-response-stream`: each message holds a piece of the model's own format in base64, and the service adds
 * its count to the last one.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html
 */
export function chunkMeter(): StreamMeter {
  let usage: TokenUsage | undefined;
  const words = collectedText();
  return {
    read({ headers, body }) {
      if (headers[':event-type'] !== 'chunk') return;
      const { bytes } = fieldsOf(jsonIn(body));
      if (typeof bytes !== 'string') return;
      const piece = fieldsOf(jsonIn(Buffer.from(bytes, 'base64')));
      const text = piece.completion ?? fieldsOf(piece.delta).text;
      if (typeof text === 'string') words.add(text);
      if (piece.type !== 'message_stop') return;
      const metrics = fieldsOf(piece['amazon-bedrock-invocationMetrics']);
      usage = counted(metrics.inputTokenCount, metrics.outputTokenCount) ?? NOTHING;
    },
    usage: () => usage,
    text: words.text,
  };
}

/** Of `converse-stream`. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
export function converseMeter(): StreamMeter {
  let usage: TokenUsage | undefined;
  return {
    read({ headers, body }) {
      if (headers[':event-type'] === 'metadata') usage = converseUsage(jsonIn(body)) ?? usage;
    },
    usage: () => usage,
    text: () => undefined,
  };
}

export const NOTHING: TokenUsage = { prompt: 0, completion: 0, total: 0 };

function counted(prompt: unknown, completion: unknown, total?: unknown): TokenUsage | undefined {
  if (typeof prompt !== 'number' || typeof completion !== 'number') return undefined;
  return { prompt, completion, total: typeof total === 'number' ? total : prompt + completion };
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

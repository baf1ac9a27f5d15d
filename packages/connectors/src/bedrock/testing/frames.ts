import { crc32 } from 'node:zlib';

/**
 * One message of an event stream, laid out by hand: lengths, headers, payload, and the two checksums.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
export function frame(headers: Record<string, string>, payload: string | Uint8Array): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = Buffer.from(payload as string);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(head.length + body.length + 16, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

const STRING = 7;

function header(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(valueBytes.length);
  return Buffer.concat([
    Buffer.from([nameBytes.length]),
    nameBytes,
    Buffer.from([STRING]),
    length,
    valueBytes,
  ]);
}

export function event(type: string, payload: unknown): Buffer {
  return frame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify(payload),
  );
}

/** What `invoke-with-response-stream` wraps each piece of the model's answer in. */
export function chunk(piece: unknown): Buffer {
  return event('chunk', { bytes: Buffer.from(JSON.stringify(piece)).toString('base64'), p: 'abcdef' });
}

export const exceptionFrame = () =>
  frame(
    {
      ':exception-type': 'modelStreamErrorException',
      ':content-type': 'application/json',
      ':message-type': 'exception',
    },
    JSON.stringify({ message: 'The system encountered an unexpected error.' }),
  );

/** An answer in the messages format. */
export function chunkFrames(text: readonly string[] = ['Disk ', 'is full – 日本']): Buffer[] {
  return [
    chunk({ type: 'message_start', message: { role: 'assistant', usage: { input_tokens: 10 } } }),
    ...text.map((piece) =>
      chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } }),
    ),
    chunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
    chunk({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 10, outputTokenCount: 5 },
    }),
  ];
}

export function converseFrames(): Buffer[] {
  return [
    event('messageStart', { role: 'assistant' }),
    event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } }),
    event('messageStop', { stopReason: 'end_turn' }),
    event('metadata', {
      usage: { inputTokens: 10, outputTokens: 3, totalTokens: 13 },
      metrics: { latencyMs: 1 },
    }),
  ];
}

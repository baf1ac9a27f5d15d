import { Readable } from 'node:stream';

const COLLECT_EVERY_BYTES = 4 * 1024 ** 2;

/**
 * Bytes as they arrive. Their buffers are outside V8's heap and make it collect no sooner: a stream of which little else is
 * garbage would leave some tens of megabytes of them behind (docs/decisions/0106).
 */
export function streamedAnswer(body: AsyncIterable<Uint8Array>, collectYoung: () => void): Readable {
  return Readable.from(collecting(body, collectYoung), { objectMode: false });
}

async function* collecting(
  body: AsyncIterable<Uint8Array>,
  collectYoung: () => void,
): AsyncGenerator<Uint8Array, void> {
  let passed = 0;
  for await (const chunk of body) {
    yield chunk;
    passed += chunk.byteLength;
    if (passed < COLLECT_EVERY_BYTES) continue;
    passed = 0;
    collectYoung();
  }
}

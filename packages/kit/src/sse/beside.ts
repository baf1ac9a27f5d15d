import type { EventReader } from './event-reader.ts';

/**
 * The same chunks, with a reader beside them: it is told each once the chunk has been taken, so that nothing waits for it,
 * and the end once the last has been. Of a stream that breaks off or is left it is not told an end.
 */
export async function* beside(
  body: AsyncIterable<Uint8Array>,
  reader: EventReader,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of body) {
    yield chunk;
    reader.read(chunk);
  }
  reader.end();
}

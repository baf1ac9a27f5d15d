import type { EventReader } from '@patchbay/kit';

/** One message of an event stream. */
export interface EventStreamMessage {
  /** Those of its headers whose value is a text. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Total length, length of the headers, checksum of both, checksum of all. */
const FRAME_MIN = 16;
const LENGTH_BYTES = 4;
/** In bytes, far above what a model puts into one message. */
const FRAME_MAX = 1024 ** 2;

/**
 * Tells the messages of `application/vnd.amazon.eventstream`, however its bytes are cut: each begins with its length, and is
 * decoded by AWS's own library. One that is longer than `maxLength` is skipped, and nothing of it is kept. `read` throws where
 * the bytes are no event stream.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
export async function eventStreamReader(
  onMessage: (message: EventStreamMessage) => void,
  maxLength = FRAME_MAX,
): Promise<EventReader> {
  // Only now: most processes never read one.
  const { EventStreamCodec } = await import('@smithy/core/event-streams');
  const codec = new EventStreamCodec(
    (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
    (text) => Buffer.from(text),
  );
  let pending: Uint8Array = Buffer.alloc(0);
  let toSkip = 0;

  function afterSkipped(bytes: Uint8Array): Uint8Array {
    const skipped = Math.min(toSkip, bytes.byteLength);
    toSkip -= skipped;
    return bytes.subarray(skipped);
  }

  function take(length: number): void {
    const { headers, body } = codec.decode(pending.subarray(0, length));
    const texts = Object.entries(headers).flatMap(([name, header]) =>
      header.type === 'string' ? [[name, header.value]] : [],
    );
    onMessage({ headers: Object.fromEntries(texts), body });
    pending = pending.subarray(length);
  }

  return {
    read(bytes) {
      const rest = afterSkipped(bytes);
      pending = pending.byteLength === 0 ? rest : Buffer.concat([pending, rest]);
      while (pending.byteLength >= LENGTH_BYTES) {
        const length = lengthOf(pending);
        if (length < FRAME_MIN) throw new Error(`no message of an event stream has ${length} bytes`);
        if (length > maxLength) {
          toSkip = length;
          pending = afterSkipped(pending);
        } else if (length > pending.byteLength) {
          return;
        } else {
          take(length);
        }
      }
    },
    end() {},
  };
}

function lengthOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getUint32(0);
}

import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { HttpRequestError } from '@patchbay/kit';
import type { Deadline } from './deadline.ts';
import { toRequestError } from './errors.ts';

/** The encodings that `decoded` takes off. */
export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

/** An answer's body, its encoding taken off, no longer than `maxBytes`, within its deadline, which it clears. */
export async function* readBody(
  body: Readable,
  encoding: string | undefined,
  maxBytes: number,
  deadline: Deadline,
): AsyncIterable<Uint8Array> {
  let total = 0;
  try {
    for await (const chunk of decoded(body, encoding)) {
      total += chunk.byteLength;
      if (total > maxBytes) throw new HttpRequestError(`maxContentLength size of ${maxBytes} exceeded`);
      yield chunk;
    }
  } catch (error) {
    throw deadline.reason() ?? toRequestError(error);
  } finally {
    deadline.clear();
    // An answer that is not read to its end must not keep its socket.
    body.destroy();
  }
}

function decoded(body: Readable, encoding: string | undefined): AsyncIterable<Uint8Array> {
  const decoder = decoderFor(encoding?.trim().toLowerCase());
  if (decoder === undefined) return body;
  body.on('error', (error) => decoder.destroy(error));
  return body.pipe(decoder);
}

function decoderFor(encoding: string | undefined) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return undefined;
  }
}

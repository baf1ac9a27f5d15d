import type { Readable, Transform } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzip,
  inflate,
  zstdDecompress,
} from 'node:zlib';

interface Encoding {
  whole(bytes: Uint8Array, options: { maxOutputLength: number }): Promise<Buffer>;
  stream(): Transform;
}

const gzip: Encoding = { whole: promisify(gunzip), stream: createGunzip };

const encodings: Record<string, Encoding> = {
  gzip,
  'x-gzip': gzip,
  deflate: { whole: promisify(inflate), stream: createInflate },
  br: { whole: promisify(brotliDecompress), stream: createBrotliDecompress },
  zstd: { whole: promisify(zstdDecompress), stream: createZstdDecompress },
};

export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

/** How to take a `content-encoding` off; undefined when there is none that we know. */
export function encodingOf(header: string | undefined): Encoding | undefined {
  const name = header?.trim().toLowerCase() ?? '';
  return Object.hasOwn(encodings, name) ? encodings[name] : undefined;
}

/** The decoded stream. An error of the source is an error of the result; what is empty stays empty. */
export function decodedStream(body: Readable, header: string | undefined): Readable {
  const encoding = encodingOf(header);
  // What has failed before anybody read it tells its error only when it is read.
  if (encoding === undefined || body.destroyed) return body;
  const decoder = encoding.stream();
  let isEmpty = true;
  body.once('data', () => {
    isEmpty = false;
  });
  body.on('error', (error) => decoder.destroy(error));
  body.on('end', () => (isEmpty ? decoder.push(null) : decoder.end()));
  return body.pipe(decoder, { end: false });
}

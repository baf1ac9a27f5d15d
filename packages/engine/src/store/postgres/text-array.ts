import { toPostgres } from './text.ts';

/** Of a text, in `pg_type`. */
const TEXT_OID = 25;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/**
 * Texts as one parameter, in the binary form of `text[]`: dimensions, whether there are nulls, the type, how many, the first
 * index, and then each with its length (`array_recv` in PostgreSQL's arrayfuncs.c). As a text every quote in every document would
 * have to be escaped, here and there again, which is most of what such a parameter costs. Bytes are UTF-8 and are sent as they are.
 */
export function textArray(texts: readonly (string | Uint8Array | null)[]): Buffer {
  const written = texts.map((text) => (typeof text === 'string' ? toPostgres(text) : text));
  const size = written.reduce((sum, text) => sum + LENGTH_BYTES + sizeOf(text), HEADER_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(Number(written.includes(null)), 4);
  bytes.writeInt32BE(TEXT_OID, 8);
  bytes.writeInt32BE(written.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (const text of written) {
    const start = at + LENGTH_BYTES;
    const length = text === null ? NULL_LENGTH : write(bytes, text, start);
    bytes.writeInt32BE(length, at);
    at = start + Math.max(0, length);
  }
  return bytes;
}

function sizeOf(text: string | Uint8Array | null): number {
  return text === null ? 0 : Buffer.byteLength(text);
}

function write(bytes: Buffer, text: string | Uint8Array, start: number): number {
  if (typeof text === 'string') return bytes.write(text, start);
  bytes.set(text, start);
  return text.length;
}

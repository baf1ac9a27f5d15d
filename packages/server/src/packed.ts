import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** Fast, and still a tenth of what is mostly events. */
const LEVEL = 1;

/** The lines of a backup as a file has them. `onEnd` is told when nobody reads on, and why if that is before the end. */
export function packed(lines: AsyncIterable<string>, onEnd: (error?: unknown) => void = () => {}): Readable {
  return pipeline(Readable.from(lines), createGzip({ level: LEVEL }), (error) => onEnd(error ?? undefined));
}

import { BadRequestError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';
import type { JsonParser } from './json-parser.ts';

/** The values of a file's lines; blank ones are none. Throws `BadRequestError`, which names the line. */
export function readNdjson(file: Buffer, request: FastifyRequest, parse: JsonParser): unknown[] {
  const lines = file
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split('\n');
  return lines.flatMap((line, index) => {
    const text = line.trim();
    if (text === '') return [];
    try {
      return [parse(request, text)];
    } catch (cause) {
      throw new BadRequestError(`Line ${index + 1} of the file is not JSON that can be read`, {
        attributes: { line: index + 1 },
        cause,
      });
    }
  });
}

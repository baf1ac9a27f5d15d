import { BadRequestError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';
import type { App } from './app-type.ts';
import { isNestedDeeper } from './json-depth.ts';

/** Deep enough for any document, and far from what recursion over it can bear. */
const MAX_JSON_DEPTH = 500;

/** Parses what a caller sent. Throws `BadRequestError`, without a word of what it was. */
export type JsonParser = (request: FastifyRequest, text: string) => unknown;

export function createJsonParser(app: Pick<App, 'getDefaultJsonParser'>): JsonParser {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (request, text) => {
    if (isNestedDeeper(text, MAX_JSON_DEPTH)) {
      throw new BadRequestError(`Invalid request payload JSON: nested deeper than ${MAX_JSON_DEPTH} levels`);
    }
    let parsed: unknown;
    parse(request, text, (error, value) => {
      if (error !== null) throw new BadRequestError('Invalid request payload JSON format');
      parsed = value;
    });
    return parsed;
  };
}

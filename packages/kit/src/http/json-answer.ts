import { ResponseError } from './errors.ts';
import type { HttpResponse } from './http.ts';

/** What was asked, as the error names it. */
export interface AskedFor {
  method: string;
  url: string;
}

/**
 * The object that a service answered with, in which each of `required` is there, be it null; an answer without a body is
 * an object without keys. Anything else is a `ResponseError` with the reference's text.
 */
export function jsonAnswer<Key extends string = never>(
  response: HttpResponse,
  { method, url }: AskedFor,
  required: readonly Key[] = [],
): Record<Key, unknown> {
  const contentType = response.headers['content-type'];
  if (!contentType?.includes('application/json')) {
    throw new ResponseError(
      `Unsupported content type: ${contentType} in ${method} ${url}. Supported content types: application/json`,
    );
  }
  const data = response.data() || {};
  if (typeof data !== 'object') throw new ResponseError('Response is not a valid JSON');
  if (required.some((key) => !Object.hasOwn(data, key))) {
    throw new ResponseError(`Response is missing at least one of the expected fields: ${required.join(',')}`);
  }
  return data as Record<Key, unknown>;
}

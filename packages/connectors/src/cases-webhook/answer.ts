import { type AskedFor, type HttpResponse, ResponseError } from '@patchbay/kit';

/**
 * The values at the paths that a case's answer must have, as text. Anything but JSON is refused; only an answer without a
 * body of which nothing is wanted needs no type.
 */
export function valuesOf(
  response: HttpResponse,
  { method, url }: AskedFor,
  paths: readonly string[],
): string[] {
  if (response.status === 204 && paths.length === 0 && response.text() === '') return [];
  const contentType = response.headers['content-type'];
  if (contentType === undefined) {
    throw new ResponseError(
      `Missing content type header in ${method} ${url}. Supported content types: application/json`,
    );
  }
  if (!contentType.includes('application/json')) {
    throw new ResponseError(
      `Unsupported content type: ${contentType} in ${method} ${url}. Supported content types: application/json`,
    );
  }
  const data = response.data() || {};
  if (typeof data !== 'object') throw new ResponseError('Response is not a valid JSON');
  const values = paths.map((path) => valueAt(data, path));
  if (values.includes(undefined)) {
    throw new ResponseError(
      paths.length === 1
        ? `Response is missing the expected field: ${paths[0]}`
        : `Response is missing the expected fields: ${paths.join(', ')}`,
    );
  }
  return values.map(String);
}

/** A path as lodash's `get` reads it: dots, and brackets with or without quotes. A key that is the whole path goes first. */
export function valueAt(data: object, path: string): unknown {
  if (Object.hasOwn(data, path)) return (data as Record<string, unknown>)[path];
  const keys = [...path.matchAll(/[^.[\]"']+/g)].map(([key]) => key);
  let value: unknown = keys.length === 0 ? undefined : data;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

import type { HttpResponse } from '@patchbay/kit';

/** What a run answers of a response. */
export function toAnswer(response: HttpResponse) {
  const { status, statusText, headers } = response;
  return { status, statusText, headers, data: decoded(response) };
}

/** By its content type: the value of JSON, the text of text, and bytes in base64. JSON that does not parse is text. */
function decoded(response: HttpResponse): unknown {
  const type = mediaType(response);
  if (isJson(type)) return response.data();
  return isText(type) ? response.text() : Buffer.from(response.bytes()).toString('base64');
}

/** In lower case, without parameters such as the charset. */
export function mediaType({ headers }: HttpResponse): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

const TEXTS: ReadonlySet<string> = new Set([
  'application/xml',
  'application/yaml',
  'application/javascript',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
]);

function isText(type: string): boolean {
  return type.startsWith('text/') || TEXTS.has(type) || (type.endsWith('+xml') && !type.startsWith('image/'));
}

import { type HttpCall, type HttpOptions, mergeHeaders } from '../../http/index.ts';
import { encodeBody } from '../../http/request-body.ts';

/** A call as it will be sent, for what signs it: the query is in the URL, the body is a text or bytes. */
export interface WholeCall {
  url: URL;
  body: string | Uint8Array | undefined;
  options: HttpOptions;
}

/** Throws where the body is not known as a whole. */
export function wholeCall({ url, options }: HttpCall, service: string): WholeCall {
  const { json, form, text, bytes, query, ...rest } = options;
  const { body, contentType } = encodeBody(options);
  if (rest.multipart !== undefined || rest.stream !== undefined)
    throw new Error(`a body that is not known as a whole cannot be signed for ${service}`);
  const content =
    typeof body === 'string' ? { text: body } : body instanceof Uint8Array ? { bytes: body } : {};
  const headers = mergeHeaders(
    contentType === undefined ? undefined : { 'content-type': contentType },
    options.headers,
  );
  return {
    url: withQuery(url, query),
    body: content.text ?? content.bytes,
    options: { ...rest, ...content, headers },
  };
}

/** Spaces as `%20`: signatures know no other. */
function withQuery(url: string, query: HttpOptions['query'] = {}): URL {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) whole.searchParams.append(name, String(value));
  }
  whole.search = whole.search.replaceAll('+', '%20').replaceAll('*', '%2A');
  return whole;
}

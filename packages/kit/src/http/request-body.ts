import type { HttpOptions } from './http.ts';

export interface EncodedBody {
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  contentType: string | undefined;
  /** Known before sending, except for streams and multipart: those are counted while they leave. */
  bytes: number | undefined;
}

const NO_BODY: EncodedBody = { body: undefined, contentType: undefined, bytes: 0 };

/** Turns the one body that the options carry into what goes on the wire. */
export function encodeBody(options: HttpOptions): EncodedBody {
  if (options.json !== undefined) return text(JSON.stringify(options.json), 'application/json');
  if (options.text !== undefined) return text(options.text, undefined);
  if (options.form !== undefined) {
    return text(formEncode(options.form), 'application/x-www-form-urlencoded; charset=utf-8');
  }
  if (options.bytes !== undefined) {
    return { body: options.bytes, contentType: undefined, bytes: options.bytes.byteLength };
  }
  if (options.stream !== undefined) return { body: options.stream, contentType: undefined, bytes: undefined };
  if (options.multipart !== undefined) {
    const { headers, body } = new Response(options.multipart);
    return {
      body: body ?? undefined,
      contentType: headers.get('content-type') ?? undefined,
      bytes: undefined,
    };
  }
  return NO_BODY;
}

/** Fields without a value are left out. */
export function formEncode(fields: Record<string, string | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) search.append(name, value);
  return search.toString();
}

/** As in RFC 3986: everything but letters, digits and `-._~`. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function text(body: string, contentType: string | undefined): EncodedBody {
  return { body, contentType, bytes: Buffer.byteLength(body) };
}

import type { Part } from './schema.ts';

export interface Multipart {
  contentType: string;
  bytes: Uint8Array;
}

/**
 * A form as multipart/form-data: what has a file name is a file, what has a content type is a typed part, the rest is text.
 * Standard `FormData` gives every typed part a file name. https://www.rfc-editor.org/rfc/rfc7578
 */
export function toMultipart(parts: Readonly<Record<string, Part>>): Multipart {
  const boundary = `----patchbay-${crypto.randomUUID()}`;
  const text = Object.entries(parts)
    .map(([name, part]) => `--${boundary}\r\n${headersOf(name, part)}\r\n\r\n${part.content}\r\n`)
    .join('');
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.from(`${text}--${boundary}--\r\n`),
  };
}

function headersOf(name: string, { filename, content_type: contentType }: Part): string {
  const ofFile = filename === undefined ? '' : `; filename="${quoted(filename)}"`;
  const type = contentType ?? (filename === undefined ? undefined : 'application/octet-stream');
  return [
    `Content-Disposition: form-data; name="${quoted(name)}"${ofFile}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
  ].join('\r\n');
}

/** As browsers do. https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
function quoted(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

const BOUNDARY = '----patchbay-test';

export interface FormFile {
  name: string;
  text: string;
}

export interface SentForm {
  headers: Record<string, string>;
  body: string;
}

/** What a call sends that uploads a file, as `multipart/form-data`, with other fields beside it. */
export function form(file: FormFile | undefined, fields: Record<string, string> = {}): SentForm {
  const parts = [
    ...Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value)),
    ...(file === undefined ? [] : [part(`name="file"; filename="${file.name}"`, file.text)]),
  ];
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: `${parts.join('')}--${BOUNDARY}--\r\n`,
  };
}

function part(disposition: string, text: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
}

/** A file of saved objects. */
export function ndjson(...objects: unknown[]): FormFile {
  return { name: 'export.ndjson', text: objects.map((object) => JSON.stringify(object)).join('\n') };
}

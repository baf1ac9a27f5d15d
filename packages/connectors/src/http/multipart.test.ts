import { hostileText } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toMultipart } from './multipart.ts';

it('writes text, typed parts and files', () => {
  const { contentType, bytes } = toMultipart({
    note: { content: 'ä' },
    meta: { content: '{}', content_type: 'application/json' },
    file: { content: 'a,b', filename: 'report.csv', content_type: 'text/csv' },
    blob: { content: 'x', filename: '' },
  });
  const [, boundary] =
    /^multipart\/form-data; boundary=(----patchbay-[0-9a-f-]{36})$/.exec(contentType) ?? [];
  expect(boundary).toBeDefined();
  expect(
    Buffer.from(bytes)
      .toString('utf8')
      .replaceAll(boundary ?? '', 'B'),
  ).toBe(
    [
      '--B',
      'Content-Disposition: form-data; name="note"',
      '',
      'ä',
      '--B',
      'Content-Disposition: form-data; name="meta"',
      'Content-Type: application/json',
      '',
      '{}',
      '--B',
      'Content-Disposition: form-data; name="file"; filename="report.csv"',
      'Content-Type: text/csv',
      '',
      'a,b',
      '--B',
      'Content-Disposition: form-data; name="blob"; filename=""',
      'Content-Type: application/octet-stream',
      '',
      'x',
      '--B--',
      '',
    ].join('\r\n'),
  );
});

it('keeps whatever a part holds inside it', async () => {
  await fc.assert(
    fc.asyncProperty(
      hostileText({ maxLength: 2000 }),
      hostileText({ maxLength: 200 }),
      hostileText({ maxLength: 200 }),
      async (content, name, filename) => {
        const { contentType, bytes } = toMultipart({
          [`x${name}`]: { content, filename },
          last: { content },
        });
        const response = new Response(Buffer.from(bytes), { headers: { 'content-type': contentType } });
        const [[fileName, file], [lastName, last], ...more] = [...(await response.formData())] as [
          [string, File],
          [string, string],
        ];
        expect(more).toEqual([]);
        expect([fileName, file.name].map(inHeader)).toEqual([`x${name}`, filename].map(inHeader));
        expect([await file.text(), lastName, last]).toEqual([
          content.toWellFormed().replace(/^\ufeff/, ''),
          'last',
          content.toWellFormed(),
        ]);
      },
    ),
  );
});

/** A name as every reader gives it, whether it undoes the escapes or not, or those that stood in it before. */
function inHeader(name: string): string {
  return name
    .toWellFormed()
    .replace(/^\ufeff/, '')
    .replace(/%0d|\r/gi, '%0D')
    .replace(/%0a|\n/gi, '%0A')
    .replaceAll('"', '%22');
}

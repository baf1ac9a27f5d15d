import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineConnectorType } from '../connector-type.ts';
import { StreamedData } from '../streamed-data.ts';
import { type StandInAnswer, standIn, testAction } from '../testing/index.ts';
import { linkedFile } from './linked-file.ts';

/** A run that answers the file behind a link to a store that answers so. */
async function linked(answer: StandInAnswer, { link = '/file?signature=s1gn', allowedHosts = ['*'] } = {}) {
  await using store = await standIn(() => answer);
  const type = defineConnectorType({
    id: '.sub',
    name: 'Sub',
    minimumLicense: 'basic',
    features: [],
    config: z.object({}),
    secrets: z.object({}),
    subActions: () => ({
      file: {
        params: null,
        run: (context) =>
          linkedFile(context, link.startsWith('/') ? store.url + link : link, (shown) => ({
            failureText: ({ message }) => `${message} at ${shown}`,
          })),
      },
    }),
  });
  const { result, logged } = await testAction(type, { params: { subAction: 'file' }, allowedHosts });
  const chunks: Uint8Array[] = [];
  if (result.data instanceof StreamedData) for await (const chunk of result.data.body) chunks.push(chunk);
  const texts = JSON.stringify([result, logged]).replaceAll(store.url, 'http://store');
  return { result, texts, bytes: Buffer.concat(chunks), received: store.received };
}

it('gives the bytes as they are, and says what they are', async () => {
  const body = Buffer.from([0, 255, 128]);
  const { result, bytes, received, texts } = await linked({
    headers: { 'content-type': 'application/zip' },
    body,
  });
  expect(bytes).toEqual(body);
  expect(result).toMatchObject({ status: 'ok', data: { contentType: 'application/zip' } });
  expect(received).toMatchObject([{ method: 'GET', url: '/file?signature=s1gn', body: '' }]);
  expect(received[0]?.headers).not.toHaveProperty('content-type');
  expect(texts).not.toContain('s1gn');
});

it('is of bytes where nobody says of what', async () => {
  expect((await linked({ body: 'x' })).result.data).toMatchObject({
    contentType: 'application/octet-stream',
  });
});

it.each<[Parameters<typeof linked>, string]>([
  [
    [{ status: 403 }],
    'Status code: 403. Message: Request failed with status code 403 at http://store/[redacted]',
  ],
  [
    [{}, { allowedHosts: ['other.example'], link: 'https://a.example/s1gn' }],
    'error configuring connector action: target url "https://a.example/[redacted]" is not added to the Kibana config xpack.actions.allowedHosts',
  ],
  [[{}, { link: 's1gn' }], 'URL Error: Invalid URL'],
  [[{}, { link: 'ftp://a.example/s1gn' }], 'URL Error: Invalid protocol'],
])('that is not to be had, %j, says no more than where it is', async (given, text) => {
  const { texts } = await linked(...given);
  expect(texts).toContain(JSON.stringify(text).slice(1, -1));
  expect(texts).not.toContain('s1gn');
});

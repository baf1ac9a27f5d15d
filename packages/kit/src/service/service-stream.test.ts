import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineConnectorType } from '../connector-type.ts';
import { StreamedData } from '../streamed-data.ts';
import { type StandInAnswer, standIn, testAction } from '../testing/index.ts';
import { serviceStreamer } from './service-stream.ts';

/** A streamed call from a sub-action to a vendor that answers so. */
async function streamed(answer: StandInAnswer, { path = '/', allowedHosts = ['*'] } = {}) {
  await using vendor = await standIn(() => answer);
  const type = defineConnectorType({
    id: '.sub',
    name: 'Sub',
    minimumLicense: 'basic',
    features: [],
    config: z.object({}),
    secrets: z.object({}),
    service: (context) =>
      serviceStreamer(context, {
        failureText: ({ response, message, code }) => response?.text() ?? `${code} ${message}`,
      }),
    subActions: (action) => ({
      call: action(z.unknown(), async ({ service }) => {
        const { body, headers } = await service({
          method: 'POST',
          url: vendor.url + path,
          data: { a: 1 },
          headers: { 'x-key': 'k' },
        });
        return new StreamedData(body, headers['content-type'] ?? 'none');
      }),
    }),
  });
  const { result, logged } = await testAction(type, { params: { subAction: 'call' }, allowedHosts });
  const { data } = result;
  const text = data instanceof StreamedData ? await textOf(data) : undefined;
  const debug = logged.map(({ message }) => message.replaceAll(vendor.url, 'http://vendor'));
  return { result, text, received: vendor.received, debug };
}

async function textOf({ body }: StreamedData): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

it('sends as every call of a sub-action does, and gives the answer as it comes', async () => {
  const answer = { headers: { 'content-type': 'text/event-stream' }, body: 'data: {}\n\n' };
  const { result, text, received, debug } = await streamed(answer, { path: '/a//b/' });
  expect(received).toMatchObject([
    {
      method: 'POST',
      url: '/a/b',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'x-key': 'k' },
    },
  ]);
  expect(result).toMatchObject({ status: 'ok', data: { contentType: 'text/event-stream' } });
  expect(text).toBe(answer.body);
  expect(debug).toEqual([
    'Request to external service. Connector Id: test. Connector type: .sub Method: post. URL: http://vendor/a/b',
  ]);
});

it('reads the answer of a call that failed to its end, for the type to word it', async () => {
  const body = JSON.stringify({ error: 'x'.repeat(200_000) });
  const { result, debug } = await streamed({ status: 429, body });
  expect(result).toMatchObject({
    status: 'error',
    message: 'an error occurred while running the action',
    serviceMessage: `Status code: 429. Message: ${body}`,
    retry: true,
    errorSource: 'user',
  });
  expect(debug[1]).toBe(
    'Request to external service failed. Connector Id: test. Connector type: .sub. Method: post. URL: http://vendor',
  );
});

it('sends nothing to a host that is not allowed', async () => {
  const { result, received } = await streamed({}, { allowedHosts: ['elsewhere.example'] });
  expect(result.serviceMessage).toMatch(
    /^error configuring connector action: target url "http:.*" is not added/,
  );
  expect(received).toEqual([]);
});

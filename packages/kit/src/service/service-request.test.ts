import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConnectorType } from '../connector-type.ts';
import type { ActionResult } from '../result.ts';
import { type StandIn, type StandInAnswer, standIn, testAction } from '../testing/index.ts';
import { type FailureReading, onlyThrottlingIsTheUsers } from './service-call.ts';
import { type ServiceRequest, serviceRequester } from './service-request.ts';

const reading: FailureReading = {
  failureText: ({ response, message }) => `said ${response?.text() ?? message}`,
};

type Call = Partial<ServiceRequest<unknown>> & { path?: string };

interface Outcome {
  result: ActionResult;
  received: StandIn['received'];
  debug: string[];
  bytes: number;
}

/** One call from a sub-action to a vendor that answers so. */
async function called(
  { path = '/', ...call }: Call,
  answer: StandInAnswer = {},
  how: FailureReading = reading,
  allowedHosts?: string[],
): Promise<Outcome> {
  await using vendor = await standIn(() => answer);
  const type = defineConnectorType({
    id: '.sub',
    name: 'Sub',
    minimumLicense: 'basic',
    features: [],
    config: z.object({}),
    secrets: z.object({}),
    service: (context) => serviceRequester(context, how),
    subActions: (action) => ({
      call: action(z.unknown(), async ({ service }) => {
        const { data } = await service({ responseSchema: z.unknown(), url: vendor.url + path, ...call });
        return { data };
      }),
    }),
  });
  const { result, logged, requestBodyBytes } = await testAction(type, {
    params: { subAction: 'call' },
    ...(allowedHosts && { allowedHosts }),
  });
  const debug = logged.map(({ message }) => message.replaceAll(vendor.url, 'http://vendor'));
  return { result, received: vendor.received, debug, bytes: requestBodyBytes };
}

describe('a call of a sub-action', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, '{}'],
    ['null', null, '{}'],
    ['an empty object', {}, '{}'],
    ['an empty list', [], '{}'],
    ['an empty text', '', '{}'],
    ['a number', 5, '{}'],
    ['a boolean', true, '{}'],
    ['an object', { a: 'é' }, '{"a":"é"}'],
    ['a list', [1], '[1]'],
    ['JSON text', ' {"a": 1} ', '{"a": 1}'],
    ['other text', 'a"b', '"a\\"b"'],
  ])('with %s as data sends it as JSON, with a GET too', async (_, data, body) => {
    for (const method of ['GET', 'POST'] as const) {
      const { received, bytes } = await called({ method, data });
      expect(received).toMatchObject([{ method, body, headers: { 'content-type': 'application/json' } }]);
      expect(bytes).toBe(Buffer.byteLength(body));
    }
  });

  it('sends a form as a form', async () => {
    const { received } = await called({ method: 'POST', form: { a: 'b c' } });
    expect(received).toMatchObject([
      { body: 'a=b+c', headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } },
    ]);
  });

  it('has the headers of its caller and basic auth', async () => {
    const { received } = await called({
      headers: { 'X-Key': 'k', 'content-type': 'text/x' },
      auth: { user: 'u', password: 'p' },
    });
    expect(received[0]?.headers).toMatchObject({
      'x-key': 'k',
      'content-type': 'text/x',
      authorization: 'Basic dTpw',
    });
  });

  it('drops one slash at the end of its URL and makes runs of slashes one', async () => {
    expect((await called({ path: '//a///b/' })).received[0]?.url).toBe('/a/b');
    expect((await called({ path: '/a?b=c/' })).received[0]?.url).toBe('/a?b=c');
  });

  it('gives the answer as it came, not as the schema makes it', async () => {
    const responseSchema = z.looseObject({ id: z.coerce.number(), more: z.string().default('x') });
    const { result } = await called({ responseSchema }, { body: '{"id":"7"}' });
    expect(result).toMatchObject({ status: 'ok', data: { data: { id: '7' } } });
    expect((await called({}, { body: 'text' })).result).toMatchObject({ data: { data: 'text' } });
  });

  it('says at debug level what it calls, and when it failed', async () => {
    const { debug } = await called({ method: 'POST', path: '/a' }, { status: 500 });
    expect(debug).toEqual([
      'Request to external service. Connector Id: test. Connector type: .sub Method: post. URL: http://vendor/a',
      'Request to external service failed. Connector Id: test. Connector type: .sub. Method: post. URL: http://vendor/a',
    ]);
  });

  it('names no more than the origin of a URL that is a secret', async () => {
    const { debug, received } = await called(
      { path: '/hook/s3cr3t?key=s3cr3t', isUrlSecret: true },
      { status: 500 },
    );
    expect(received[0]?.url).toBe('/hook/s3cr3t?key=s3cr3t');
    expect(debug).toEqual([
      'Request to external service. Connector Id: test. Connector type: .sub Method: get. URL: http://vendor/[redacted]',
      'Request to external service failed. Connector Id: test. Connector type: .sub. Method: get. URL: http://vendor/[redacted]',
    ]);
  });
});

describe('a call that fails', () => {
  const failed = async (
    call: Call,
    answer?: StandInAnswer,
    how?: FailureReading,
    allowedHosts?: string[],
  ) => {
    const { result, received } = await called(call, answer, how, allowedHosts);
    return { ...result, calls: received.length };
  };

  it.each([
    [400, 'framework'],
    [401, 'user'],
    [422, 'user'],
    [429, 'user'],
    [500, 'framework'],
  ])('with %i names the status and what the type reads', async (status, errorSource) => {
    expect(await failed({}, { status, body: 'no' })).toMatchObject({
      message: 'an error occurred while running the action',
      serviceMessage: `Status code: ${status}. Message: said no`,
      retry: true,
      errorSource,
    });
  });

  it.each([
    [422, 'framework'],
    [429, 'user'],
  ])('with %i is whose the type says', async (status, errorSource) => {
    const how = { ...reading, sourceOf: onlyThrottlingIsTheUsers };
    expect(await failed({}, { status }, how)).toMatchObject({ errorSource });
  });

  it('without an answer has no status', async () => {
    const vendor = await standIn();
    await vendor.close();
    expect((await failed({ url: vendor.url })).serviceMessage).toMatch(
      /^Status code: undefined\. Message: said connect ECONNREFUSED/,
    );
  });

  it('without an answer tells the type its code', async () => {
    const vendor = await standIn();
    await vendor.close();
    const how: FailureReading = { failureText: ({ code }) => `code ${code}` };
    expect((await failed({ url: vendor.url }, {}, how)).serviceMessage).toBe(
      'Status code: undefined. Message: code ECONNREFUSED',
    );
    expect((await failed({}, { status: 500 }, how)).serviceMessage).toBe(
      'Status code: 500. Message: code undefined',
    );
  });

  it('with an answer that the schema refuses says why', async () => {
    const { serviceMessage, errorSource } = await failed(
      { responseSchema: z.object({ id: z.string() }) },
      { body: '{}' },
    );
    expect(serviceMessage).toMatch(/^Response validation failed \(\[\n {2}\{\n/);
    expect(serviceMessage).toContain('"path": [\n      "id"\n    ]');
    expect(errorSource).toBe('framework');
  });

  it.each([
    ['ftp://a.b/c', 'URL Error: Invalid protocol'],
    ['no url', 'URL Error: Invalid URL'],
    ['', 'URL Error: Invalid URL'],
    [
      'http://elsewhere.example/',
      'error configuring connector action: target url "http://elsewhere.example/" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
  ])('for its URL %j sends nothing', async (url, serviceMessage) => {
    expect(await failed({ url }, {}, reading, ['127.0.0.1'])).toMatchObject({
      serviceMessage,
      errorSource: 'framework',
      calls: 0,
    });
  });
});

import { createRenderer, prepareVariables } from '@patchbay/kit';
import {
  hostileText,
  type ReceivedRequest,
  type StandInAnswer,
  standIn,
  testAction,
} from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webhook } from './webhook.ts';

interface Run {
  config?: Record<string, unknown>;
  secrets?: unknown;
  body?: string;
  answer?: StandInAnswer;
}

const now = new Date('2026-01-01T00:00:00Z');

/** One run against a service that answers so, and what arrived there. */
async function run({ config, secrets, body, answer = {} }: Run = {}) {
  await using service = await standIn(() => answer);
  const tested = await testAction(webhook, {
    config: { url: `${service.url}/my-webhook`, ...config },
    secrets,
    params: body === undefined ? {} : { body },
    now,
  });
  expect(service.received).toHaveLength(1);
  return { ...tested, request: service.received[0] as ReceivedRequest };
}

/** Headers as they were spelt, without those that belong to the connection. */
function headersOf({ rawHeaders }: ReceivedRequest): [name: string, value: string][] {
  const pairs = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  );
  return pairs.filter(([name]) => !['Host', 'Connection'].includes(name));
}

const BASIC = { user: 'abc', password: '123' };

describe('.webhook request', () => {
  it('carries basic auth, config headers and secret headers, and is answered with the body that was sent', async () => {
    const { result, request } = await run({
      config: {
        method: 'post',
        headers: { aheader: 'a value' },
        hasAuth: true,
        authType: 'webhook-authentication-basic',
      },
      secrets: { ...BASIC, secretHeaders: { secretKey: 'secretValue' } },
      body: 'some data',
      answer: { body: '{"never":"shown"}' },
    });
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: 'some data' });
    expect(request).toMatchObject({ method: 'POST', url: '/my-webhook', body: 'some data' });
    expect(headersOf(request)).toEqual([
      ['Accept', 'application/json, text/plain, */*'],
      ['User-Agent', 'test'],
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Authorization', 'Basic YWJjOjEyMw=='],
      ['aheader', 'a value'],
      ['secretKey', 'secretValue'],
      ['Content-Length', '9'],
    ]);
  });

  it.each([
    ['post', 'some data'],
    ['put', 'some data'],
    ['patch', 'some data'],
    ['get', ''],
    ['delete', ''],
  ])('with method %s has the body %j', async (method, body) => {
    const { result, request, requestBodyBytes } = await run({ config: { method }, body: 'some data' });
    expect(request).toMatchObject({ method: method.toUpperCase(), body });
    expect(requestBodyBytes).toBe(body.length);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: 'some data' });
  });

  it.each(['get', 'delete'])('with method %s says nothing about a body', async (method) => {
    const { result, request } = await run({ config: { method } });
    expect(headersOf(request).map(([name]) => name)).toEqual(['Accept', 'User-Agent']);
    expect(result).toEqual({ actionId: 'test', status: 'ok' });
  });

  it('is a POST where no method is given', async () => {
    expect((await run()).request.method).toBe('POST');
  });

  it('goes to the URL as it stands', async () => {
    await using service = await standIn();
    const url = `${service.url}/a/b/?q=a%20b&flag&c=%7B%7Bx%7D%7D`;
    await testAction(webhook, { config: { url }, params: {} });
    expect(service.received[0]?.url).toBe('/a/b/?q=a%20b&flag&c=%7B%7Bx%7D%7D');
  });

  it.each([
    ['text/plain', ' as is ', ' as is '],
    ['application/json', ' {"a": 1}\n', '{"a": 1}'],
    ['application/json; charset=utf-8', 'not "json"', '"not \\"json\\""'],
    ['application/json', '', ''],
  ])('of type %s sends %j as %j', async (type, body, expected) => {
    const { request } = await run({ config: { headers: { 'content-type': type } }, body });
    expect(request.body).toBe(expected);
    expect(request.headers['content-type']).toBe(type);
  });

  it('is counted in the bytes of its body', async () => {
    expect((await run({ body: 'a body of 19 bytes!' })).requestBodyBytes).toBe(19);
    expect((await run({ body: 'é', answer: { status: 500 } })).requestBodyBytes).toBe(2);
  });

  it.each([
    ['basic auth', {}, {}, 'Basic YWJjOjEyMw=='],
    ['a config header over it', { Authorization: 'of config' }, {}, 'of config'],
    ['a secret header over both', { Authorization: 'of config' }, { Authorization: 'secret' }, 'secret'],
    ['a secret header, however it is spelt', { Authorization: 'of config' }, { authorization: 's' }, 's'],
    ['a config header, however it is spelt', { authorization: 'of config' }, {}, 'of config'],
    ['a secret header spelt as basic auth is', { authorization: 'of config' }, { Authorization: 's' }, 's'],
  ])('is authorized by %s', async (_, headers, secretHeaders, expected) => {
    const { request } = await run({ config: { headers }, secrets: { ...BASIC, secretHeaders } });
    const authorizations = headersOf(request).filter(([name]) => name.toLowerCase() === 'authorization');
    expect(authorizations.map(([, value]) => value)).toEqual([expected]);
  });

  it.each([
    [{ hasAuth: true }, BASIC, true],
    [{}, BASIC, true],
    [{ authType: null }, BASIC, true],
    [{ hasAuth: false }, BASIC, false],
    [{}, {}, false],
    [{ authType: 'webhook-authentication-basic' }, { crt: 'Yw==', key: 'aw==', password: 'p' }, false],
  ])('with config %j and secrets %j is authorized: %s', async (config, secrets, isAuthorized) => {
    const { result, request } = await run({ config, secrets });
    expect(request.headers.authorization).toBe(isAuthorized ? 'Basic YWJjOjEyMw==' : undefined);
    expect(result.status).toBe('ok');
  });
});

describe('.webhook result', () => {
  it.each([200, 201, 204, 299])('of %i is ok', async (status) => {
    expect((await run({ answer: { status } })).result).toEqual({ actionId: 'test', status: 'ok' });
  });

  const INVALID = 'error calling webhook, invalid response';
  const LATER = 'error calling webhook, retry later';
  it.each<[StandInAnswer, Record<string, unknown>]>([
    [{ status: 500 }, { message: LATER, serviceMessage: '[500] Internal Server Error', retry: true }],
    [
      { status: 503, statusText: 'Gone Fishing', body: '{"message":"back at noon"}' },
      { message: LATER, serviceMessage: '[503] Gone Fishing: back at noon', retry: true },
    ],
    [
      { status: 429, headers: { 'retry-after': '30' } },
      {
        message: 'error calling webhook, retry at 2026-01-01T00:00:30.000Z',
        serviceMessage: '[429] Too Many Requests',
        retry: new Date('2026-01-01T00:00:30Z'),
      },
    ],
    [{ status: 429 }, { message: LATER, serviceMessage: '[429] Too Many Requests', retry: true }],
    [
      { status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' } },
      { message: LATER, serviceMessage: '[429] Too Many Requests', retry: true },
    ],
    [{ status: 304 }, { message: INVALID, serviceMessage: '[304] Not Modified' }],
    [
      { status: 400, body: '{"message":{"code":7}}' },
      { message: INVALID, serviceMessage: '[400] Bad Request: {"code":7}' },
    ],
    [
      { status: 401, body: 'no JSON' },
      { message: INVALID, serviceMessage: '[401] Unauthorized' },
    ],
    [
      { status: 403, body: '["message"]' },
      { message: INVALID, serviceMessage: '[403] Forbidden' },
    ],
    [
      { status: 404, body: 'null' },
      { message: INVALID, serviceMessage: '[404] Not Found' },
    ],
    [
      { status: 422, body: '{"error":"x"}' },
      { message: INVALID, serviceMessage: '[422] Unprocessable Entity' },
    ],
  ])('of %j is %j', async (answer, expected) => {
    const { result, logged } = await run({ body: 'some data', answer });
    expect(result).toStrictEqual({ actionId: 'test', status: 'error', errorSource: 'user', ...expected });
    expect(logged).toEqual([
      { level: 'error', message: `error on test webhook event: ${expected.serviceMessage}` },
    ]);
  });

  it('without an answer is the code and text of the failure, and no word on a retry', async () => {
    const service = await standIn();
    await service.close();
    const { result } = await testAction(webhook, { config: { url: service.url }, params: {} });
    expect(result).toStrictEqual({
      actionId: 'test',
      status: 'error',
      message: 'error calling webhook, request failed',
      serviceMessage: expect.stringMatching(/^\[ECONNREFUSED\] connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
      errorSource: 'user',
    });
  });

  it('is logged with the status of the answer', async () => {
    const { logged } = await run({ answer: { status: 201 } });
    expect(logged).toEqual([
      { level: 'debug', message: 'response from webhook action "test": [HTTP 201] Created' },
    ]);
  });
});

describe('.webhook templates', () => {
  const render = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
    webhook.renderParams(params, createRenderer(prepareVariables(variables)));

  it('are escaped for a JSON string, and only the body is one', () => {
    const variables = { quote: '"double quote"', feed: 'line\nfeed', list: ['a'] };
    expect(
      render({ body: '{{quote}} -- {{feed}} -- {{{list.asJSON}}}', other: '{{quote}}' }, variables),
    ).toEqual({ body: '\\"double quote\\" -- line\\nfeed -- ["a"]' });
  });

  it.each([{}, { body: '' }])('are not looked for in %j', (params) => {
    expect(render(params, {})).toBe(params);
  });

  it('give a body that arrives with the value in it, whatever it is', async () => {
    await using service = await standIn();
    const config = { url: service.url, headers: { 'Content-Type': 'application/json' } };
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const params = render({ body: '{"x": "{{rogue}}"}' }, { rogue });
        await testAction(webhook, { config, params });
        expect(JSON.parse(service.received.at(-1)?.body ?? '').x === rogue).toBe(true);
      }),
      { numRuns: 50, examples: [['"\n']] },
    );
  });
});

import {
  createAllowedHosts,
  createRenderer,
  prepareVariables,
  ValidationError,
  validateConfig,
} from '@patchbay/kit';
import {
  hostileText,
  operatorSettings,
  type StandInAnswer,
  standIn,
  testAction,
} from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localhost, PATH, TOKEN, webhookIntegration } from './testing/webhook-integration.ts';
import { torq } from './torq.ts';

const now = new Date('2026-01-01T00:00:00Z');
const BODY = '{"msg": "test"}';

const run = (url: string, params: unknown = { body: BODY }, token: unknown = TOKEN) =>
  testAction(torq, {
    config: { webhookIntegrationUrl: localhost(url) + PATH },
    secrets: { token },
    params,
    now,
  });

describe('.torq', () => {
  it('triggers a workflow with the body written anew, and is answered with the text that was given', async () => {
    await using vendor = await webhookIntegration();
    const { result, requestBodyBytes, logged } = await run(vendor.url);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: '{"msg": "test"}' });
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: PATH,
        headers: { 'x-torq-token': TOKEN, 'content-type': 'application/json' },
        body: '{"msg":"test"}',
      },
    ]);
    expect(vendor.received[0]?.rawHeaders).toContain('X-Torq-Token');
    expect(requestBodyBytes).toBe(14);
    expect(logged).toEqual([{ level: 'debug', message: 'response from Torq action "test": [HTTP 200] OK' }]);
  });

  it.each([
    [' [1, "é"]\n', '[1,"é"]'],
    ['"text"', '"text"'],
    ['5', '5'],
    ['{}', '{}'],
    ['', ''],
    ['null', ''],
    ['0', ''],
    ['false', ''],
    ['""', ''],
  ])('with the body %j sends %j', async (body, sent) => {
    await using vendor = await webhookIntegration();
    const { result, requestBodyBytes } = await run(vendor.url, { body });
    expect(vendor.received[0]?.body).toBe(sent);
    expect(vendor.received[0]?.headers['content-type']).toBe('application/json');
    expect(requestBodyBytes).toBe(Buffer.byteLength(sent));
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: body });
  });

  it('keeps the token from other origins that it may be redirected to', async () => {
    await using vendor = await webhookIntegration();
    expect((await run(vendor.url)).sensitiveHeaders).toEqual(['X-Torq-Token']);
  });
});

describe('.torq result', () => {
  const failed = (text: string, serviceMessage: unknown, retry?: boolean | Date) => ({
    actionId: 'test',
    status: 'error',
    message: `error triggering Torq workflow, ${text}`,
    serviceMessage,
    ...(retry !== undefined && { retry }),
    errorSource: 'user',
  });

  it.each<[StandInAnswer, string, string, (boolean | Date)?]>([
    [{ status: 302 }, 'invalid response', '[302] Found'],
    [{ status: 400 }, 'invalid response', '[400] Bad Request'],
    [{ status: 400, body: '{"message":"no"}' }, 'invalid response', '[400] Bad Request: no'],
    [{ status: 401 }, 'unauthorised', '[401] Unauthorized'],
    [{ status: 403 }, 'invalid response', '[403] Forbidden'],
    [{ status: 404 }, 'make sure the webhook URL is valid', '[404] Not Found'],
    [{ status: 405 }, 'method is not supported', '[405] Method Not Allowed'],
    [{ status: 429 }, 'retry later', '[429] Too Many Requests', true],
    [{ status: 429, headers: { 'retry-after': 'soon' } }, 'retry later', '[429] Too Many Requests', true],
    [
      { status: 429, headers: { 'retry-after': '30' } },
      'retry at 2026-01-01T00:00:30.000Z',
      '[429] Too Many Requests',
      new Date('2026-01-01T00:00:30Z'),
    ],
    [{ status: 500, body: 'no JSON' }, 'retry later', '[500] Internal Server Error', true],
    [{ status: 502, body: '{"message":{"a":1}}' }, 'retry later', '[502] Bad Gateway: {"a":1}', true],
  ])('of %j is: %s', async (answer, text, serviceMessage, retry) => {
    await using vendor = await standIn(() => answer);
    const { result, logged } = await run(vendor.url);
    expect(result).toStrictEqual(failed(text, serviceMessage, retry));
    expect(logged).toEqual([{ level: 'error', message: `error on test Torq event: ${serviceMessage}` }]);
  });

  it('of what Torq refuses says why', async () => {
    await using vendor = await webhookIntegration({ limit: 1 });
    const outcomes = [
      await run(vendor.url, undefined, 'wrong'),
      await run(vendor.url),
      await run(vendor.url),
    ];
    expect(outcomes.map(({ result }) => result.message)).toEqual([
      'error triggering Torq workflow, unauthorised',
      undefined,
      'error triggering Torq workflow, retry at 2026-01-01T00:00:30.000Z',
    ]);
  });

  it.each<StandInAnswer>([{ status: 204 }, { status: 200, body: 'no JSON' }])(
    'of %j is the body that was given',
    async (answer) => {
      await using vendor = await standIn(() => answer);
      expect((await run(vendor.url)).result).toEqual({ actionId: 'test', status: 'ok', data: BODY });
    },
  );

  it('of a body that is no JSON is the parser’s words, and nothing is sent', async () => {
    await using vendor = await webhookIntegration();
    const { result, logged } = await run(vendor.url, { body: '{"a": ' });
    expect(result).toStrictEqual(failed('invalid body', 'Unexpected end of JSON input'));
    expect(logged).toEqual([
      { level: 'error', message: 'error on test Torq event: Unexpected end of JSON input' },
    ]);
    expect(vendor.received).toEqual([]);
  });

  it('without an answer, or of one that breaks off, has the code and the reason', async () => {
    const vendor = await standIn(() => Promise.reject(new Error('breaks off')));
    expect((await run(vendor.url)).result).toStrictEqual(
      failed('request failed', '[ECONNRESET] socket hang up'),
    );
    await vendor.close();
    expect((await run(vendor.url)).result).toStrictEqual(
      failed('request failed', expect.stringMatching(/^\[ECONNREFUSED\]/)),
    );
  });
});

describe('.torq input', () => {
  const context = {
    allowedHosts: createAllowedHosts(['hooks.torq.io', 'hooks.eu.torq.io', 'hooks.torq.io.evil.example']),
    settings: operatorSettings(),
  };
  const CONFIGURING = 'error configuring send to Torq action';

  it.each([
    'https://hooks.torq.io/v1/webhooks/x',
    'https://hooks.eu.torq.io/v1/webhooks/x',
    'http://hooks.torq.io:8080',
  ])('takes the URL %s', (webhookIntegrationUrl) => {
    expect(validateConfig(torq, { webhookIntegrationUrl }, context)).toEqual({ webhookIntegrationUrl });
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at webhookIntegrationUrl'],
    [{ webhookIntegrationUrl: 'https://hooks.torq.io', other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { webhookIntegrationUrl: 'hooks.torq.io' },
      `${CONFIGURING}: unable to parse url: TypeError: Invalid URL`,
    ],
    [
      { webhookIntegrationUrl: 'https://test.torq.io/v1/something' },
      `${CONFIGURING}: target url "https://test.torq.io/v1/something" is not added to the Kibana config xpack.actions.allowedHosts`,
    ],
    [
      { webhookIntegrationUrl: 'https://hooks.torq.io.evil.example/x' },
      `${CONFIGURING}: url must begin with https://hooks.torq.io or https://hooks.eu.torq.io`,
    ],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(torq, config, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it('refuses other hosts than Torq’s where all are allowed', () => {
    const anywhere = { ...context, allowedHosts: createAllowedHosts(['*']) };
    for (const host of ['hooks.us.torq.io', 'hooksxtorq.io', 'a.hooks.torq.io', '127.0.0.1', 'localhost.a']) {
      expect(() => validateConfig(torq, { webhookIntegrationUrl: `https://${host}/` }, anywhere)).toThrow(
        'url must begin with https://hooks.torq.io or https://hooks.eu.torq.io',
      );
    }
  });

  it.each([
    [{ body: BODY }, undefined, 'connector type secrets', 'expected string, received null\n  → at token'],
    [{}, TOKEN, 'action params', 'expected string, received undefined\n  → at body'],
    [{ body: { msg: 'test' } }, TOKEN, 'action params', 'expected string, received object\n  → at body'],
  ])(
    'refuses the params %j with the token %j before anything is sent',
    async (params, token, what, reason) => {
      await using vendor = await webhookIntegration();
      await expect(run(vendor.url, params, token ?? null)).rejects.toThrow(
        new ValidationError(`error validating ${what}: ✖ Invalid input: ${reason}`),
      );
      expect(vendor.received).toEqual([]);
    },
  );

  it('refuses unknown keys', async () => {
    await expect(run('http://127.0.0.1:1', { body: BODY, other: 1 })).rejects.toThrow(
      new ValidationError('error validating action params: ✖ Unrecognized key: "other"'),
    );
  });
});

describe('.torq templates', () => {
  const render = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
    torq.renderParams(params, createRenderer(prepareVariables(variables)));

  it('are rendered without escaping, so that a quote makes the body invalid', async () => {
    const params = render({ body: '{"x": "{{x}}"}' }, { x: 'a"b' });
    expect(params).toEqual({ body: '{"x": "a"b"}' });
    await using vendor = await webhookIntegration();
    expect((await run(vendor.url, params)).result.message).toBe(
      'error triggering Torq workflow, invalid body',
    );
    expect(vendor.received).toEqual([]);
  });

  it.each([{}, { body: '', other: '{{x}}' }])('are not looked for in %j', (params) => {
    expect(render(params, { x: 1 })).toBe(params);
  });

  it('give objects that arrive as they are, whatever is in them, and so do values in params', async () => {
    await using vendor = await webhookIntegration();
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        await run(vendor.url, render({ body: '{"x": {{alert}}}' }, { alert: { rogue } }));
        await run(vendor.url, { body: JSON.stringify({ x: { rogue } }) });
        const arrived = vendor.received.splice(0).map(({ body }) => JSON.parse(body));
        expect(arrived).toEqual([{ x: { rogue } }, { x: { rogue } }]);
      }),
      { numRuns: 20 },
    );
  });
});

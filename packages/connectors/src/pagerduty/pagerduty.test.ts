import {
  createAllowedHosts,
  createRenderer,
  prepareVariables,
  ValidationError,
  validateConfig,
  validateSecrets,
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
import { pagerduty } from './pagerduty.ts';
import { eventsApi, ROUTING_KEY } from './testing/events-api.ts';

const run = (url: string, params: unknown = {}, routingKey = ROUTING_KEY) =>
  testAction(pagerduty, { config: { apiUrl: `${url}/v2/enqueue` }, secrets: { routingKey }, params });

describe('.pagerduty', () => {
  it('triggers an alert, the routing key in a header only', async () => {
    await using vendor = await eventsApi();
    const { result, logged } = await run(vendor.url, {
      eventAction: 'trigger',
      dedupKey: 'r1:a1',
      summary: 'CPU high',
      severity: 'critical',
      timestamp: '2024-01-02T03:04:05Z',
      component: 'db',
      customDetails: { cpu: 99 },
      links: [{ href: 'http://example.com', text: 'a link' }],
    });
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: { status: 'success', message: 'Event processed', dedup_key: 'r1:a1' },
    });
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: '/v2/enqueue',
        headers: { 'content-type': 'application/json', 'x-routing-key': ROUTING_KEY },
        body:
          '{"event_action":"trigger","dedup_key":"r1:a1",' +
          '"payload":{"summary":"CPU high","source":"Kibana Action test","severity":"critical",' +
          '"timestamp":"2024-01-02T03:04:05.000Z","component":"db","custom_details":{"cpu":99}},' +
          '"links":[{"href":"http://example.com","text":"a link"}]}',
      },
    ]);
    expect(vendor.received[0]?.rawHeaders).toContain('X-Routing-Key');
    expect(logged).toEqual([]);
  });

  it.each(['resolve', 'acknowledge'])('can %s it by its dedup key', async (eventAction) => {
    await using vendor = await eventsApi();
    const { result } = await run(vendor.url, { eventAction, dedupKey: 'r1:a1', summary: 'ignored' });
    expect(result.status).toBe('ok');
    expect(vendor.received[0]?.body).toBe(`{"event_action":"${eventAction}","dedup_key":"r1:a1"}`);
  });

  it('is counted in the bytes of its body', async () => {
    await using vendor = await eventsApi();
    const { requestBodyBytes } = await run(vendor.url, { summary: 'just a test' });
    expect(requestBodyBytes).toBe(142 - 36 + 'test'.length);
  });

  it('takes JSON text for custom details, and a date with spaces around', async () => {
    await using vendor = await eventsApi();
    await run(vendor.url, { customDetails: ' {"a": [1]} ', timestamp: '   1963-09-23 01:23:45  ' });
    expect(JSON.parse(vendor.received[0]?.body ?? '')).toMatchObject({
      payload: { custom_details: { a: [1] }, timestamp: '1963-09-23T01:23:45.000Z' },
    });
  });

  it('goes to the API URL as it stands', async () => {
    await using vendor = await standIn(() => ({ status: 202, body: '{}' }));
    const apiUrl = `${vendor.url}//x/?a=b%20c/`;
    await testAction(pagerduty, { config: { apiUrl }, secrets: { routingKey: 'RK' }, params: {} });
    expect(vendor.received[0]?.url).toBe('//x/?a=b%20c/');
  });

  it('keeps the routing key from other origins that it may be redirected to', async () => {
    await using vendor = await eventsApi();
    expect((await run(vendor.url)).sensitiveHeaders).toEqual(['X-Routing-Key']);
  });
});

describe('.pagerduty result', () => {
  const POSTING = 'error posting pagerduty event';

  it.each<[StandInAnswer, unknown]>([
    [
      { status: 202, body: '{"message":"Event processed","status":"success"}' },
      { message: 'Event processed', status: 'success' },
    ],
    [{ status: 202, body: 'no JSON' }, 'no JSON'],
    [{ status: 202 }, ''],
  ])('of %j has the data %j', async (answer, data) => {
    await using vendor = await standIn(() => answer);
    expect((await run(vendor.url)).result).toEqual({ actionId: 'test', status: 'ok', data });
  });

  it.each([
    [200, 'unexpected status 200'],
    [201, 'unexpected status 201'],
    [302, 'unexpected status 302'],
    [400, 'unexpected status 400'],
    [418, 'unexpected status 418'],
    [429, 'http status 429, retry later'],
    [501, 'http status 501, retry later'],
    [502, 'http status 502, retry later'],
  ])('of a %i is: %s', async (status, text) => {
    await using vendor = await standIn(() => ({
      status,
      headers: { 'retry-after': '30' },
      body: '{"message":"never shown"}',
    }));
    expect((await run(vendor.url)).result).toStrictEqual({
      actionId: 'test',
      status: 'error',
      message: `${POSTING}: ${text}`,
      ...(text.endsWith('later') && { retry: true }),
      errorSource: 'user',
    });
  });

  it('of what PagerDuty refuses is its status', async () => {
    await using vendor = await eventsApi({ limit: 1 });
    const outcomes = [
      await run(vendor.url, {}, 'short'),
      await run(vendor.url, { customDetails: { log: 'x'.repeat(600_000) } }),
      await run(vendor.url),
      await run(vendor.url),
    ];
    expect(outcomes.map(({ result }) => result.message)).toEqual([
      `${POSTING}: unexpected status 400`,
      `${POSTING}: unexpected status 413`,
      undefined,
      `${POSTING}: http status 429, retry later`,
    ]);
  });

  it('without an answer is the reason, which is logged', async () => {
    const vendor = await standIn();
    await vendor.close();
    const { result, logged } = await run(vendor.url);
    expect(result).toStrictEqual({
      actionId: 'test',
      status: 'error',
      message: POSTING,
      serviceMessage: expect.stringMatching(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
      errorSource: 'user',
    });
    expect(logged).toEqual([
      { level: 'warn', message: `error thrown posting pagerduty event: ${result.serviceMessage}` },
    ]);
  });

  it('of an answer that breaks off is the reason', async () => {
    await using vendor = await standIn(() => Promise.reject(new Error('breaks off')));
    expect((await run(vendor.url)).result).toMatchObject({
      message: POSTING,
      serviceMessage: 'socket hang up',
    });
  });
});

describe('.pagerduty input', () => {
  const context = {
    allowedHosts: createAllowedHosts(['*']),
    settings: operatorSettings(),
  };
  const restricted = { ...context, allowedHosts: createAllowedHosts(['pd.example']) };

  it.each([
    [{}, { apiUrl: null }],
    [{ apiUrl: null }, { apiUrl: null }],
    [{ apiUrl: 'bar' }, { apiUrl: 'bar' }],
  ])('takes the config %j as %j', (config, expected) => {
    expect(validateConfig(pagerduty, config, context)).toEqual(expected);
  });

  const NOT_ALLOWED = 'is not added to the Kibana config xpack.actions.allowedHosts';
  it.each([
    [{ shouldNotBeHere: true }, '✖ Unrecognized key: "shouldNotBeHere"'],
    [{ apiUrl: 1 }, '✖ Invalid input: expected string, received number\n  → at apiUrl'],
    ...[{}, { apiUrl: null }, { apiUrl: '' }].map((config): [object, string] => [
      config,
      `error configuring pagerduty action: target url "https://events.pagerduty.com/v2/enqueue" ${NOT_ALLOWED}`,
    ]),
    [
      { apiUrl: 'https://elsewhere.example/x' },
      `error configuring pagerduty action: target url "https://elsewhere.example/x" ${NOT_ALLOWED}`,
    ],
    [{ apiUrl: 'bar' }, `error configuring pagerduty action: target url "bar" ${NOT_ALLOWED}`],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(pagerduty, config, restricted)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at routingKey'],
    [{ routingKey: false }, '✖ Invalid input: expected string, received boolean\n  → at routingKey'],
    [{ routingKey: 'RK', other: 1 }, '✖ Unrecognized key: "other"'],
  ])('refuses the secrets %j', (secrets, reason) => {
    expect(() => validateSecrets(pagerduty, secrets, context)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });

  it.each<[Record<string, unknown>, string]>([
    [{ other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { eventAction: 'ackynollage' },
      '✖ Invalid option: expected one of "trigger"|"resolve"|"acknowledge"\n  → at eventAction',
    ],
    [
      { severity: 'Critical' },
      '✖ Invalid option: expected one of "critical"|"error"|"warning"|"info"\n  → at severity',
    ],
    [{ dedupKey: 'x'.repeat(256) }, '✖ Too big: expected string to have <=255 characters\n  → at dedupKey'],
    [{ summary: 'x'.repeat(1025) }, '✖ Too big: expected string to have <=1024 characters\n  → at summary'],
    [
      { links: [{ href: 'x' }] },
      '✖ Invalid input: expected string, received undefined\n  → at links[0].text',
    ],
    [{ links: [{ href: 'x', text: 'y', alt: 'z' }] }, '✖ Unrecognized key: "alt"\n  → at links[0]'],
    [{ customDetails: [] }, '✖ Invalid input: expected record, received array\n  → at customDetails'],
    [{ timestamp: '1963-09-55 90:23:45' }, '✖ error parsing timestamp "1963-09-55 90:23:45"'],
    [{ timestamp: ' soon ', eventAction: 'resolve' }, '✖ error parsing timestamp " soon "'],
    [{ eventAction: 'resolve' }, '✖ DedupKey is required when eventAction is "resolve"'],
    [
      { eventAction: 'acknowledge', dedupKey: '' },
      '✖ DedupKey is required when eventAction is "acknowledge"',
    ],
  ])('refuses the params %j before anything is sent', async (params, reason) => {
    await using vendor = await eventsApi();
    await expect(run(vendor.url, params)).rejects.toThrow(
      new ValidationError(`error validating action params: ${reason}`),
    );
    expect(vendor.received).toEqual([]);
  });

  it('refuses custom details that are not JSON with the words of the parser', async () => {
    await expect(run('http://127.0.0.1:1', { customDetails: '{"a":' })).rejects.toThrow(
      /^error validating action params: ✖ Unexpected end of JSON input\n {2}→ at customDetails$/,
    );
  });

  it.each(['', '   '])('takes the timestamp %j for none', async (timestamp) => {
    await using vendor = await eventsApi();
    await run(vendor.url, { timestamp });
    expect(vendor.received[0]?.body).not.toContain('timestamp');
  });
});

describe('.pagerduty templates', () => {
  const render = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
    pagerduty.renderParams(params, createRenderer(prepareVariables(variables)));

  it('are rendered at any depth, without escaping', () => {
    expect(
      render(
        {
          dedupKey: '{{rule.id}}:{{alert.id}}',
          links: [{ href: '{{{url}}}', text: '{{url}}' }],
          customDetails: { deep: { er: '{{quote}}' } },
        },
        { rule: { id: 'r1' }, alert: { id: 'a1' }, url: 'https://x/?a=1&b', quote: '"<*' },
      ),
    ).toEqual({
      dedupKey: 'r1:a1',
      links: [{ href: 'https://x/?a=1&b', text: 'https://x/?a=1&b' }],
      customDetails: { deep: { er: '"<*' } },
    });
  });

  it('that render too long are refused, not cut', async () => {
    const params = render({ summary: '{{long}}' }, { long: 'x'.repeat(1025) });
    await expect(run('http://127.0.0.1:1', params)).rejects.toThrow('→ at summary');
  });

  it('give values that arrive as they are, whatever they are', async () => {
    await using vendor = await standIn(() => ({ status: 202, body: '{}' }));
    await fc.assert(
      fc.asyncProperty(hostileText(), hostileText({ maxLength: 255 }), async (long, short) => {
        const params = render(
          {
            dedupKey: '{{short}}',
            summary: '{{short}}',
            source: '{{long}}',
            links: [{ href: '{{short}}', text: '{{long}}' }],
            customDetails: { value: '{{long}}' },
          },
          { long, short },
        );
        await run(vendor.url, params);
        expect(JSON.parse(vendor.received.pop()?.body ?? '')).toEqual({
          event_action: 'trigger',
          dedup_key: short,
          payload: { summary: short, source: long, severity: 'info', custom_details: { value: long } },
          links: [{ href: short, text: long }],
        });
      }),
      { numRuns: 20 },
    );
  });
});

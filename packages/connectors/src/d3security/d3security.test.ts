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
import { d3security } from './d3security.ts';
import { ingestion, PATH, TOKEN } from './testing/ingestion.ts';

const run = (url: string, subAction: string, subActionParams?: unknown, token: unknown = TOKEN) =>
  testAction(d3security, {
    config: { url: url + PATH },
    secrets: { token },
    params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
  });

async function answered(answer: StandInAnswer) {
  await using vendor = await standIn(() => answer);
  return (await run(vendor.url, 'run', { body: 'x' })).result;
}

const failed = (serviceMessage: unknown, errorSource = 'framework') => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});

describe.each(['run', 'test'])('.d3security %s', (subAction) => {
  it('sends text as raw data, the token in a header', async () => {
    await using vendor = await ingestion();
    const { result, requestBodyBytes, sensitiveHeaders } = await run(vendor.url, subAction, {
      body: 'whoaradboddy',
    });
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: PATH,
        headers: { d3key: TOKEN, 'content-type': 'application/json' },
        body: '{"hits":{"hits":{"_source":{"rawData":"whoaradboddy","event.type":"","kibana.alert.severity":""}}}}',
      },
    ]);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { refid: '12345', more: true } });
    expect(requestBodyBytes).toBe(99);
    expect(sensitiveHeaders).toEqual(['d3key']);
  });

  it.each<[string | undefined, string]>([
    [' {"a": [1]} ', '{"a":[1]}'],
    ['5', '5'],
    ['null', 'null'],
    ['{"a":', '"{\\"a\\":"'],
    ['', '""'],
    [undefined, '""'],
  ])('sends the body %j as the raw data %s', async (body, rawData) => {
    await using vendor = await ingestion();
    const { result } = await run(vendor.url, subAction, {
      ...(body !== undefined && { body }),
      severity: 'high',
      eventType: 'disk',
    });
    expect(result.status).toBe('ok');
    expect(vendor.received[0]?.body).toBe(
      `{"hits":{"hits":{"_source":{"rawData":${rawData},"event.type":"disk","kibana.alert.severity":"high"}}}}`,
    );
  });

  it.each([
    [{ body: { a: 1 } }, ['body'], 'expected string, received object'],
    [{ severity: 1 }, ['severity'], 'expected string, received number'],
    [{ body: 'x', other: 1 }, [], 'Unrecognized key: "other"'],
    [undefined, [], 'expected object, received undefined'],
  ])('refuses %j when it runs, sending nothing', async (given, path, reason) => {
    await using vendor = await ingestion();
    const { result } = await run(vendor.url, subAction, given);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(.*\)$/s), 'user'));
    const issues = JSON.parse(result.serviceMessage?.slice('Request validation failed ('.length, -1) ?? '');
    expect(issues).toEqual([expect.objectContaining({ path, message: expect.stringContaining(reason) })]);
    expect(vendor.received).toEqual([]);
  });
});

it('.d3security drops a slash at the end of its URL, as every call of a sub-action', async () => {
  await using vendor = await ingestion();
  const config = { url: `${vendor.url}${PATH}/` };
  const { result } = await testAction(d3security, {
    config,
    secrets: { token: TOKEN },
    params: { subAction: 'run', subActionParams: {} },
  });
  expect(result.status).toBe('ok');
  expect(vendor.received[0]?.url).toBe(PATH);
});

describe('.d3security result', () => {
  it.each([
    [302, 'API Error: 302 - Found', 'framework'],
    [400, 'API Error: 400 - Bad Request', 'framework'],
    [401, 'Unauthorized API Error', 'user'],
    [403, 'API Error: 403 - Forbidden', 'user'],
    [429, 'API Error: 429 - Too Many Requests', 'user'],
    [500, 'API Error: 500 - Internal Server Error', 'framework'],
  ])('of a %i is: %s, the error of the %s', async (status, text, source) => {
    expect(await answered({ status, body: '{"message":"never shown"}' })).toEqual(
      failed(`Status code: ${status}. Message: ${text}`, source),
    );
  });

  it('of what D3 refuses is its status', async () => {
    await using vendor = await ingestion({ limit: 1 });
    const outcomes = [
      await run(vendor.url, 'run', {}, 'wrong'),
      await run(vendor.url, 'run', {}, ''),
      await run(vendor.url, 'run', {}),
      await run(vendor.url, 'run', {}),
    ];
    expect(outcomes.map(({ result }) => result.serviceMessage)).toEqual([
      'Status code: 401. Message: Unauthorized API Error',
      'Status code: 401. Message: Unauthorized API Error',
      undefined,
      'Status code: 429. Message: API Error: 429 - Too Many Requests',
    ]);
    expect(vendor.received[1]?.headers.d3key).toBe('');
  });

  it('without an answer, or of one that breaks off, is unknown', async () => {
    const vendor = await standIn(() => Promise.reject(new Error('breaks off')));
    const unknown = failed('Status code: undefined. Message: Unknown API Error');
    expect((await run(vendor.url, 'run', {})).result).toEqual(unknown);
    await vendor.close();
    expect((await run(vendor.url, 'run', {})).result).toEqual(unknown);
  });

  it.each<StandInAnswer>([
    { status: 204 },
    { body: 'no JSON' },
    { body: '[]' },
    { body: '{}' },
    { body: '{"refid":5}' },
  ])('of %j is that it is not what was asked for', async (answer) => {
    expect(await answered(answer)).toEqual(
      failed(expect.stringMatching(/^Response validation failed \(.*\)$/s)),
    );
  });

  it('of an unknown sub-action is its name', async () => {
    expect((await run('http://127.0.0.1:1', 'invalidAction', {})).result).toEqual(
      failed(
        'Sub action "invalidAction" is not registered. Connector id: test. Connector name: D3 Security. Connector type: .d3security',
      ),
    );
  });
});

describe('.d3security input', () => {
  const context = { allowedHosts: createAllowedHosts(['d3.example']), settings: operatorSettings() };

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at url'],
    [{ url: 'https://d3.example/x', other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { url: 'https://elsewhere.example' },
      'error validating url: target url "https://elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(d3security, config, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at token'],
    [{ token: TOKEN, other: 1 }, '✖ Unrecognized key: "other"'],
  ])('refuses the secrets %j', (secrets, reason) => {
    expect(() => validateSecrets(d3security, secrets, context)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });

  it('refuses params without a sub-action', async () => {
    await expect(
      testAction(d3security, { config: { url: 'http://d3.example' }, secrets: { token: TOKEN }, params: {} }),
    ).rejects.toThrow(
      new ValidationError(
        'error validating action params: ✖ Invalid input: expected string, received undefined\n  → at subAction',
      ),
    );
  });
});

describe('.d3security templates', () => {
  const render = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
    d3security.renderParams(params, createRenderer(prepareVariables(variables)));

  it.each(['run', 'test'])('of %s are rendered in the body only, escaped for JSON', (subAction) => {
    const others = { severity: '{{x}}', eventType: '{{x}}' };
    expect(
      render({ subAction, subActionParams: { body: '{"x": "{{x}}"}', ...others } }, { x: 'a"b\n' }),
    ).toEqual({ subAction, subActionParams: { body: '{"x": "a\\"b\\n"}', ...others } });
  });

  it.each([
    { subAction: 'other', subActionParams: { body: '{{x}}' } },
    { subAction: 'run', subActionParams: { severity: '{{x}}' } },
    { subAction: 'run', subActionParams: null },
    { subAction: 'run' },
  ])('are not looked for in %j', (params) => {
    expect(render(params, { x: 1 })).toBe(params);
  });

  it('give values that arrive as they are, whatever they are', async () => {
    await using vendor = await ingestion();
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const { subActionParams } = render(
          { subAction: 'run', subActionParams: { body: '{"x": "{{rogue}}"}' } },
          { rogue },
        );
        await run(vendor.url, 'run', { ...(subActionParams as object), severity: rogue, eventType: rogue });
        expect(JSON.parse(vendor.received.pop()?.body ?? '')).toEqual({
          hits: {
            hits: {
              _source: { rawData: { x: rogue }, 'event.type': rogue, 'kibana.alert.severity': rogue },
            },
          },
        });
      }),
      { numRuns: 20 },
    );
  });
});

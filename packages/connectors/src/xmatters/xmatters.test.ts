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
import { config, secrets } from './schema.ts';
import { API_KEY, flowTrigger, PATH, USER } from './testing/flow-trigger.ts';
import { triggerOf, xmatters } from './xmatters.ts';

const PARAMS = {
  alertActionGroupName: 'success',
  signalId: 'abcd-1234:abcd-1234',
  severity: 'High',
  ruleName: 'SomeRule',
  date: '',
  spaceId: '',
};

const byUrl = (url: string, params: unknown = PARAMS) =>
  testAction(xmatters, {
    config: { usesBasic: false },
    secrets: { secretsUrl: `${url}${PATH}?apiKey=${API_KEY}` },
    params,
  });

const byUser = (url: string, params: unknown = PARAMS, user: object = USER) =>
  testAction(xmatters, { config: { configUrl: url + PATH }, secrets: user, params });

describe('.xmatters', () => {
  it('triggers a flow by a URL with an API key', async () => {
    await using vendor = await flowTrigger();
    const { result, requestBodyBytes } = await byUrl(vendor.url);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: PARAMS });
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: `${PATH}?apiKey=${API_KEY}`,
        headers: { 'content-type': 'application/json' },
        body:
          '{"alertActionGroupName":"success","signalId":"abcd-1234:abcd-1234","ruleName":"SomeRule",' +
          '"date":"","severity":"High","spaceId":""}',
      },
    ]);
    expect(vendor.received[0]?.headers).not.toHaveProperty('authorization');
    expect(requestBodyBytes).toBe(130);
  });

  it('triggers a flow by user name and password', async () => {
    await using vendor = await flowTrigger();
    const { result } = await byUser(vendor.url, { ...PARAMS, tags: 'a,b' });
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { ...PARAMS, tags: 'a,b' } });
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: PATH,
        headers: { authorization: 'Basic YWJjOjEyMw==', 'content-type': 'application/json' },
        body:
          '{"alertActionGroupName":"success","signalId":"abcd-1234:abcd-1234","ruleName":"SomeRule",' +
          '"date":"","severity":"High","spaceId":"","tags":"a,b"}',
      },
    ]);
  });

  it('leaves out what is not given, and an empty severity is a high one', async () => {
    await using vendor = await flowTrigger();
    const { result } = await byUrl(vendor.url, { severity: '' });
    expect(vendor.received[0]?.body).toBe('{"severity":"High"}');
    expect(result.data).toEqual({ severity: 'High' });
  });
});

describe('.xmatters result', () => {
  const FLOW = 'Error triggering xMatters flow';

  it.each<StandInAnswer>([{ status: 200 }, { status: 202, body: 'no JSON' }, { status: 299, body: 'null' }])(
    'of %j is what was sent',
    async (answer) => {
      await using vendor = await standIn(() => answer);
      expect((await byUrl(vendor.url)).result).toEqual({ actionId: 'test', status: 'ok', data: PARAMS });
    },
  );

  it.each([
    [302, 'unexpected status 302'],
    [400, 'unexpected status 400'],
    [404, 'unexpected status 404'],
    [429, 'http status 429, retry later'],
    [500, 'http status 500, retry later'],
    [502, 'http status 502, retry later'],
  ])('of a %i is: %s', async (status, text) => {
    await using vendor = await standIn(() => ({
      status,
      headers: { 'retry-after': '30' },
      body: '{"message":"never shown"}',
    }));
    expect((await byUrl(vendor.url)).result).toStrictEqual({
      actionId: 'test',
      status: 'error',
      message: `${FLOW}: ${text}`,
      ...(text.endsWith('later') && { retry: true }),
      errorSource: 'user',
    });
  });

  it('of what xMatters refuses is its status', async () => {
    await using vendor = await flowTrigger({ limit: 1 });
    const outcomes = [
      await byUser(vendor.url, PARAMS, { user: 'abc', password: 'wrong' }),
      await byUser(vendor.url),
      await byUser(vendor.url),
    ];
    expect(outcomes.map(({ result }) => result.message)).toEqual([
      `${FLOW}: unexpected status 401`,
      undefined,
      `${FLOW}: http status 429, retry later`,
    ]);
  });

  it('without an answer, or of one that breaks off, is the reason', async () => {
    const vendor = await standIn(() => Promise.reject(new Error('breaks off')));
    const failed = (serviceMessage: unknown) => ({
      actionId: 'test',
      status: 'error',
      message: 'Error triggering xMatters workflow',
      serviceMessage,
      errorSource: 'user',
    });
    expect((await byUrl(vendor.url)).result).toStrictEqual(failed('socket hang up'));
    await vendor.close();
    expect((await byUrl(vendor.url)).result).toStrictEqual(
      failed(expect.stringMatching(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/)),
    );
  });

  it('without a URL is a failure of its own', () => {
    for (const usesBasic of [true, false]) {
      expect(() => triggerOf(config.parse({ usesBasic }), secrets.parse({}))).toThrow(
        expect.objectContaining({
          message: 'Error triggering xMatters workflow',
          serviceMessage: 'Error: no url provided',
        }),
      );
    }
  });
});

describe('.xmatters input', () => {
  const context = { allowedHosts: createAllowedHosts(['xm.example']), settings: operatorSettings() };
  const url = 'https://xm.example/trigger';
  const notAllowed = (target: string) =>
    `target url "${target}" is not added to the Kibana config xpack.actions.allowedHosts`;

  it.each([
    [{}, { configUrl: null, usesBasic: true }],
    [{ configUrl: url }, { configUrl: url, usesBasic: true }],
    [{ usesBasic: false }, { configUrl: null, usesBasic: false }],
    [
      { usesBasic: false, configUrl: 'not looked at' },
      { usesBasic: false, configUrl: 'not looked at' },
    ],
  ])('takes the config %j as %j', (given, expected) => {
    expect(validateConfig(xmatters, given, context)).toEqual(expected);
  });

  it.each([
    [{ other: 1 }, '✖ Unrecognized key: "other"'],
    [{ configUrl: 1 }, '✖ Invalid input: expected string, received number\n  → at configUrl'],
    [{ usesBasic: 'no' }, '✖ Invalid input: expected boolean, received string\n  → at usesBasic'],
    [{ configUrl: 'xm.example' }, 'Error configuring xMatters action: unable to parse url: Invalid URL'],
    [
      { configUrl: 'https://elsewhere.example/x' },
      `Error configuring xMatters action: ${notAllowed('https://elsewhere.example/x')}`,
    ],
  ])('refuses the config %j', (given, reason) => {
    expect(() => validateConfig(xmatters, given, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [
      { user: 'u', password: 'p' },
      { user: 'u', password: 'p', secretsUrl: null },
    ],
    [{ secretsUrl: url }, { user: null, password: null, secretsUrl: url }],
  ])('takes the secrets %j', (given, expected) => {
    expect(validateSecrets(xmatters, given, context)).toEqual(expected);
  });

  const BOTH =
    'Cannot use user/password for URL authentication. Provide valid secretsUrl or use Basic Authentication.';
  it.each([
    [{ other: 1 }, '✖ Unrecognized key: "other"'],
    [{ user: 1 }, '✖ Invalid input: expected string, received number\n  → at user'],
    [{}, 'Provide either secretsUrl link or user/password to authenticate'],
    [{ user: '', secretsUrl: '' }, 'Provide either secretsUrl link or user/password to authenticate'],
    [{ secretsUrl: url, user: 'u' }, BOTH],
    [{ secretsUrl: 'not a URL', password: 'p' }, BOTH],
    [{ secretsUrl: 'not a URL' }, 'Invalid secretsUrl: TypeError: Invalid URL'],
    [{ secretsUrl: 'https://elsewhere.example/x' }, notAllowed('https://elsewhere.example/x')],
    [{ user: 'u' }, 'Both user and password must be specified.'],
    [{ password: 'p' }, 'Both user and password must be specified.'],
  ])('refuses the secrets %j', (given, reason) => {
    expect(() => validateSecrets(xmatters, given, context)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });

  const basic = { user: 'u', password: 'p' };
  const anywhere = 'http://127.0.0.1:1';
  it.each([
    [
      { configUrl: anywhere },
      { secretsUrl: anywhere },
      'secretsUrl should not be provided when usesBasic is true',
    ],
    [{}, basic, 'Provide valid configUrl'],
    [{ configUrl: '' }, basic, 'Provide valid configUrl'],
    [{ usesBasic: false }, basic, 'Username and password should not be provided when usesBasic is false'],
    [
      { usesBasic: false, configUrl: anywhere },
      { secretsUrl: anywhere },
      'configUrl should not be provided when usesBasic is false',
    ],
  ])('refuses config %j beside secrets %j', async (given, kept, reason) => {
    await expect(testAction(xmatters, { config: given, secrets: kept, params: PARAMS })).rejects.toThrow(
      new ValidationError(`error validating action type connector: ${reason}`),
    );
  });

  // The checks of the secrets alone come first; these stand for a store that was written otherwise.
  it.each([
    [true, { user: '', password: 'p' }, 'Provide valid Username'],
    [true, { user: 'u', password: '' }, 'Provide valid Password'],
    [false, {}, 'Provide valid secretsUrl with API Key'],
  ])('with basic auth %s and secrets %j says what is missing', (usesBasic, kept, reason) => {
    const connector = { config: config.parse({ usesBasic }), secrets: secrets.parse(kept) };
    expect(() => xmatters.validate.connector?.(connector, context)).toThrow(new Error(reason));
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at severity'],
    [{ severity: 1 }, '✖ Invalid input: expected string, received number\n  → at severity'],
    [{ severity: 'High', tags: ['a'] }, '✖ Invalid input: expected string, received array\n  → at tags'],
    [{ severity: 'High', other: 1 }, '✖ Unrecognized key: "other"'],
  ])('refuses the params %j before anything is sent', async (params, reason) => {
    await using vendor = await flowTrigger();
    await expect(byUrl(vendor.url, params)).rejects.toThrow(
      new ValidationError(`error validating action params: ${reason}`),
    );
    expect(vendor.received).toEqual([]);
  });
});

describe('.xmatters templates', () => {
  it('give values that arrive as they are, whatever they are', async () => {
    await using vendor = await flowTrigger();
    const template = {
      signalId: '{{rogue}}',
      ruleName: '{{rogue}}',
      severity: '{{rogue}}',
      tags: '{{rogue}}',
    };
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const render = createRenderer(prepareVariables({ rogue }));
        const { result } = await byUrl(vendor.url, xmatters.renderParams(template, render));
        const arrived = { signalId: rogue, ruleName: rogue, severity: rogue, tags: rogue };
        expect(JSON.parse(vendor.received.pop()?.body ?? '')).toEqual(arrived);
        expect(result.status).toBe('ok');
      }),
      { numRuns: 20 },
    );
  });
});

import { createRenderer, prepareVariables, ValidationError } from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jiraServiceManagement } from './jira-service-management.ts';
import { opsgenie } from './opsgenie.ts';
import { API_KEY, alertApi } from './testing/alert-api.ts';

const HASHED = 'sha-02425c0f5b0dabf3d2b9115f3f7723a02ad8bcfb1534a0d231614fd42b8188f6';

describe.each([
  ['.opsgenie', opsgenie, '/v2/alerts'],
  ['.jira-service-management', jiraServiceManagement, '/jsm/ops/integration/v2/alerts'],
] as const)('%s', (_id, type, path) => {
  const run = (apiUrl: string, subAction: string, subActionParams?: unknown) =>
    testAction(type, {
      config: { apiUrl },
      secrets: { apiKey: API_KEY },
      params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
    });

  /** What a run sends to the vendor's API, and what comes back. */
  async function sent(subAction: string, subActionParams: unknown, base = '') {
    await using vendor = await alertApi(path);
    const { result, logged, requestBodyBytes } = await run(vendor.url + base, subAction, subActionParams);
    const [request] = vendor.received;
    const warnings = logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
    return { result, request, warnings, requestBodyBytes, calls: vendor.received.length };
  }

  async function answered(answer: StandInAnswer) {
    await using vendor = await standIn(() => answer);
    const { result } = await run(vendor.url, 'createAlert', { message: 'a' });
    return result;
  }

  it('creates an alert', async () => {
    const { result, request, requestBodyBytes } = await sent('createAlert', {
      message: 'disk full',
      alias: 'r1:a1',
      priority: 'P2',
      tags: ['prod'],
    });
    expect(request).toMatchObject({
      method: 'POST',
      url: path,
      headers: { authorization: `GenieKey ${API_KEY}`, 'content-type': 'application/json' },
      body: '{"message":"disk full","alias":"r1:a1","tags":["prod"],"priority":"P2"}',
    });
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: { result: 'Request will be processed', took: 0.107, requestId: '43a29c5c-3dbf-4fa4-9c26' },
    });
    expect(requestBodyBytes).toBe(71);
  });

  it.each([
    [{ alias: '123' }, `${path}/123/close?identifierType=alias`, '{}'],
    [{ alias: '111', user: 'sam' }, `${path}/111/close?identifierType=alias`, '{"user":"sam"}'],
    [
      { alias: 'r1:a1', note: 'recovered' },
      `${path}/r1:a1/close?identifierType=alias`,
      '{"note":"recovered"}',
    ],
    [{ alias: 'a b"' }, `${path}/a%20b%22/close?identifierType=alias`, '{}'],
    [{ alias: 'a'.repeat(513) }, `${path}/${HASHED}/close?identifierType=alias`, '{}'],
  ])('closes the alert of %j', async (params, url, body) => {
    const { request, result } = await sent('closeAlert', params);
    expect(request).toMatchObject({ method: 'POST', url, body });
    expect(result.status).toBe('ok');
  });

  it.each([
    [130, 130, []],
    [131, 130, ['connector "test" message length 131 exceeds 130 and has been truncated']],
    [15_000, 130, ['connector "test" message length 15000 exceeds 130 and has been truncated']],
  ])('of a message of %i characters sends %i', async (length, kept, expected) => {
    const { request, warnings } = await sent('createAlert', { message: 'a'.repeat(length) });
    expect(JSON.parse(request?.body ?? '')).toEqual({ message: 'a'.repeat(kept) });
    expect(warnings).toEqual(expected);
  });

  it.each([
    [512, 'a'.repeat(512)],
    [513, HASHED],
  ])('sends an alias of %i characters as the service takes it', async (length, alias) => {
    const { request } = await sent('createAlert', { message: 'm', alias: 'a'.repeat(length) });
    expect(JSON.parse(request?.body ?? '')).toEqual({ message: 'm', alias });
  });

  it('counts the bytes of the body', async () => {
    expect((await sent('createAlert', { message: 'message' })).requestBodyBytes).toBe(21);
  });

  it.each([
    ['', path],
    ['/a/b', `/a${path}`],
    ['/a/b/', `/a/b${path}`],
  ])('resolves its path against an API URL that ends with %j', async (base, url) => {
    expect((await sent('createAlert', { message: 'a' }, base)).request?.url).toBe(url);
  });

  it.each<[unknown, string]>([
    [{}, 'message'],
    [{ message: '' }, 'message'],
    [{ message: '  ' }, 'must be populated with a value other than just whitespace'],
    [{ message: 'a'.repeat(15_001) }, 'Too big: expected string to have <=15000 characters'],
    [{ message: 'a', other: 1 }, 'other'],
    [{ message: 'a', responders: [{ name: 'sam', type: 'invalidType' }] }, 'responders'],
    [{ message: 'a', responders: [{ type: 'schedule' }] }, 'responders'],
    [{ message: 'a', visibleTo: [{ name: 'sam', type: 'user' }] }, 'visibleTo'],
    [{ message: 'a', details: { bananas: 1 } }, 'bananas'],
    [{ message: 'a', tags: ['t'.repeat(51)] }, 'tags'],
    [{ message: 'a', tags: Array(21).fill('t') }, 'tags'],
    [{ message: 'a', actions: Array(11).fill('t') }, 'actions'],
    [{ message: 'a', priority: 'P6' }, 'priority'],
    [{ message: 'a', note: 'a'.repeat(25_001) }, 'note'],
    [undefined, 'expected object, received undefined'],
  ])('refuses to create %j before it sends', async (params, named) => {
    const { result, calls } = await sent('createAlert', params);
    expect(result).toMatchObject({
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: expect.stringMatching(/^Request validation failed \(/),
      retry: true,
      errorSource: 'user',
    });
    expect(result.serviceMessage).toContain(named);
    expect(calls).toBe(0);
  });

  it.each([{}, { alias: 1 }, { alias: 'a', user: 'u'.repeat(101) }, { alias: 'a', message: 'm' }])(
    'refuses to close %j before it sends',
    async (params) => {
      const { result, calls } = await sent('closeAlert', params);
      expect(result.serviceMessage).toMatch(/^Request validation failed \(/);
      expect(calls).toBe(0);
    },
  );

  it('takes responders and details', async () => {
    const given = {
      message: 'a',
      responders: [{ id: '123', type: 'team' }],
      visibleTo: [{ id: '1', type: 'user' }],
      details: { bananas: 'hello' },
    };
    expect(JSON.parse((await sent('createAlert', given)).request?.body ?? '')).toEqual(given);
  });

  it('knows no other action', async () => {
    expect((await sent('invalidAction', {})).result).toMatchObject({
      serviceMessage: `Sub action "invalidAction" is not registered. Connector id: test. Connector name: ${type.name}. Connector type: ${type.id}`,
      retry: true,
      errorSource: 'framework',
    });
  });

  it.each<[StandInAnswer, string, string]>([
    [
      { status: 422, body: '{"errors":{"message":"failed"}}' },
      'Status code: 422. Message: Request failed with status code 422: {"message":"failed"}',
      'framework',
    ],
    [
      {
        status: 400,
        body: '{"message":"toplevel message","errors":{"message":"message field had a problem"}}',
      },
      'Status code: 400. Message: toplevel message: {"message":"message field had a problem"}',
      'framework',
    ],
    [
      { status: 401, body: '' },
      'Status code: 401. Message: Request failed with status code 401',
      'framework',
    ],
    [
      {
        status: 429,
        body: '{"message":"You are making too many requests!"}',
        headers: { 'retry-after': '5' },
      },
      'Status code: 429. Message: You are making too many requests!',
      'user',
    ],
    [
      { status: 500, body: '<html>' },
      'Status code: 500. Message: Request failed with status code 500',
      'framework',
    ],
  ])('answers %j with its words', async (answer, serviceMessage, errorSource) => {
    expect(await answered(answer)).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage,
      retry: true,
      errorSource,
    });
  });

  it.each(['[]', 'accepted', '7'])('refuses %s as an answer', async (body) => {
    expect((await answered({ status: 202, body })).serviceMessage).toMatch(/^Response validation failed \(/);
  });

  it('puts the tags of the rule where its tag stands', () => {
    const rendered = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
      type.renderParams(params, createRenderer(prepareVariables(variables)), {
        connectorId: 'c',
        variables,
        now: () => new Date(),
      });
    const withTags = (tags: unknown, subAction = 'createAlert') => ({ subAction, subActionParams: { tags } });
    const rule = { rule: { tags: ['x', 7, '{{name}}'], name: 'n' }, name: 'rendered' };
    expect(rendered(withTags(['{{rule.tags}}', 'a', '{{rule.name}}', '{{rule.tags}}']), rule)).toEqual(
      withTags(['a', 'n', 'x', 'rendered']),
    );
    expect(rendered(withTags(['{{rule.tags}}', 'a']), {})).toEqual(withTags(['a']));
    expect(rendered(withTags(['{{rule.tags}}'], 'closeAlert'), rule)).toEqual(
      withTags(['x,7,{{name}}'], 'closeAlert'),
    );
  });

  it('sends whatever a value is as data', async () => {
    await using vendor = await alertApi(path);
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (description) => {
        vendor.received.length = 0;
        const alert = { message: 'm', description, details: { value: description } };
        const { result } = await run(vendor.url, 'createAlert', alert);
        expect(result.status).toBe('ok');
        expect(JSON.parse(vendor.received[0]?.body ?? '')).toEqual(alert);
      }),
      { numRuns: 20 },
    );
  });

  it.each<[unknown, unknown, string]>([
    [{}, undefined, 'config: ✖ Invalid input: expected string, received undefined\n  → at apiUrl'],
    [
      { apiUrl: 'https://elsewhere.example' },
      undefined,
      'config: error validating url: target url "https://elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { apiUrl: 'https://api.example' },
      {},
      'secrets: ✖ Invalid input: expected string, received undefined\n  → at apiKey',
    ],
    [{ apiUrl: 'https://api.example', more: 1 }, undefined, 'config: ✖ Unrecognized key: "more"'],
  ])('may not be configured with %j and %j', async (config, secrets = { apiKey: 'k' }, reason) => {
    const params = { subAction: 'closeAlert', subActionParams: { alias: 'a' } };
    await expect(
      testAction(type, { config, secrets, params, allowedHosts: ['api.example'] }),
    ).rejects.toEqual(new ValidationError(`error validating connector type ${reason}`));
  });
});

it('Opsgenie takes responders by name and user name, Jira Service Management by id only', async () => {
  await using vendor = await alertApi('/v2/alerts');
  const created = (type: typeof opsgenie, people: object) =>
    testAction(type, {
      config: { apiUrl: vendor.url },
      secrets: { apiKey: API_KEY },
      params: { subAction: 'createAlert', subActionParams: { message: 'm', ...people } },
    });
  for (const people of [
    { responders: [{ name: 'sam', type: 'escalation' }] },
    { responders: [{ username: 'sam', type: 'user' }] },
    { visibleTo: [{ username: 'sam', type: 'user' }] },
  ]) {
    expect((await created(opsgenie, people)).result.status).toBe('ok');
    expect((await created(jiraServiceManagement, people)).result.serviceMessage).toMatch(
      /^Request validation failed/,
    );
  }
});

it('Opsgenie needs took and the id of the request in its answer', async () => {
  await using vendor = await standIn(() => ({ status: 202, body: '{"result":"ok"}' }));
  const params = { subAction: 'closeAlert', subActionParams: { alias: 'a' } };
  const connector = { config: { apiUrl: vendor.url }, secrets: { apiKey: API_KEY }, params };
  expect((await testAction(opsgenie, connector)).result.serviceMessage).toMatch(
    /^Response validation failed/,
  );
  expect((await testAction(jiraServiceManagement, connector)).result).toMatchObject({ status: 'ok' });
});

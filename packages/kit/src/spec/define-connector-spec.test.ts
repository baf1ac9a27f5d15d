import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActionError, RunError } from '../errors.ts';
import { HttpRequestError } from '../http/index.ts';
import { type StandInAnswer, standIn, type TestRun, testAction } from '../testing/index.ts';
import type { ConnectorSpec } from './connector-spec.ts';
import { defineConnectorSpec } from './define-connector-spec.ts';

const METADATA: ConnectorSpec<z.ZodObject, never>['metadata'] = {
  id: '.notes',
  displayName: 'Notes',
  description: 'Writes notes.',
  docsUrl: 'https://notes.example/api',
  minimumLicense: 'gold',
  supportedFeatureIds: ['workflows', 'agentBuilder'],
};

const NOW = new Date('2026-01-01T00:00:00Z');

const notes = defineConnectorSpec({
  metadata: METADATA,
  auth: {
    types: ['none', 'basic', { type: 'api_key_header', defaults: { headerField: 'Key' } }],
    headers: { 'X-Api-Version': '2' },
  },
  schema: z.strictObject({ url: z.url().default('https://notes.example') }),
  validateUrls: { fields: ['url'] },
  actions: {
    write: {
      description: 'Writes a note.',
      input: z.strictObject({ text: z.string().max(10) }),
      async handler({ client, config }, note) {
        return (await client.post(`${config.url}/notes`, { json: note })).json();
      },
    },
    forget: {
      input: z.strictObject({ id: z.string().default('last') }),
      async handler({ client, config }, { id }) {
        await client.delete(`${config.url}/notes/${id}`);
      },
    },
  },
  test: {
    async handler({ client, config }) {
      await client.get(`${config.url}/me`);
      return { ok: true, message: 'hello' };
    },
  },
  failureText: (response) => (response.data() as { why?: string }).why,
});

const write = { subAction: 'write', subActionParams: { text: 'disk full' } };

async function ran(
  params: unknown,
  answer: StandInAnswer = { body: '{"id":7}' },
  run: Partial<TestRun> = {},
) {
  await using vendor = await standIn(() => answer);
  const tested = await testAction(notes, {
    config: { url: vendor.url },
    secrets: { authType: 'none' },
    params,
    now: NOW,
    ...run,
  });
  return { ...tested, received: vendor.received };
}

/** What a handler that throws comes to. */
async function thrown(error: unknown) {
  const type = defineConnectorSpec({
    metadata: METADATA,
    actions: {
      fail: {
        input: z.strictObject({}),
        handler() {
          throw error;
        },
      },
    },
  });
  return testAction(type, { params: { subAction: 'fail', subActionParams: {} } });
}

describe('a spec', () => {
  it('is a connector type', () => {
    expect(notes).toMatchObject({
      id: '.notes',
      name: 'Notes',
      description: 'Writes notes.',
      docsUrl: 'https://notes.example/api',
      minimumLicense: 'gold',
      features: ['workflows', 'agentBuilder'],
      source: 'spec',
    });
  });

  it.each(['notes', '.', '.no tes', '.nötes', `.${'n'.repeat(64)}`])('is refused with the id %j', (id) => {
    const actions = { write: { input: z.strictObject({}), handler: () => undefined } };
    expect(() => defineConnectorSpec({ metadata: { ...METADATA, id }, actions })).toThrow(
      /^connector type id ".*" must start with a dot, be letters/,
    );
  });

  it('is refused without actions, and with two actions called test', () => {
    expect(() => defineConnectorSpec({ metadata: METADATA, actions: {} })).toThrow(
      new TypeError('No actions defined'),
    );
    const test = { input: z.strictObject({}), handler: () => ({ ok: true }) };
    expect(() => defineConnectorSpec({ metadata: METADATA, actions: { test }, test })).toThrow(TypeError);
  });

  it('is refused with defaults that its auth type has no field for, or that are no value of it', () => {
    const withDefaults = (defaults: Record<string, unknown>) => () =>
      defineConnectorSpec({
        metadata: METADATA,
        auth: { types: [{ type: 'oauth_client_credentials', defaults }] },
        actions: { write: { input: z.strictObject({}), handler: () => undefined } },
      });
    expect(withDefaults({ tokenURL: 'https://a.example' })).toThrow('auth default "tokenURL" is of no field');
    expect(withDefaults({ tokenUrl: 'a.example' })).toThrow('Invalid URL');
  });
});

describe('a run', () => {
  it('calls the handler with its input, and answers what it returns', async () => {
    const { result, received } = await ran(write);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { id: 7 } });
    expect(received).toMatchObject([{ method: 'POST', url: '/notes', body: '{"text":"disk full"}' }]);
  });

  it('answers an empty object where the handler returns nothing', async () => {
    const { result, received } = await ran({ subAction: 'forget', subActionParams: {} });
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: {} });
    expect(received).toMatchObject([{ method: 'DELETE', url: '/notes/last' }]);
  });

  it('of the action test says whether the service answers', async () => {
    const test = { subAction: 'test', subActionParams: {} };
    expect((await ran(test)).result.data).toEqual({ ok: true, message: 'hello' });
    expect((await ran(test, { status: 401 })).result).toMatchObject({
      status: 'error',
      message: 'Request failed with status code 401',
    });
  });

  it.each([
    [{ authType: 'none' }, {}],
    [{ authType: 'basic', username: 'ada', password: 'open' }, { authorization: 'Basic YWRhOm9wZW4=' }],
    [{ authType: 'api_key_header', Key: 'k3y' }, { key: 'k3y' }],
  ])('with %j sends the static headers and %j', async (secrets, headers) => {
    const { received } = await ran(write, undefined, { secrets });
    expect(received[0]?.headers).toMatchObject({ 'x-api-version': '2', ...headers });
  });

  it('with the default of a field in the config needs no value for it', async () => {
    await using vendor = await standIn(() => ({ body: '{}' }));
    const origins = { 'https://notes.example': vendor.url };
    await testAction(notes, { secrets: { authType: 'none' }, params: write, origins });
    expect(vendor.received).toMatchObject([{ headers: { host: 'notes.example' } }]);
  });

  it('without auth types takes any object as secrets', async () => {
    const type = defineConnectorSpec({
      metadata: METADATA,
      actions: { read: { input: z.strictObject({}), handler: ({ secrets }) => secrets } },
    });
    const params = { subAction: 'read', subActionParams: {} };
    expect((await testAction(type, { secrets: { left: 'over' }, params })).result.data).toEqual({});
  });
});

describe('params', () => {
  it.each([
    [
      'an action that there is not',
      { subAction: 'read', subActionParams: {} },
      /^error validating action params: ✖ .*\n {2}→ at subAction$/,
    ],
    [
      'input that the action does not take',
      { subAction: 'write', subActionParams: { text: 'longer than ten' } },
      'error validating action params: ✖ Too big: expected string to have <=10 characters\n  → at subActionParams.text',
    ],
    [
      'an unknown key',
      { ...write, dryRun: true },
      'error validating action params: ✖ Unrecognized key: "dryRun"',
    ],
    [
      'an unknown fetch option',
      { ...write, fetchOptions: { cache: true } },
      'error validating action params: ✖ Unrecognized key: "cache"\n  → at fetchOptions',
    ],
    [
      'an answer of no size',
      { ...write, fetchOptions: { max_content_length: 0 } },
      'error validating action params: ✖ Too small: expected number to be >0\n  → at fetchOptions.max_content_length',
    ],
    [
      'an answer larger than may be asked for',
      { ...write, fetchOptions: { max_content_length: 101 } },
      'error validating action params: fetchOptions.max_content_length is 101 bytes, which exceeds xpack.actions.maxPayloadSize (100 bytes)',
    ],
  ])('with %s are refused before anything is sent', async (_, params, message) => {
    const refused = ran(params, undefined, { settings: { maxPayloadBytes: 100 } });
    await expect(refused).rejects.toThrow(message);
  });

  it('larger than may be are refused, by their bytes', async () => {
    const params = { subAction: 'write', subActionParams: { text: 'äääää' } };
    await expect(ran(params, undefined, { settings: { maxPayloadBytes: 20 } })).rejects.toThrow(
      'error validating action params: subActionParams is 21 bytes, which exceeds xpack.actions.maxPayloadSize (20 bytes)',
    );
    expect((await ran(params, undefined, { settings: { maxPayloadBytes: 21 } })).result.status).toBe('ok');
  });

  it('past their validation with an action that there is not end the run', async () => {
    const run = notes.execute({
      params: { subAction: 'read' },
      secrets: {},
      log: { error: () => {} },
    } as never);
    await expect(run).rejects.toThrow(
      new RunError('[Action][ExternalService] Unsupported subAction type read.'),
    );
  });
});

describe('config and secrets', () => {
  const secretsError = (secrets: unknown) =>
    ran(write, undefined, { secrets }).then(
      () => undefined,
      (error: Error) => error.message,
    );

  it('of an auth type that the spec does not name are refused', async () => {
    expect(await secretsError({ authType: 'bearer', token: 't' })).toMatch(
      /^error validating connector type secrets: ✖ .*\n {2}→ at authType$/,
    );
  });

  it('with a field of another auth type, or without one of their own, are refused', async () => {
    expect(await secretsError({ authType: 'none', Key: 'k' })).toBe(
      'error validating connector type secrets: ✖ Unrecognized key: "Key"',
    );
    expect(await secretsError({ authType: 'api_key_header' })).toBe(
      'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at Key',
    );
  });

  it('with the URL of a host that is not allowed are refused', async () => {
    await expect(ran(write, undefined, { allowedHosts: ['other.example'] })).rejects.toThrow(
      /^error validating connector type config: error validating url: target url "http:\/\/127.0.0.1:\d+" is not added to the Kibana config xpack.actions.allowedHosts$/,
    );
  });
});

describe('a failure', () => {
  it.each([
    [400, {}, undefined],
    [401, {}, false],
    [403, {}, false],
    [404, {}, undefined],
    [422, {}, false],
    [429, {}, true],
    [429, { 'Retry-After': '60' }, new Date('2026-01-01T00:01:00Z')],
    [500, {}, true],
    [503, {}, true],
  ])('of status %i with the headers %j is worth another try: %s', async (status, headers, retry) => {
    const { result, logged } = await ran(write, { status, headers, body: '{"why":"no space"}' });
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: `Request failed with status code ${status}: no space`,
      ...(retry !== undefined && { retry }),
      errorSource: 'user',
    });
    expect(logged).toContainEqual({
      level: 'error',
      message: `error on test event: Request failed with status code ${status}`,
    });
  });

  it('whose reason the vendor does not tell has the status alone', async () => {
    expect((await ran(write, { status: 404, body: '<html>' })).result.message).toBe(
      'Request failed with status code 404',
    );
  });

  it.each([
    ['an error', new Error('no such note'), { message: 'no such note' }],
    ['a text', 'no such note', { message: 'no such note' }],
    [
      'an error of the type’s own',
      new ActionError('no such note', { serviceMessage: 'gone', retry: true }),
      { message: 'no such note', serviceMessage: 'gone', retry: true },
    ],
    [
      'an error that is the user’s',
      new RunError('no such note', { source: 'user' }),
      { message: 'no such note', retry: false },
    ],
    [
      'an error that is the framework’s',
      new HttpRequestError('connect ECONNREFUSED'),
      {
        message: 'an error occurred while running the action',
        serviceMessage: 'connect ECONNREFUSED',
        retry: true,
        errorSource: 'framework',
      },
    ],
  ])('that is %s', async (_, error, expected) => {
    const { result } = await thrown(error);
    expect(result).toEqual({ actionId: 'test', status: 'error', errorSource: 'user', ...expected });
  });

  it('of an answer that is no JSON is the framework’s', async () => {
    expect((await ran(write, { body: '<html>' })).result).toMatchObject({
      message: 'an error occurred while running the action',
      serviceMessage: 'Response is not a valid JSON',
    });
  });
});

describe('a PKCS#12 certificate', () => {
  const type = defineConnectorSpec({
    metadata: METADATA,
    auth: { types: ['none', 'pfx_certificate'] },
    actions: { read: { input: z.strictObject({}), handler: () => undefined } },
  });
  const run = (enabled: boolean) =>
    testAction(type, {
      secrets: { authType: 'pfx_certificate', pfx: 'AAAA' },
      params: { subAction: 'read', subActionParams: {} },
      settings: { webhook: { ssl: { pfx: { enabled } } } },
    });

  it('is no choice where the operator has turned it off', async () => {
    expect((await run(true)).result.status).toBe('ok');
    await expect(run(false)).rejects.toThrow(
      /^error validating connector type secrets: ✖ .*\n {2}→ at authType$/,
    );
  });
});

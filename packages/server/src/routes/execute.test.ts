import { join } from 'node:path';
import { openSqliteStore } from '@patchbay/engine/store';
import { ActionError, defineConnectorType, RunError } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { plain, record, system } from '../testing/made-up-types.ts';
import { temporaryFolder, testServer, withBuiltIn } from '../testing/test-server.ts';
import { addApiKey, addUser } from '../testing/users.ts';

const badRequest = (message: string) => ({ statusCode: 400, error: 'Bad Request', message });

const throws = (id: string, error: unknown) =>
  plain(id, {
    run: () => {
      throw error;
    },
  });

const withSubActions = defineConnectorType({
  id: '.subbed',
  name: 'Subbed',
  minimumLicense: 'basic',
  features: ['alerting'],
  config: z.strictObject({}),
  secrets: z.strictObject({}),
  subActions: (action) => ({
    greet: action(z.strictObject({ name: z.string() }), ({ params: { name } }) => ({ greeting: name })),
    silent: { params: null, run: () => undefined },
  }),
});

const endpoint = { ...plain('.endpoint'), subFeature: 'endpointSecurity' as const };
const guarded = { ...endpoint, id: '.guarded', directSubActions: ['list'] };

/** Runs until it is aborted. */
const started = vi.fn();
const aborted = vi.fn();
const endless = defineConnectorType({
  id: '.endless',
  name: 'Endless',
  minimumLicense: 'basic',
  features: ['alerting'],
  config: z.strictObject({}),
  secrets: z.strictObject({}),
  params: z.strictObject({}),
  execute: ({ signal }) =>
    new Promise((_, reject) => {
      const stop = () => {
        aborted();
        reject(new Error('aborted'));
      };
      started();
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    }),
});

const types = withBuiltIn(
  record,
  system,
  withSubActions,
  endpoint,
  guarded,
  endless,
  plain('.null', { run: () => null }),
  plain('.list', { run: () => [1, { snake_case: true }] }),
  throws('.throws', new Error('out of paper')),
  throws('.throws-text', 'just text'),
  throws('.users-fault', new RunError('the user’s to mend', { source: 'user' })),
  throws('.refuses', new ActionError('refused', { serviceMessage: 'no such printer' })),
  throws('.later', new ActionError('busy', { retry: true, source: 'framework' })),
  throws('.at', new ActionError('busy', { retry: new Date('2026-01-01T00:00:30Z') })),
  throws('.never', new ActionError('no', { retry: false })),
);
const server = await testServer({ types });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const create = async (connector_type_id: string, parts: object = {}) => {
  const { status, body } = await call('POST', '/api/actions/connector', {
    body: { name: 'x', connector_type_id, ...parts },
  });
  expect(status).toBe(200);
  return body.id as string;
};
const path = (id: string) => `/api/actions/connector/${id}/_execute`;
const run = (id: string, params: unknown = {}) => call('POST', path(id), { body: { params } });

describe('POST /api/actions/connector/{id}/_execute', () => {
  it('answers with what the action returns', async () => {
    const id = await create('.record', {
      config: { unencrypted: 'seen' },
      secrets: { encrypted: 'hidden' },
    });
    const { status, body } = await run(id, { message: 'hello' });
    expect(status).toBe(200);
    expect(body).toEqual({
      connector_id: id,
      status: 'ok',
      data: { config: { unencrypted: 'seen' }, params: { message: 'hello' } },
    });
  });

  it.each<[string, object]>([
    ['.null', { status: 'ok' }],
    ['.list', { status: 'ok', data: [1, { snake_case: true }] }],
    [
      '.throws',
      {
        status: 'error',
        message: 'an error occurred while running the action',
        service_message: 'out of paper',
        retry: true,
        errorSource: 'framework',
      },
    ],
    [
      '.throws-text',
      {
        status: 'error',
        message: 'an error occurred while running the action',
        service_message: 'just text',
        retry: true,
        errorSource: 'framework',
      },
    ],
    [
      '.users-fault',
      {
        status: 'error',
        message: 'an error occurred while running the action',
        service_message: 'the user’s to mend',
        retry: true,
        errorSource: 'user',
      },
    ],
    [
      '.refuses',
      { status: 'error', message: 'refused', service_message: 'no such printer', errorSource: 'user' },
    ],
    ['.later', { status: 'error', message: 'busy', retry: true, errorSource: 'user' }],
    ['.at', { status: 'error', message: 'busy', retry: '2026-01-01T00:00:30.000Z', errorSource: 'user' }],
    ['.never', { status: 'error', message: 'no', retry: false, errorSource: 'user' }],
  ])('answers 200 for %s with %j', async (type, expected) => {
    const id = await create(type);
    const { status, body } = await run(id);
    expect([status, body]).toEqual([200, { connector_id: id, ...expected }]);
  });

  it.each<[unknown, string]>([
    [{}, '[request body.params]: expected value of type [object] but got [undefined]'],
    [undefined, '[request body]: expected a plain object value, but found [null] instead.'],
    [{ params: null }, '[request body.params]: expected value of type [object] but got [null]'],
    [{ params: [] }, '[request body.params]: expected value of type [object] but got [Array]'],
    [{ params: 'x' }, '[request body.params]: could not parse record value from json input'],
    [
      { params: {}, other: 1 },
      "[request body.other]: Additional properties are not allowed ('other' was unexpected)",
    ],
  ])('refuses the body %j at the schema', async (body, message) => {
    const answer = await call('POST', path('1'), { body });
    expect([answer.status, answer.body]).toEqual([400, badRequest(message)]);
  });

  it('takes params with blank strings, and params as JSON text', async () => {
    const id = await create('.server-log');
    expect((await run(id, { message: '' })).body.status).toBe('ok');
    expect((await run(id, '{"message":"text"}')).body.status).toBe('ok');
  });

  it.each<[string, unknown, string]>([
    ['.server-log', {}, '✖ Invalid input: expected string, received undefined\n  → at message'],
    ['.server-log', { message: 1 }, '✖ Invalid input: expected string, received number\n  → at message'],
    [
      '.server-log',
      { message: 'x', level: 'foo' },
      '✖ Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"|"fatal"\n  → at level',
    ],
    ['.subbed', {}, '✖ Invalid input: expected string, received undefined\n  → at subAction'],
    ...['text', 7, true, []].map((value): [string, unknown, string] => [
      '.subbed',
      { subAction: 'greet', subActionParams: value },
      `✖ Invalid input: expected record, received ${Array.isArray(value) ? 'array' : typeof value}\n  → at subActionParams`,
    ]),
  ])('answers 200 with the mistake in the params of %s %j', async (type, params, reason) => {
    const id = await create(type);
    const { status, body } = await run(id, params);
    expect(status).toBe(200);
    expect(body).toEqual({
      connector_id: id,
      status: 'error',
      message: `error validating action params: ${reason}`,
      retry: false,
      errorSource: 'user',
    });
  });

  it.each<[unknown, unknown]>([
    [
      { subAction: 'greet', subActionParams: { name: 'Ann' } },
      { status: 'ok', data: { greeting: 'Ann' } },
    ],
    [{ subAction: 'silent' }, { status: 'ok', data: {} }],
    ...['other', 'toString', '__proto__'].map((name): [unknown, unknown] => [
      { subAction: name, subActionParams: {} },
      {
        status: 'error',
        message: 'an error occurred while running the action',
        service_message: `Sub action "${name}" is not registered. Connector id: <id>. Connector name: Subbed. Connector type: .subbed`,
        retry: true,
        errorSource: 'framework',
      },
    ]),
    [
      { subAction: 'greet', subActionParams: { name: 1 } },
      {
        status: 'error',
        message: 'an error occurred while running the action',
        service_message: expect.stringMatching(
          /^Request validation failed \(.*expected string, received number.*\)$/s,
        ),
        retry: true,
        errorSource: 'user',
      },
    ],
  ])('runs the sub-action that %j names', async (params, expected) => {
    const id = await create('.subbed');
    const { body } = await run(id, params);
    const text = JSON.stringify(body).replaceAll(id, '<id>');
    expect(JSON.parse(text)).toEqual({ connector_id: '<id>', ...(expected as object) });
  });

  it('does not find a connector that is not there, or in another space', async () => {
    const { status, body } = await run('1');
    expect(status).toBe(404);
    expect(body).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'Saved object [action/1] not found',
    });
    const id = await create('.null');
    await call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
    const elsewhere = await call('POST', `/s/other${path(id)}`, { body: { params: {} } });
    expect(elsewhere.body.message).toBe(`Saved object [action/${id}] not found`);
  });

  it.each(['system-connector-.system', 'system-connector-.observability-ai-assistant'])(
    'does not run the system connector %s',
    async (id) => {
      const { status, body } = await run(id);
      expect([status, body]).toEqual([400, badRequest('Execution of system action is not allowed')]);
    },
  );

  it('needs the sub-feature’s privilege for a type of it', async () => {
    const id = await create('.endpoint');
    const spaces = ['default'];
    const reader = await addUser(server, 'reader', [{ spaces, feature: { actions: ['read'] } }]);
    const responder = await addUser(server, 'responder', [
      { spaces, feature: { actions: ['read', 'endpoint_security_execute'] } },
    ]);
    const refused = await call('POST', path(id), { as: reader, body: { params: {} } });
    expect(refused.status).toBe(403);
    expect(refused.body.message).toBe('Unauthorized to execute a ".endpoint" action');
    expect((await call('POST', path(id), { as: responder, body: { params: {} } })).status).toBe(200);
    expect((await run(id)).status).toBe(200);
  });

  it('runs those sub-actions of such a type that are not open to its privilege for a superuser only', async () => {
    const id = await create('.guarded');
    const responder = await addUser(server, 'all-of-all', [{ spaces: ['*'], base: ['all'] }]);
    const refusal = {
      statusCode: 403,
      error: 'Forbidden',
      message: 'Unauthorized to execute a ".guarded" action',
    };
    for (const params of [{ subAction: 'isolate' }, { subAction: ['list'] }, {}]) {
      const test = { connector_type_id: '.guarded', params };
      for (const [url, body] of [
        [path(id), { params }],
        [`${path(id)}?dry_run=true`, { params }],
        ['/api/patchbay/connectors/_test', test],
      ] as const) {
        expect((await call('POST', url, { as: responder, body })).body, url).toEqual(refusal);
        expect((await call('POST', url, { body })).status, url).toBe(200);
      }
    }
    const listed = await call('POST', path(id), { as: responder, body: { params: { subAction: 'list' } } });
    expect(listed.status).toBe(200);
  });

  it('uses the new config and secrets right after an update, and no secret that was not sent again', async () => {
    await using vendor = await standIn();
    const change = (config: object, secrets: object) =>
      call('PUT', `/api/actions/connector/${id}`, { body: { name: 'x', config, secrets } });
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const id = await create('.webhook', {
      config: { url: `${vendor.url}/old` },
      secrets: { user: 'old-user', password: 'old-password' },
    });
    await run(id, { body: '1' });
    await change({ url: `${vendor.url}/new`, method: 'put' }, { user: 'new-user', password: 'new-password' });
    await run(id, { body: '2' });
    await change({ url: `${vendor.url}/new` }, {});
    await run(id, { body: '3' });
    expect(
      vendor.received.map(({ method, url, headers, body }) => [method, url, headers.authorization, body]),
    ).toEqual([
      ['POST', '/old', basic('old-user:old-password'), '1'],
      ['PUT', '/new', basic('new-user:new-password'), '2'],
      ['POST', '/new', undefined, '3'],
    ]);
  });

  it('aborts the run when the client closes the connection', async () => {
    const id = await create('.endless');
    const client = new AbortController();
    const answer = call('POST', path(id), { body: { params: {} }, signal: client.signal });
    await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
    client.abort();
    await expect(answer).rejects.toThrow('aborted');
    await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
  });
});

describe('a stored connector', async () => {
  const dataPath = temporaryFolder();
  const first = await testServer({ dataPath, types });
  for (const [id, type] of [
    ['stored', '.null'],
    ['licensed', '.record'],
  ]) {
    await first.call('POST', `/api/actions/connector/${id}`, {
      body: {
        name: 'x',
        connector_type_id: type,
        ...(type === '.record' && { config: { unencrypted: 'a' }, secrets: { encrypted: 'b' } }),
      },
    });
  }
  await first.stop();

  it('does not run while its type is not enabled, and cannot be changed', async () => {
    await using off = await testServer({
      dataPath,
      types,
      settings: { 'xpack.actions.enabledActionTypes': ['.webhook'] },
    });
    const expected = {
      statusCode: 403,
      error: 'Forbidden',
      message: 'action type ".null" is not enabled in the Kibana config xpack.actions.enabledActionTypes',
    };
    const ran = await off.call('POST', path('stored'), { body: { params: {} } });
    expect(ran.body).toEqual(expected);
    const changed = await off.call('PUT', '/api/actions/connector/stored', { body: { name: 'y' } });
    expect(changed.body).toEqual(expected);
    expect((await off.call('GET', '/api/actions/connector/stored')).body.name).toBe('x');
  });

  it('does not run, and cannot be changed, while the licence does not carry its type', async () => {
    await using basic = await testServer({ dataPath, types, settings: { 'patchbay.license': 'basic' } });
    const expected = {
      statusCode: 403,
      error: 'Forbidden',
      message:
        'Action type .record is disabled because your basic license does not support it. Please upgrade your license.',
    };
    const ran = await basic.call('POST', path('licensed'), { body: { params: { message: 'x' } } });
    expect(ran.body).toEqual(expected);
    const changed = await basic.call('PUT', '/api/actions/connector/licensed', {
      body: { name: 'y', config: { unencrypted: 'a' }, secrets: { encrypted: 'b' } },
    });
    expect(changed.body).toEqual(expected);
  });

  it('is told apart from a broken one: config and secrets are checked again when it runs', async () => {
    const stricter = {
      ...record,
      secrets: z.strictObject({ encrypted: z.string().min(3, 'too short a secret') }),
    };
    await using changed = await testServer({ dataPath, types: [stricter] });
    const { body } = await changed.call('POST', path('licensed'), { body: { params: { message: 'x' } } });
    expect(body).toEqual({
      connector_id: 'licensed',
      status: 'error',
      message: 'error validating connector type secrets: ✖ too short a secret\n  → at encrypted',
      retry: false,
      errorSource: 'framework',
    });
  });
});

describe('the event log', () => {
  it('tells who ran what over HTTP, and with which API key', async () => {
    const dataPath = temporaryFolder();
    const logging = await testServer({ dataPath, types });
    await logging.call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
    await logging.call('POST', '/s/team/api/actions/connector/seen', {
      body: { name: 'Seen', connector_type_id: '.null' },
    });
    const key = await addApiKey(logging, 'elastic:changeme', { name: 'robot' });
    const ran = await logging.call('POST', `/s/team${path('seen')}`, { as: key, body: { params: {} } });
    expect(ran.status).toBe(200);
    await logging.stop();

    const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
    const events = await store.events.find({ connectorIds: ['seen'] });
    await store.close();
    expect(events.map(({ document }) => document)).toMatchObject([
      {
        event: { provider: 'actions', action: 'execute', outcome: 'success' },
        user: { name: 'elastic' },
        kibana: {
          space_ids: ['team'],
          user_api_key: { id: keyId(key), name: 'robot' },
          action: { id: 'seen', type_id: '.null', execution: { source: 'http_request' } },
        },
      },
      { event: { action: 'execute-start' }, message: 'action started: .null:seen: Seen' },
    ]);
  });

  const keyId = (header: string) =>
    Buffer.from(header.slice('ApiKey '.length), 'base64').toString('utf8').split(':')[0];
});

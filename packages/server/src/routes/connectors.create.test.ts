import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plain, record, system } from '../testing/made-up-types.ts';
import { testServer, withBuiltIn } from '../testing/test-server.ts';

const badRequest = (message: string) => ({ statusCode: 400, error: 'Bad Request', message });

const server = await testServer({
  types: withBuiltIn(record, system, plain('.off'), {
    ...plain('.dear'),
    minimumLicense: 'trial',
  }),
  settings: {
    'xpack.actions.enabledActionTypes': ['.record', '.dear', '.webhook', '.slack', '.server-log'],
    'xpack.actions.allowedHosts': ['hooks.slack.com', 'abc.def'],
    'xpack.actions.preconfigured': {
      'custom-system-abc-connector': { name: 'SystemABC', actionTypeId: '.server-log' },
    },
  },
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const create = (body: unknown, path = '/api/actions/connector') => call('POST', path, { body });

const valid = {
  name: 'My Connector',
  connector_type_id: '.record',
  config: { unencrypted: 'seen' },
  secrets: { encrypted: 'hidden' },
};

describe('POST /api/actions/connector', () => {
  it('answers 200 with the connector under a new UUID, without its secrets', async () => {
    const { status, headers, body } = await create(valid);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      name: 'My Connector',
      config: { unencrypted: 'seen' },
      connector_type_id: '.record',
      is_preconfigured: false,
      is_deprecated: false,
      is_missing_secrets: false,
      is_system_action: false,
      is_connector_type_deprecated: false,
      auth_mode: 'shared',
    });
  });

  it('takes a trailing slash for no id', async () => {
    const { status, body } = await create(valid, '/api/actions/connector/');
    expect(status).toBe(200);
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('stores the config with the defaults of its schema', async () => {
    const { body } = await create({
      name: 'hook',
      connector_type_id: '.webhook',
      config: { url: 'https://abc.def/my-webhook' },
      secrets: { user: 'bob', password: 'secret' },
    });
    expect(body.config).toEqual({
      url: 'https://abc.def/my-webhook',
      method: 'post',
      headers: null,
      hasAuth: true,
    });
    expect((await call('GET', `/api/actions/connector/${body.id}`)).body).toEqual(body);
  });

  it.each([
    ['left out', {}],
    ['empty', { config: {}, secrets: {} }],
    ['JSON text', { config: '{}', secrets: '{}' }],
  ])('takes config and secrets that are %s', async (_, parts) => {
    const { status, body } = await create({ name: 'log', connector_type_id: '.server-log', ...parts });
    expect(status).toBe(200);
    expect(body.config).toEqual({});
  });

  it.each(['My Connector', ' with blanks outside ', 'x'.repeat(5000), '日本 "<&>" \u0007'])(
    'keeps the name %j as it is, however often it is used',
    async (name) => {
      for (let times = 0; times < 2; times++) {
        const { status, body } = await create({ ...valid, name });
        expect([status, body.name]).toEqual([200, name]);
      }
    },
  );

  it.each<[unknown, string]>([
    [{}, '[request body.name]: expected value of type [string] but got [undefined]'],
    [undefined, '[request body]: expected a plain object value, but found [null] instead.'],
    ['null', '[request body]: expected a plain object value, but found [null] instead.'],
    ['[]', '[request body]: expected a plain object value, but found [Array] instead.'],
    [{ ...valid, name: null }, '[request body.name]: expected value of type [string] but got [null]'],
    [{ ...valid, name: 1 }, '[request body.name]: expected value of type [string] but got [number]'],
    [{ ...valid, name: '' }, "[request body.name]: value '' is not valid"],
    [{ ...valid, name: ' \t' }, "[request body.name]: value '' is not valid"],
    [{ name: 'x' }, '[request body.connector_type_id]: expected value of type [string] but got [undefined]'],
    [{ ...valid, connector_type_id: ' ' }, "[request body.connector_type_id]: value '' is not valid"],
    [{ ...valid, config: null }, '[request body.config]: expected value of type [object] but got [null]'],
    [{ ...valid, config: [] }, '[request body.config]: expected value of type [object] but got [Array]'],
    [{ ...valid, config: 7 }, '[request body.config]: expected value of type [object] but got [number]'],
    [{ ...valid, config: '{' }, '[request body.config]: could not parse record value from json input'],
    [{ ...valid, secrets: null }, '[request body.secrets]: expected value of type [object] but got [null]'],
    [{ ...valid, config: { encrypted: '' } }, "[request body.config.encrypted]: value '' is not valid"],
    [{ ...valid, config: { encrypted: '  ' } }, "[request body.config.encrypted]: value '' is not valid"],
    [{ ...valid, config: { a: { b: ['x', ''] } } }, "[request body.config.a]: value '' is not valid"],
    [{ ...valid, secrets: { encrypted: '' } }, "[request body.secrets.encrypted]: value '' is not valid"],
    [
      { ...valid, actionTypeId: '.record' },
      "[request body.actionTypeId]: Additional properties are not allowed ('actionTypeId' was unexpected)",
    ],
  ])('refuses the body %j at the schema', async (body, message) => {
    const answer = await create(body);
    expect([answer.status, answer.body]).toEqual([400, badRequest(message)]);
  });

  it.each<[Partial<typeof valid> & Record<string, unknown>, string]>([
    [{ connector_type_id: '.unregistered' }, 'Action type ".unregistered" is not registered.'],
    [{ connector_type_id: '__proto__' }, 'Action type "__proto__" is not registered.'],
    [{ connector_type_id: '.system' }, 'System action creation is forbidden. Action type: .system.'],
    [
      { config: { unencrypted: 1 } as never },
      'error validating connector type config: ✖ Invalid input: expected string, received number\n  → at unencrypted',
    ],
    [
      { config: {} as never, secrets: { encrypted: 1 } as never },
      'error validating connector type config: ✖ Invalid input: expected string, received undefined\n  → at unencrypted',
    ],
    [
      { config: { unencrypted: 'seen', other: 1 } as never },
      'error validating connector type config: ✖ Unrecognized key: "other"',
    ],
    [
      { secrets: { encrypted: 42 } as never },
      'error validating connector type secrets: ✖ Invalid input: expected string, received number\n  → at encrypted',
    ],
    [
      { secrets: undefined as never },
      'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at encrypted',
    ],
    [
      { secrets: { encrypted: 'seen' } },
      'error validating action type connector: unencrypted must differ from encrypted',
    ],
    [
      { connector_type_id: '.slack', config: {} as never, secrets: { webhookUrl: 'fee-fi-fo-fum' } as never },
      'error validating connector type secrets: error configuring slack action: unable to parse host name from webhookUrl',
    ],
    [
      {
        connector_type_id: '.webhook',
        config: { url: 'https://other.example' } as never,
        secrets: {} as never,
      },
      'error validating connector type config: error validation webhook action config: target url "https://other.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      {
        connector_type_id: '.webhook',
        config: { url: 'https://abc.def', headers: 'application/json', method: 'https' } as never,
        secrets: {} as never,
      },
      'error validating connector type config: ✖ Invalid option: expected one of "post"|"put"|"patch"|"get"|"delete"\n  → at method\n✖ Invalid input: expected record, received string\n  → at headers',
    ],
  ])('refuses %j', async (change, message) => {
    const answer = await create({ ...valid, ...change });
    expect([answer.status, answer.body]).toEqual([400, badRequest(message)]);
  });

  it('names a position in a list in brackets', async () => {
    const types = [
      { ...plain('.listed'), config: z.strictObject({ list: z.array(z.strictObject({ id: z.string() })) }) },
    ];
    await using other = await testServer({ types });
    const { body } = await other.call('POST', '/api/actions/connector', {
      body: { name: 'x', connector_type_id: '.listed', config: { list: [{ id: 'a' }, { id: 2 }] } },
    });
    expect(body.message).toBe(
      'error validating connector type config: ✖ Invalid input: expected string, received number\n  → at list[1].id',
    );
  });

  it('refuses a type that the configuration does not enable, after its config', async () => {
    const off = { name: 'x', connector_type_id: '.off' };
    expect((await create(off)).body).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      message: 'action type ".off" is not enabled in the Kibana config xpack.actions.enabledActionTypes',
    });
    const strict = [{ ...plain('.off'), config: z.strictObject({}) }];
    await using other = await testServer({
      types: strict,
      settings: { 'xpack.actions.enabledActionTypes': [] },
    });
    const invalid = await other.call('POST', '/api/actions/connector', {
      body: { ...off, config: { unknown: 1 } },
    });
    expect(invalid.body).toEqual(
      badRequest('error validating connector type config: ✖ Unrecognized key: "unknown"'),
    );
  });

  it('refuses a type that the licence does not carry', async () => {
    expect((await create({ name: 'x', connector_type_id: '.dear' })).body).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      message:
        'Action type .dear is disabled because your enterprise license does not support it. Please upgrade your license.',
    });
  });

  it('leaves nothing behind when it refuses', async () => {
    const before = (await call('GET', '/api/actions/connectors')).body;
    await create({ ...valid, secrets: {} });
    await create({ name: 'x', connector_type_id: '.off' });
    expect((await call('GET', '/api/actions/connectors')).body).toEqual(before);
  });
});

describe('POST /api/actions/connector/{id}', () => {
  it.each(['my-id', '0', '-', 'x'.repeat(36), 'f0b3a1e2-6bad-41eb-9f3b-611eebc6c3ad'])(
    'creates the connector at %s',
    async (id) => {
      const { status, body } = await create(valid, `/api/actions/connector/${id}`);
      expect([status, body.id]).toEqual([200, id]);
    },
  );

  it.each([
    ['x'.repeat(37), 'Connector ID must be 36 characters or less.'],
    ['x'.repeat(10_000), 'Connector ID must be 36 characters or less.'],
    ['Upper', 'Connector ID must contain only lowercase letters, numbers, and hyphens.'],
    ['under_score', 'Connector ID must contain only lowercase letters, numbers, and hyphens.'],
    ['a.b', 'Connector ID must contain only lowercase letters, numbers, and hyphens.'],
    ['a%2Fb', 'Connector ID must contain only lowercase letters, numbers, and hyphens.'],
    ['a%0A', 'Connector ID must contain only lowercase letters, numbers, and hyphens.'],
    ['%C3%A9', 'Connector ID must contain only lowercase letters, numbers, and hyphens.'],
    ['system-connector-.system', 'Connector ID must contain only lowercase letters, numbers, and hyphens.'],
  ])('refuses the id %s', async (id, message) => {
    const answer = await create(valid, `/api/actions/connector/${id}`);
    expect([answer.status, answer.body]).toEqual([400, badRequest(`[request params.id]: ${message}`)]);
  });

  it('refuses the id of a preconfigured connector', async () => {
    const { status, body } = await create(valid, '/api/actions/connector/custom-system-abc-connector');
    expect(status).toBe(400);
    expect(body).toEqual(
      badRequest('This custom-system-abc-connector already exists in a preconfigured action.'),
    );
  });

  it('refuses an id that is in use, in this space and in another', async () => {
    await call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
    expect((await create(valid, '/s/other/api/actions/connector/taken')).status).toBe(200);
    for (const space of ['/s/other', '', '/s/default']) {
      const { status, body } = await create(valid, `${space}/api/actions/connector/taken`);
      expect(status).toBe(409);
      expect(body).toEqual({
        statusCode: 409,
        error: 'Conflict',
        message: 'Saved object [action/taken] conflict',
      });
    }
  });

  it('gives an id to one of many who ask for it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        create({ ...valid, name: `${index}` }, '/api/actions/connector/wanted'),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await call('GET', '/api/actions/connector/wanted')).body).toEqual(winner?.body);
  });

  it('frees the id when the connector is deleted', async () => {
    const path = '/api/actions/connector/again';
    expect((await create(valid, path)).status).toBe(200);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await create({ ...valid, name: 'second' }, path)).body.name).toBe('second');
  });
});

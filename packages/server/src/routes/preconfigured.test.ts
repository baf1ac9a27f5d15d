import { StartupError } from '@patchbay/engine/errors';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { plain, record, system } from '../testing/made-up-types.ts';
import { testServer, withBuiltIn } from '../testing/test-server.ts';

/** Ids that a create would refuse, and that paths, objects and decoders trip over. */
const ODD_IDS = [
  'my.Slack:1',
  'UPPER_case',
  'with blank',
  'a/b',
  '%',
  '100%25',
  'é日😀',
  '?#&=+',
  'toString',
  '..',
  'x'.repeat(200),
];

const vendor = await standIn();
const server = await testServer({
  types: withBuiltIn(record, system, plain('.off', { run: () => 'ran' }), {
    ...plain('.dear'),
    minimumLicense: 'trial',
  }),
  settings: {
    'xpack.actions.enabledActionTypes': ['.webhook', '.server-log', '.record'],
    'xpack.actions.preconfigured': {
      hidden: {
        name: 'Hidden',
        actionTypeId: '.webhook',
        config: { url: `${vendor.url}/path`, hasAuth: true },
        secrets: { user: 'bob', password: 'planted-password' },
      },
      exposed: {
        name: 'Exposed',
        actionTypeId: '.webhook',
        config: { url: 'https://abc.def' },
        secrets: { user: 'bob', password: 'planted-password' },
        exposeConfig: true,
      },
      broken: { name: 'Broken', actionTypeId: '.record', config: { unencrypted: 1 } },
      unregistered: { name: 'Unregistered', actionTypeId: '.unregistered' },
      servicenow: { name: 'ServiceNow', actionTypeId: '.servicenow' },
      application: {
        name: 'ServiceNow',
        actionTypeId: '.servicenow-sir',
        config: { usesTableApi: false },
      },
      off: { name: 'Off', actionTypeId: '.off' },
      dear: { name: 'Dear', actionTypeId: '.dear' },
      ...Object.fromEntries(ODD_IDS.map((id) => [id, { name: id, actionTypeId: '.server-log' }])),
    },
  },
});
const { call } = server;
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await vendor.close();
});

const path = (id: string) => `/api/actions/connector/${encodeURIComponent(id)}`;
const run = (id: string, params: unknown = {}) => call('POST', `${path(id)}/_execute`, { body: { params } });

describe('a preconfigured connector', () => {
  it('is shown without its config', async () => {
    expect((await call('GET', path('hidden'))).body).toEqual({
      id: 'hidden',
      name: 'Hidden',
      connector_type_id: '.webhook',
      is_preconfigured: true,
      is_deprecated: false,
      is_system_action: false,
      is_connector_type_deprecated: false,
      auth_mode: 'shared',
    });
  });

  it('is shown with its config, as it was written, where it says so', async () => {
    const expected = { id: 'exposed', config: { url: 'https://abc.def' } };
    const { body } = await call('GET', path('exposed'));
    expect(body).toMatchObject(expected);
    expect(body).not.toHaveProperty('is_missing_secrets');
    const { body: list } = await call('GET', '/api/actions/connectors');
    expect(list).toContainEqual({ ...body, referenced_by_count: 0 });
    expect(list.filter((item: object) => 'config' in item)).toHaveLength(1);
  });

  it('is there in every space', async () => {
    await call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
    expect((await call('GET', `/s/team${path('hidden')}`)).status).toBe(200);
    const { body } = await call('GET', '/s/team/api/actions/connectors');
    expect(body).toHaveLength(8 + ODD_IDS.length);
  });

  it('runs with its config and secrets', async () => {
    const { status, body } = await run('hidden', { body: 'some data' });
    expect([status, body]).toEqual([200, { connector_id: 'hidden', status: 'ok', data: 'some data' }]);
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: '/path',
        headers: { authorization: `Basic ${Buffer.from('bob:planted-password').toString('base64')}` },
        body: 'some data',
      },
    ]);
  });

  it('runs also when its type is not enabled', async () => {
    expect((await run('off')).body).toEqual({ connector_id: 'off', status: 'ok', data: 'ran' });
  });

  it('does not run when the licence does not carry its type', async () => {
    expect((await run('dear')).body).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      message:
        'Action type .dear is disabled because your enterprise license does not support it. Please upgrade your license.',
    });
  });

  it('shows a mistake in its config only when it runs', async () => {
    expect((await run('broken', { message: 'x' })).body).toEqual({
      connector_id: 'broken',
      status: 'error',
      message:
        'error validating connector type config: ✖ Invalid input: expected string, received number\n  → at unencrypted',
      retry: false,
      errorSource: 'framework',
    });
  });

  it('of a type that is not registered is shown, but does not run', async () => {
    expect((await call('GET', path('unregistered'))).status).toBe(200);
    expect((await run('unregistered')).body).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: 'Action type ".unregistered" is not registered.',
    });
  });

  it('is deprecated where a stored one would be', async () => {
    const { body: list } = await call('GET', '/api/actions/connectors');
    for (const [id, is_deprecated] of [
      ['servicenow', true],
      ['application', false],
    ] as const) {
      expect((await call('GET', path(id))).body).toMatchObject({ is_deprecated });
      expect(list.find((item: { id: string }) => item.id === id)).toMatchObject({ is_deprecated });
    }
  });

  it.each(ODD_IDS)('may have the id %j', async (id) => {
    const { status, body } = await call('GET', path(id));
    expect([status, body.id]).toEqual([200, id]);
    expect((await run(id, { message: 'hello' })).body).toEqual({ connector_id: id, status: 'ok' });
    expect((await call('PUT', path(id), { body: { name: 'x' } })).body.message).toBe(
      `Preconfigured action ${id} can not be updated.`,
    );
    expect((await call('DELETE', path(id))).body.message).toBe(
      `Preconfigured action ${id} is not allowed to delete.`,
    );
  });

  it('of a system type keeps the server from starting', async () => {
    const started = testServer({
      types: [system],
      settings: { 'xpack.actions.preconfigured': { x: { name: 'x', actionTypeId: '.system' } } },
    });
    await expect(started).rejects.toThrow(
      new StartupError('Setting system action types in preconfigured connectors are not allowed'),
    );
  });

  it.each(['', 'constructor', '__proto__'])('must not have the id %j', async (id) => {
    const preconfigured = JSON.parse(`{"${id}": {"name": "x", "actionTypeId": ".server-log"}}`);
    await expect(testServer({ settings: { 'xpack.actions.preconfigured': preconfigured } })).rejects.toThrow(
      `invalid preconfigured action id "${id}"`,
    );
  });
});

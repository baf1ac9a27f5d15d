import { afterAll, describe, expect, it } from 'vitest';
import { FIRST_PASSWORD, testServer } from '../../testing/test-server.ts';
import { addApiKey, addUser } from '../../testing/users.ts';

let now = new Date('2026-01-01T00:00:00Z');
const server = await testServer({ now: () => now });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const keys = '/internal/security/api_key';
const badRequest = (message: string) => ({ statusCode: 400, error: 'Bad Request', message });

const create = (body: object) => call('POST', keys, { body });
const invalidate = (apiKeys: { id: string; name: string }[], as?: string) =>
  call('POST', `${keys}/invalidate`, { body: { apiKeys }, ...(as !== undefined && { as }) });
const me = (as: string) => call('GET', '/internal/security/me', { as });

const idOf = (header: string) => Buffer.from(header.slice(7), 'base64').toString().split(':')[0] ?? '';

describe('POST /internal/security/api_key', () => {
  it('answers with the key this once, in the forms that clients take', async () => {
    const { status, body } = await create({ name: 'robot', metadata: { team: 'ops' } });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^\w{20}$/),
      name: 'robot',
      api_key: expect.stringMatching(/^[\w-]{32}$/),
      encoded: Buffer.from(`${body.id}:${body.api_key}`).toString('base64'),
    });
    const { body: caller } = await me(`ApiKey ${body.encoded}`);
    expect(caller).toMatchObject({
      username: 'elastic',
      authentication_type: 'api_key',
      authentication_realm: { name: '_es_api_key', type: '_es_api_key' },
      api_key: { id: body.id, name: 'robot' },
    });
  });

  it('takes the scheme in any case', async () => {
    const { body } = await create({ name: 'robot' });
    for (const scheme of ['ApiKey', 'apikey', 'APIKEY']) {
      const headers = { authorization: `${scheme} ${body.encoded}` };
      expect((await call('GET', '/internal/security/me', { as: null, headers })).status).toBe(200);
    }
  });

  it('ends the key when its time is up', async () => {
    const { body } = await create({ name: 'short-lived', expiration: '1d' });
    expect(body.expiration).toBe(Date.parse('2026-01-02T00:00:00Z'));
    now = new Date('2026-01-01T23:59:59Z');
    expect((await me(`ApiKey ${body.encoded}`)).status).toBe(200);
    now = new Date('2026-01-02T00:00:00Z');
    expect((await me(`ApiKey ${body.encoded}`)).status).toBe(401);
  });

  it.each<[object, string]>([
    [{}, '[request body.name]: expected value of type [string] but got [undefined]'],
    [{ name: '' }, '[request body.name]: value has length [0] but it must have a minimum length of [1].'],
    [
      { name: 'x', expiration: 'soon' },
      '[request body.expiration]: expected a time span such as 30m, 12h or 7d',
    ],
    [{ name: 'x', expiration: `${'9'.repeat(30)}d` }, '[request body.expiration]: too long'],
    [
      { name: 'x', role_descriptors: [] },
      '[request body.role_descriptors]: expected value of type [object] but got [Array]',
    ],
    [
      { name: 'x', role_descriptors: { r: { kibana: [{ feature: { actions: ['write'] } }] } } },
      '[request body.role_descriptors.r.kibana.0.feature.actions.0]: unknown privilege "write", must be one of [all,read,minimal_all,minimal_read,endpoint_security_execute]',
    ],
    [
      { name: 'x', owner: 'y' },
      "[request body.owner]: Additional properties are not allowed ('owner' was unexpected)",
    ],
  ])('refuses %j', async (body, message) => {
    const answer = await create(body);
    expect([answer.status, answer.body]).toEqual([400, badRequest(message)]);
  });

  it('is not for those who call with an API key', async () => {
    const key = await addApiKey(server, `elastic:${FIRST_PASSWORD}`, { name: 'parent' });
    const { status, body } = await call('POST', keys, { as: key, body: { name: 'child' } });
    expect([status, body]).toEqual([
      400,
      badRequest('creating derived api keys is not supported: use the credentials of a user'),
    ]);
  });
});

describe('an API key’s privileges', async () => {
  const owner = await addUser(server, 'owner', [{ spaces: ['default'], feature: { actions: ['all'] } }]);
  const create = (as: string) =>
    call('POST', '/api/actions/connector', { as, body: { name: 'x', connector_type_id: '.server-log' } });
  const list = (as: string, space = '') => call('GET', `${space}/api/actions/connectors`, { as });
  const statuses = async (key: string) => [(await create(key)).status, (await list(key)).status];
  const kibana = (privileges: string[], resources: string[]) => ({
    r: { applications: [{ application: 'kibana-.kibana', privileges, resources }] },
  });

  it.each<[string, Record<string, unknown> | undefined, number[]]>([
    ['its owner’s without descriptors', undefined, [200, 200]],
    ['its owner’s with no descriptor', {}, [200, 200]],
    ['those of its descriptors', { r: { kibana: [{ feature: { actions: ['read'] } }] } }, [403, 200]],
    ['none with an empty descriptor', { r: {} }, [403, 403]],
    ['none in a space that the descriptor does not name', kibana(['space_all'], ['space:other']), [403, 403]],
    ['those of an Elasticsearch descriptor', kibana(['feature_actions.read'], ['space:default']), [403, 200]],
    ['everything of its owner’s with all applications', kibana(['all'], ['*']), [200, 200]],
    ['no more for a descriptor named after a role', { superuser: {} }, [403, 403]],
  ])('are %s', async (_, descriptors, expected) => {
    const key = await addApiKey(server, owner, {
      name: 'k',
      ...(descriptors && { role_descriptors: descriptors }),
    });
    expect(await statuses(key)).toEqual(expected);
  });

  it('are never more than its owner’s', async () => {
    const key = await addApiKey(server, owner, {
      name: 'greedy',
      role_descriptors: { r: { cluster: ['all'], kibana: [{ base: ['all'] }] } },
    });
    await call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
    expect((await list(key, '/s/other')).status).toBe(403);
    expect((await call('GET', '/api/security/role', { as: key })).status).toBe(403);
  });
});

describe('POST /internal/security/api_key/invalidate', async () => {
  const ann = await addUser(server, 'ann', []);
  const bob = await addUser(server, 'bob', []);

  it('ends keys at once and says which', async () => {
    const key = await addApiKey(server, ann, { name: 'mine' });
    expect((await me(key)).status).toBe(200);
    const item = { id: idOf(key), name: 'mine' };
    const { status, body } = await invalidate([item], ann);
    expect([status, body]).toEqual([200, { itemsInvalidated: [item], errors: [] }]);
    expect((await me(key)).status).toBe(401);
  });

  it('does not end other people’s keys, without the privilege', async () => {
    const key = await addApiKey(server, ann, { name: 'anns' });
    const item = { id: idOf(key), name: 'anns' };
    const error = { statusCode: 403, message: 'Forbidden' };
    expect((await invalidate([item], bob)).body).toEqual({
      itemsInvalidated: [],
      errors: [{ ...item, error }],
    });
    expect((await me(key)).status).toBe(200);
    expect((await invalidate([item])).body).toEqual({ itemsInvalidated: [item], errors: [] });
    expect((await me(key)).status).toBe(401);
  });

  it('lets a key end itself, and no other key of its owner', async () => {
    const key = await addApiKey(server, ann, { name: 'first' });
    const other = await addApiKey(server, ann, { name: 'second' });
    const [itself, second] = [
      { id: idOf(key), name: 'first' },
      { id: idOf(other), name: 'second' },
    ];
    expect((await invalidate([second, itself], key)).body).toEqual({
      itemsInvalidated: [itself],
      errors: [{ ...second, error: { statusCode: 403, message: 'Forbidden' } }],
    });
    expect([(await me(key)).status, (await me(other)).status]).toEqual([401, 200]);
  });

  it('says which keys are not there', async () => {
    const item = { id: 'nothing', name: 'x' };
    expect((await invalidate([item])).body).toEqual({
      itemsInvalidated: [],
      errors: [{ ...item, error: { statusCode: 404, message: 'API key [nothing] not found' } }],
    });
  });

  it('refuses a body without keys', async () => {
    expect((await call('POST', `${keys}/invalidate`, { body: {} })).body).toEqual(
      badRequest('[request body.apiKeys]: expected value of type [array] but got [undefined]'),
    );
  });
});

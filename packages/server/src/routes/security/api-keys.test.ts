import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('makes none by a key that may do anything', async () => {
    const key = await addApiKey(server, `elastic:${FIRST_PASSWORD}`, { name: 'parent' });
    const derive = (descriptors?: object) =>
      call('POST', keys, {
        as: key,
        body: { name: 'child', ...(descriptors && { role_descriptors: descriptors }) },
      });
    for (const descriptors of [undefined, {}, { r: { cluster: ['all'] } }]) {
      const { status, body } = await derive(descriptors);
      expect([status, body]).toEqual([
        400,
        badRequest(
          'creating derived api keys requires an explicit role descriptor that is empty (has no privileges)',
        ),
      ]);
    }
    const { status, body } = await derive({ none: {} });
    expect(status).toBe(200);
    expect((await call('GET', '/api/actions/connectors', { as: `ApiKey ${body.encoded}` })).status).toBe(403);
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
    [
      'those of Kibana’s form of a descriptor',
      {
        kibana: {
          r: {
            elasticsearch: { cluster: ['monitor'] },
            kibana: [{ spaces: ['default'], feature: { actions: ['read'] } }],
          },
        },
      },
      [403, 200],
    ],
    ['none with an empty descriptor', { r: {} }, [403, 403]],
    ['none in a space that the descriptor does not name', kibana(['space_all'], ['space:other']), [403, 403]],
    ['those of an Elasticsearch descriptor', kibana(['feature_actions.read'], ['space:default']), [403, 200]],
    ['everything of its owner’s with all applications', kibana(['all'], ['*']), [200, 200]],
    ['no more for a descriptor named after a role', { superuser: {} }, [403, 403]],
  ])('are %s', async (_, descriptors, expected) => {
    const key = await addApiKey(server, owner, {
      name: 'k',
      ...(descriptors?.kibana !== undefined
        ? { kibana_role_descriptors: descriptors.kibana }
        : descriptors && { role_descriptors: descriptors }),
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

describe('PUT /internal/security/api_key', async () => {
  const carl = await addUser(server, 'carl', [{ spaces: ['default'], feature: { actions: ['all'] } }]);
  const update = (body: object, as = carl) => call('PUT', keys, { as, body });
  const list = async (key: string) => (await call('GET', '/api/actions/connectors', { as: key })).status;

  it('changes what one’s own key may, at once', async () => {
    const key = await addApiKey(server, carl, { name: 'changing' });
    expect(await list(key)).toBe(200);
    const limits = { id: idOf(key), role_descriptors: { none: {} } };
    expect((await update(limits)).body).toEqual({ updated: true });
    expect(await list(key)).toBe(403);
    expect((await update(limits)).body).toEqual({ updated: false });
    expect((await update({ id: idOf(key), kibana_role_descriptors: {} })).body).toEqual({ updated: true });
    expect(await list(key)).toBe(200);
  });

  it('does not find anybody else’s, nor one that is invalidated', async () => {
    const key = await addApiKey(server, carl, { name: 'changing' });
    const { status, body } = await update({ id: idOf(key) }, `elastic:${FIRST_PASSWORD}`);
    expect([status, body.message]).toEqual([
      404,
      `no API key owned by requesting user found for ID [${idOf(key)}]`,
    ]);
    await invalidate([{ id: idOf(key), name: 'changing' }]);
    expect((await update({ id: idOf(key) })).body).toEqual(
      badRequest(`cannot update invalidated API key [${idOf(key)}]`),
    );
  });

  it('takes descriptors in one form', async () => {
    const both = { id: 'x', role_descriptors: {}, kibana_role_descriptors: {} };
    expect((await update(both)).body).toEqual(
      badRequest('[request body]: expected [role_descriptors] or [kibana_role_descriptors], but not both'),
    );
  });
});

describe('POST /internal/security/api_key/_query', async () => {
  const dora = await addUser(server, 'dora', []);
  const find = async (body: object, as = dora) => (await call('POST', `${keys}/_query`, { as, body })).body;
  const namesOf = ({ apiKeys }: { apiKeys: { name: string }[] }) => apiKeys.map(({ name }) => name);
  const descriptors = { reads: { cluster: [], applications: [], kibana: [] } };
  const days = ['2026-02-01', '2026-02-02', '2026-02-03'];
  beforeAll(async () => {
    for (const [index, day] of days.entries()) {
      now = new Date(`${day}T00:00:00Z`);
      await addApiKey(server, dora, {
        name: `key ${'cba'[index]}`,
        role_descriptors: descriptors,
        ...(index === 0 && { expiration: '1d' }),
      });
    }
    const gone = await addApiKey(server, dora, { name: 'gone' });
    await invalidate([{ id: idOf(gone), name: 'gone' }]);
  });

  it('lists one’s own keys that are not invalidated, without what lets anybody in', async () => {
    const found = await find({});
    expect(found).toMatchObject({
      aggregationTotal: 3,
      aggregations: {
        usernames: { buckets: [{ key: 'dora' }] },
        types: { buckets: [{ key: 'rest' }] },
        expired: { doc_count: 1 },
      },
      canManageCrossClusterApiKeys: false,
      canManageApiKeys: false,
      canManageOwnApiKeys: true,
      total: 3,
      count: 3,
    });
    expect(found.apiKeys.find(({ name }: { name: string }) => name === 'key c')).toEqual({
      id: expect.any(String),
      type: 'rest',
      name: 'key c',
      creation: Date.parse('2026-02-01T00:00:00Z'),
      expiration: Date.parse('2026-02-02T00:00:00Z'),
      invalidated: false,
      username: 'dora',
      realm: 'native',
      realm_type: 'native',
      metadata: {},
      role_descriptors: descriptors,
    });
  });

  it('lists everybody’s to those who manage them', async () => {
    const found = await find({ size: 0 }, `elastic:${FIRST_PASSWORD}`);
    expect(found).toMatchObject({ canManageApiKeys: true, apiKeys: [] });
    expect(found.aggregations.usernames.buckets).toEqual(
      expect.arrayContaining([{ key: 'dora' }, { key: 'ann' }]),
    );
  });

  it('goes on behind the last one of a page', async () => {
    const sort = { field: 'creation', direction: 'desc' };
    const first = await find({ sort, size: 2 });
    expect([namesOf(first), first.total]).toEqual([['key a', 'key b'], 3]);
    const second = await find({ sort, size: 2, searchAfter: first.searchAfter });
    expect(namesOf(second)).toEqual(['key c']);
  });

  it.each<[object, string[]]>([
    [{ query: { match_all: {} } }, ['key a', 'key b', 'key c']],
    [{ query: { term: { name: 'key a' } } }, ['key a']],
    [{ query: { term: { name: { value: 'key a' } } } }, ['key a']],
    [{ query: { terms: { name: ['key a', 'key c'] } } }, ['key a', 'key c']],
    [{ query: { prefix: { name: { value: 'key' } } } }, ['key a', 'key b', 'key c']],
    [{ query: { wildcard: { name: '*y ?' } } }, ['key a', 'key b', 'key c']],
    [{ query: { wildcard: { name: '*b' } } }, ['key b']],
    [{ query: { wildcard: { name: 'k*y*c' } } }, ['key c']],
    [{ query: { wildcard: { name: 'key' } } }, []],
    [{ query: { exists: { field: 'expiration' } } }, ['key c']],
    [{ query: { bool: { must_not: { exists: { field: 'expiration' } } } } }, ['key a', 'key b']],
    [
      { query: { bool: { should: [{ term: { name: 'key a' } }, { term: { name: 'key b' } }] } } },
      ['key a', 'key b'],
    ],
    [
      { query: { bool: { must: [{ match: { username: 'dora' } }, { term: { name: 'key a' } }] } } },
      ['key a'],
    ],
    [{ query: { ids: { values: ['nothing'] } } }, []],
    [{ filters: { expired: true } }, ['key c']],
    [{ filters: { expired: false } }, ['key a', 'key b']],
    [{ filters: { usernames: ['ann'] } }, []],
    [{ filters: { type: 'rest' } }, ['key a', 'key b', 'key c']],
    [{ filters: { type: 'managed' } }, []],
  ])('finds by %j', async (body, expected) => {
    expect(namesOf(await find({ ...body, sort: { field: 'name', direction: 'asc' } }))).toEqual(expected);
  });

  it.each([
    [{ query: { more_like_this: {} } }, 'Query type [more_like_this] is not supported for API keys'],
    [
      { query: { term: { api_key_hash: 'x' } } },
      'Field [api_key_hash] is not allowed for querying or aggregation',
    ],
    [
      { sort: { field: 'api_key_hash', direction: 'asc' } },
      'Field [api_key_hash] is not allowed for querying or aggregation',
    ],
  ])('says of %j that it is not understood', async (body, message) => {
    const found = await find(body);
    expect(found.queryError).toEqual({ name: 'ResponseError', message });
    expect(found).not.toHaveProperty('apiKeys');
  });
});

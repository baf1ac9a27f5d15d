import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const path = (name: string) => `/api/security/role/${encodeURIComponent(name)}`;
const badRequest = (message: string) => ({ statusCode: 400, error: 'Bad Request', message });
const notFound = { statusCode: 404, error: 'Not Found', message: 'Not Found' };

describe('PUT /api/security/role/{name}', () => {
  it('answers 204, and the role is given back as it was sent', async () => {
    const role = {
      description: 'May read',
      metadata: { owner: 'tf', nested: { n: 1 } },
      elasticsearch: {
        cluster: ['monitor'],
        remote_cluster: [{ privileges: ['monitor_enrich'], clusters: ['far'] }],
        indices: [
          {
            names: ['logs-*'],
            privileges: ['read'],
            field_security: { grant: ['a'] },
            query: '{}',
            allow_restricted_indices: true,
          },
        ],
        remote_indices: [
          { clusters: ['far'], names: ['a'], privileges: ['read'], allow_restricted_indices: false },
        ],
        run_as: ['somebody'],
      },
      kibana: [
        { base: [], feature: { actions: ['read'], discover: ['all'] }, spaces: ['one', 'two'] },
        { base: ['all'], feature: {}, spaces: ['three'] },
      ],
    };
    const { status, body } = await call('PUT', path('full'), { body: role });
    expect([status, body]).toEqual([204, '']);
    expect((await call('GET', path('full'))).body).toEqual({
      name: 'full',
      ...role,
      transient_metadata: { enabled: true },
      _transform_error: [],
      _unrecognized_applications: [],
    });
  });

  it('fills in what was left out, but no description', async () => {
    await call('PUT', path('empty'), { body: {} });
    expect((await call('GET', path('empty'))).body).toEqual({
      name: 'empty',
      metadata: {},
      transient_metadata: { enabled: true },
      elasticsearch: { cluster: [], indices: [], run_as: [] },
      kibana: [],
      _transform_error: [],
      _unrecognized_applications: [],
    });
  });

  it('gives to every space where it names none', async () => {
    await call('PUT', path('everywhere'), { body: { kibana: [{ base: ['read'] }] } });
    expect((await call('GET', path('everywhere'))).body.kibana).toEqual([
      { base: ['read'], feature: {}, spaces: ['*'] },
    ]);
  });

  it('replaces a role, unless it is asked to create it only', async () => {
    await call('PUT', `${path('once')}?createOnly=true`, { body: { description: 'first' } });
    const again = await call('PUT', `${path('once')}?createOnly=true`, { body: { description: 'second' } });
    expect([again.status, again.body]).toEqual([
      409,
      { statusCode: 409, error: 'Conflict', message: 'Role already exists and cannot be created: once' },
    ]);
    expect((await call('GET', path('once'))).body.description).toBe('first');
    await call('PUT', `${path('once')}?createOnly=false`, { body: {} });
    expect((await call('GET', path('once'))).body).not.toHaveProperty('description');
  });

  it('holds at once for those who have it', async () => {
    const user = await addUser(server, 'changing', [{ spaces: ['*'], feature: { actions: ['read'] } }]);
    const create = () =>
      call('POST', '/api/actions/connector', {
        as: user,
        body: { name: 'x', connector_type_id: '.server-log' },
      });
    expect((await create()).status).toBe(403);
    await call('PUT', path('changing'), { body: { kibana: [{ base: ['all'], spaces: ['default'] }] } });
    expect((await create()).status).toBe(200);
    await call('DELETE', path('changing'));
    expect((await create()).status).toBe(403);
  });

  it.each<[object, string]>([
    [
      { kibana: [{ spaces: [], base: ['all'] }] },
      '[request body.kibana.0.spaces]: expected at least one space, or "*"',
    ],
    [
      { kibana: [{ spaces: ['*', 'one'], base: ['all'] }] },
      "[request body.kibana.0.spaces]: types that failed validation:\n- [request body.kibana.0.spaces.0.1]: expected value to equal [*]\n- [request body.kibana.0.spaces.1.0]: must be lower case, a-z, 0-9, '_', and '-' are allowed",
    ],
    [
      { kibana: [{ spaces: ['one', 'Two'], base: ['all'] }] },
      "[request body.kibana.0.spaces]: types that failed validation:\n- [request body.kibana.0.spaces.0.0]: expected value to equal [*]\n- [request body.kibana.0.spaces.1.1]: must be lower case, a-z, 0-9, '_', and '-' are allowed",
    ],
    [
      { kibana: [{ base: ['write'] }] },
      '[request body.kibana.0.base.0]: unknown global privilege "write", must be one of [all,read]',
    ],
    [
      { kibana: [{ spaces: ['one'], base: ['write'] }] },
      '[request body.kibana.0.base.0]: unknown space privilege "write", must be one of [all,read]',
    ],
    ...[{}, { base: [] }, { feature: { discover: [] } }].map((entry): [object, string] => [
      { kibana: [entry] },
      '[request body.kibana.0]: either [base] or [feature] is expected, but none of them specified',
    ]),
    [
      {
        kibana: [
          { spaces: ['one'], base: ['all'] },
          { spaces: ['two', 'one'], feature: { actions: ['read'] } },
        ],
      },
      '[request body.kibana]: more than one privilege is applied to the following spaces: [one]',
    ],
    [
      { kibana: [{ feature: { '!a': ['all'] } }] },
      "[request body.kibana.0.feature.key(\"!a\")]: only a-z, A-Z, 0-9, '_', and '-' are allowed",
    ],
    [
      { kibana: [{ feature: { discover: ['!all'] } }] },
      "[request body.kibana.0.feature.discover.0]: only a-z, A-Z, 0-9, '_', and '-' are allowed",
    ],
    [
      { kibana: [{ base: ['all'], _reserved: ['x'] }] },
      "[request body.kibana.0._reserved]: Additional properties are not allowed ('_reserved' was unexpected)",
    ],
    [
      { elasticsearch: { indices: [{ names: [], privileges: ['read'] }] } },
      '[request body.elasticsearch.indices.0.names]: array size is [0], but cannot be smaller than [1]',
    ],
    [
      { kibana: [{ base: ['all'], feature: { actions: ['all'] } }] },
      "[request body.kibana.0]: definition of [feature] isn't allowed when non-empty [base] is defined.",
    ],
    [
      { kibana: [{ feature: { actions: ['execute'] } }] },
      '[request body.kibana.0.feature.actions.0]: unknown privilege "execute", must be one of [all,read,minimal_all,minimal_read,endpoint_security_execute]',
    ],
    [{ kibana: {} }, '[request body.kibana]: expected value of type [array] but got [Object]'],
    [
      { description: 'x'.repeat(2049) },
      '[request body.description]: Role description must be 2048 characters or less.',
    ],
    [
      { cluster: [] },
      "[request body.cluster]: Additional properties are not allowed ('cluster' was unexpected)",
    ],
  ])('refuses %j', async (body, message) => {
    const answer = await call('PUT', path('refused'), { body });
    expect([answer.status, answer.body]).toEqual([400, badRequest(message)]);
    expect((await call('GET', path('refused'))).body).toEqual(notFound);
  });

  it('refuses a name that is too long, and none', async () => {
    expect((await call('PUT', path('x'.repeat(1025)), { body: {} })).body).toEqual(
      badRequest('[request params.name]: Role name must be 1024 characters or less.'),
    );
    expect((await call('PUT', '/api/security/role/', { body: {} })).body).toEqual(notFound);
  });
});

describe('GET /api/security/role', () => {
  it('lists the roles by name, the reserved ones too', async () => {
    const { status, body } = await call('GET', '/api/security/role');
    expect(status).toBe(200);
    const names = body.map(({ name }: { name: string }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['superuser', 'kibana_admin', 'editor', 'viewer', 'full']));
    const superuser = body.find(({ name }: { name: string }) => name === 'superuser');
    expect(superuser).toMatchObject({ metadata: { _reserved: true }, kibana: [{ base: ['all'] }] });
  });

  it('does not find a role that is not there', async () => {
    const { status, body } = await call('GET', path('nobody'));
    expect([status, body]).toEqual([404, notFound]);
  });
});

describe('a role of former versions of the features', async () => {
  const kibana = [
    {
      base: [],
      feature: {
        generalCases: ['minimal_all', 'cases_delete'],
        observabilityCasesV2: ['minimal_all'],
        actions: ['read'],
      },
      spaces: ['one'],
    },
  ];
  await call('PUT', path('former'), { body: { kibana } });

  it('is given back as it was written', async () => {
    expect((await call('GET', path('former'))).body.kibana).toEqual(kibana);
  });

  it('is told in the names of today where that is asked for', async () => {
    const today = [
      {
        ...kibana[0],
        feature: {
          generalCasesV3: ['minimal_all', 'cases_delete', 'create_comment', 'case_reopen', 'cases_assign'],
          observabilityCasesV3: ['minimal_all', 'cases_assign'],
          actions: ['read'],
        },
      },
    ];
    const query = '?replaceDeprecatedPrivileges=true';
    expect((await call('GET', `${path('former')}${query}`)).body.kibana).toEqual(today);
    const { body } = await call('GET', `/api/security/role${query}`);
    expect(body.find(({ name }: { name: string }) => name === 'former').kibana).toEqual(today);
  });
});

describe('POST /api/security/roles', () => {
  const put = (roles: object) => call('POST', '/api/security/roles', { body: { roles } });

  it('puts each that it can, and says what became of which', async () => {
    const read = { kibana: [{ base: ['read'] }] };
    expect((await put({ 'bulk 1': read, 'bulk 2': {} })).body).toEqual({ created: ['bulk 1', 'bulk 2'] });
    const { status, body } = await put({ 'bulk 1': read, 'bulk 2': read, 'bulk 3': {}, superuser: {} });
    expect([status, body]).toEqual([
      200,
      {
        created: ['bulk 3'],
        updated: ['bulk 2'],
        noop: ['bulk 1'],
        errors: {
          superuser: {
            type: 'illegal_argument_exception',
            reason: 'Role [superuser] is reserved and cannot be modified.',
          },
        },
      },
    ]);
  });

  it('puts none where the request is not one', async () => {
    const { status, body } = await put({ 'bulk 4': {}, 'bulk 5': { kibana: [{ base: ['write'] }] } });
    expect([status, body.message]).toEqual([
      400,
      '[request body.roles.bulk 5.kibana.0.base.0]: unknown global privilege "write", must be one of [all,read]',
    ]);
    expect((await call('GET', path('bulk 4'))).status).toBe(404);
  });
});

describe('POST /api/security/role/_query', () => {
  const find = async (body: object) => {
    const { status, body: found } = await call('POST', '/api/security/role/_query', { body });
    expect(status).toBe(200);
    return { ...found, roles: found.roles.map(({ name }: { name: string }) => name) };
  };

  it('finds roles by a part of their name, page by page, in either order', async () => {
    for (const name of ['find A', 'find B', 'Find C']) await call('PUT', path(name), { body: {} });
    const sort = { field: 'name', direction: 'desc' };
    expect(await find({ query: 'FIND', sort, size: 2 })).toEqual({
      roles: ['find B', 'find A'],
      count: 2,
      total: 3,
    });
    expect(await find({ query: 'find', sort, from: 2 })).toEqual({ roles: ['Find C'], count: 1, total: 3 });
  });

  it('has reserved roles among them where that is asked for', async () => {
    expect((await find({ query: 'superuser' })).total).toBe(0);
    expect((await find({ query: 'superuser', filters: {} })).total).toBe(1);
    expect((await find({ query: 'superuser', filters: { showReservedRoles: false } })).total).toBe(0);
  });
});

describe('DELETE /api/security/role/{name}', () => {
  it('answers 204, and the role is gone', async () => {
    await call('PUT', path('a role/of mine'), { body: {} });
    expect((await call('GET', path('a role/of mine'))).body.name).toBe('a role/of mine');
    const { status, body } = await call('DELETE', path('a role/of mine'));
    expect([status, body]).toEqual([204, '']);
    expect((await call('DELETE', path('a role/of mine'))).body).toEqual(notFound);
  });

  it('is refused for reserved roles, as is changing them', async () => {
    for (const name of ['superuser', 'viewer']) {
      expect((await call('DELETE', path(name))).body).toEqual(
        badRequest(`Role [${name}] is reserved and cannot be deleted.`),
      );
      expect((await call('PUT', path(name), { body: {} })).body).toEqual(
        badRequest(`Role [${name}] is reserved and cannot be modified.`),
      );
    }
  });
});

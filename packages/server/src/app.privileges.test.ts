import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from './testing/test-server.ts';
import { addApiKey, addUser } from './testing/users.ts';

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

for (const id of ['one', 'two']) await call('POST', '/api/spaces/space', { body: { id, name: id } });

const feature = (privilege: string) => ({ actions: [privilege] });
const writer = await addUser(server, 'writer', [{ spaces: ['one'], feature: feature('all') }]);

/** Everything that the roles and the key give, they give in the space `one`. */
const callers = {
  nobody: null,
  none: await addUser(server, 'none', [{ spaces: ['one', 'two'], feature: { discover: ['all'] } }]),
  read: await addUser(server, 'reader', [{ spaces: ['one'], feature: feature('read') }]),
  all: writer,
  key: await addApiKey(server, writer, {
    name: 'reads with the writer’s rights',
    role_descriptors: { r: { kibana: [{ spaces: ['*'], feature: feature('read') }] } },
  }),
  superuser: 'elastic:changeme',
};

type Caller = keyof typeof callers;

const order: Caller[] = ['nobody', 'none', 'read', 'all', 'key', 'superuser'];

const connector = { name: 'x', connector_type_id: '.server-log' };
const update = { name: 'y' };
const run = { params: { message: 'hello' } };
const space = { id: 'three', name: 'Three' };
const queued = { connector_id: '{id}', ...run, run_at: '2099-01-01T00:00:00Z' };
const matching = { filter: { order_key: 'of nobody' } };

const unauthorized = 'Unauthorized';
const toGet = 'Unauthorized to get actions';
const toCreate = 'Unauthorized to create a ".server-log" action';
const toUpdate = 'Unauthorized to update actions';
const toDelete = 'Unauthorized to delete actions';
const toRun = 'Unauthorized to execute a ".server-log" action';
const toRunAny = 'Unauthorized to execute actions';

type Route = [method: string, path: string, body: unknown, refusal: string, inOne: number[], inTwo: number[]];

/** `{id}` is a connector of the space, new for each call; `{other}` one of the other space; `{delivery}` one for later. */
const routes: Route[] =
  // Statuses for:                                                     nobody none read all  key  superuser
  [
    [
      'GET',
      '/api/actions/connectors',
      undefined,
      toGet,
      [401, 403, 200, 200, 200, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'GET',
      '/internal/actions/connectors',
      undefined,
      toGet,
      [401, 403, 200, 200, 200, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'GET',
      '/api/actions/connector_types',
      undefined,
      '',
      [401, 200, 200, 200, 200, 200],
      [401, 200, 200, 200, 200, 200],
    ],
    [
      'GET',
      '/internal/actions/connector_types',
      undefined,
      '',
      [401, 200, 200, 200, 200, 200],
      [401, 200, 200, 200, 200, 200],
    ],
    [
      'GET',
      '/api/actions/connector/{id}',
      undefined,
      toGet,
      [401, 403, 200, 200, 200, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'GET',
      '/api/actions/connector/{other}',
      undefined,
      toGet,
      [401, 403, 404, 404, 404, 404],
      [401, 403, 403, 403, 403, 404],
    ],
    [
      'POST',
      '/api/actions/connector',
      connector,
      toCreate,
      [401, 403, 403, 200, 403, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'POST',
      '/api/actions/connector/{new}',
      connector,
      toCreate,
      [401, 403, 403, 200, 403, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'PUT',
      '/api/actions/connector/{id}',
      update,
      toUpdate,
      [401, 403, 403, 200, 403, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'PUT',
      '/api/actions/connector/{other}',
      update,
      toUpdate,
      [401, 403, 403, 404, 403, 404],
      [401, 403, 403, 403, 403, 404],
    ],
    [
      'DELETE',
      '/api/actions/connector/{id}',
      undefined,
      toDelete,
      [401, 403, 403, 204, 403, 204],
      [401, 403, 403, 403, 403, 204],
    ],
    [
      'DELETE',
      '/api/actions/connector/{other}',
      undefined,
      toDelete,
      [401, 403, 403, 404, 403, 404],
      [401, 403, 403, 403, 403, 404],
    ],
    [
      'POST',
      '/api/actions/connector/{id}/_execute',
      run,
      toRun,
      [401, 403, 200, 200, 200, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'POST',
      '/api/actions/connector/{other}/_execute',
      run,
      toRunAny,
      [401, 403, 404, 404, 404, 404],
      [401, 403, 403, 403, 403, 404],
    ],
    [
      'POST',
      '/api/actions/connector/1/_execute',
      run,
      toRunAny,
      [401, 403, 404, 404, 404, 404],
      [401, 403, 403, 403, 403, 404],
    ],
    [
      'POST',
      '/api/patchbay/deliveries',
      queued,
      toRun,
      [401, 403, 202, 202, 202, 202],
      [401, 403, 403, 403, 403, 202],
    ],
    [
      'GET',
      '/api/patchbay/deliveries',
      undefined,
      toGet,
      [401, 403, 200, 200, 200, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'GET',
      '/api/patchbay/deliveries/{delivery}?params=true',
      undefined,
      toGet,
      [401, 403, 200, 200, 200, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    [
      'POST',
      '/api/patchbay/deliveries/{delivery}/_cancel',
      undefined,
      toRunAny,
      [401, 403, 200, 200, 200, 200],
      [401, 403, 403, 403, 403, 200],
    ],
    ...['_replay', '_discard'].map(
      (change): Route => [
        'POST',
        `/api/patchbay/deliveries/{delivery}/${change}`,
        undefined,
        toRunAny,
        [401, 403, 409, 409, 409, 409],
        [401, 403, 403, 403, 403, 409],
      ],
    ),
    ...['_cancel', '_replay', '_discard'].map(
      (change): Route => [
        'POST',
        `/api/patchbay/deliveries/${change}`,
        matching,
        toRunAny,
        [401, 403, 200, 200, 200, 200],
        [401, 403, 403, 403, 403, 200],
      ],
    ),
  ];

let created = 0;

async function newConnector(spaceId: string): Promise<string> {
  const id = `made-${created++}`;
  const { status } = await call('POST', `/s/${spaceId}/api/actions/connector/${id}`, { body: connector });
  expect(status).toBe(200);
  return id;
}

async function newDelivery(spaceId: string, connectorId: string): Promise<string> {
  const body = { ...queued, connector_id: connectorId };
  return (await call('POST', `/s/${spaceId}/api/patchbay/deliveries`, { body })).body.id;
}

describe.each(routes)('%s %s', (method, template, body, refusal, inOne, inTwo) => {
  const cases = (['one', 'two'] as const).flatMap((spaceId) =>
    order.map((caller, index) => [caller, spaceId, (spaceId === 'one' ? inOne : inTwo)[index]] as const),
  );

  it.each(cases)('answers %s in %s with %i', async (caller, spaceId, expected) => {
    const id = await newConnector(spaceId);
    const path = template
      .replace('{id}', id)
      .replace('{delivery}', template.includes('{delivery}') ? await newDelivery(spaceId, id) : '')
      .replace('{other}', await newConnector(spaceId === 'one' ? 'two' : 'one'))
      .replace('{new}', `made-${created++}`);
    const sent = body && JSON.stringify(body).replace('{id}', id);
    const answer = await call(method, `/s/${spaceId}${path}`, { as: callers[caller], body: sent });
    expect(answer.status).toBe(expected);
    if (expected === 401) expect(answer.body.message).toBe(unauthorized);
    if (expected === 403) expect(answer.body.message).toBe(refusal);
  });
});

describe('the routes that are of no space', () => {
  it.each<[string, string, unknown, number[]]>([
    // For:                                            nobody none read all  key  superuser
    ['GET', '/api/status', undefined, [200, 200, 200, 200, 200, 200]],
    ['GET', '/api/spaces/space', undefined, [401, 200, 200, 200, 200, 200]],
    ['GET', '/api/spaces/space/one', undefined, [401, 403, 200, 200, 200, 200]],
    ['GET', '/api/spaces/space/two', undefined, [401, 403, 403, 403, 403, 200]],
    ['POST', '/api/spaces/space', space, [401, 403, 403, 403, 403, 200]],
    ['PUT', '/api/spaces/space/three', space, [401, 403, 403, 403, 403, 200]],
    ['DELETE', '/api/spaces/space/three', undefined, [401, 403, 403, 403, 403, 204]],
    ['GET', '/api/security/role', undefined, [401, 403, 403, 403, 403, 200]],
    ['PUT', '/api/security/role/new', {}, [401, 403, 403, 403, 403, 204]],
    ['GET', '/api/security/role/new', undefined, [401, 403, 403, 403, 403, 200]],
    ['DELETE', '/api/security/role/new', undefined, [401, 403, 403, 403, 403, 204]],
    ['GET', '/internal/security/users', undefined, [401, 403, 403, 403, 403, 200]],
    ['GET', '/internal/security/users/none', undefined, [401, 403, 403, 403, 403, 200]],
    [
      'POST',
      '/internal/security/users/new',
      { username: 'new', password: 'password', roles: [] },
      [401, 403, 403, 403, 403, 200],
    ],
    ['DELETE', '/internal/security/users/new', undefined, [401, 403, 403, 403, 403, 204]],
    ['GET', '/internal/security/me', undefined, [401, 200, 200, 200, 200, 200]],
    ['POST', '/internal/security/api_key', { name: 'k' }, [401, 200, 200, 200, 400, 200]],
    ['POST', '/internal/security/api_key/invalidate', { apiKeys: [] }, [401, 200, 200, 200, 200, 200]],
  ])('%s %s', async (method, path, body, expected) => {
    const statuses: number[] = [];
    for (const caller of order) {
      statuses.push((await call(method, path, { as: callers[caller], body })).status);
    }
    expect(statuses).toEqual(expected);
  });

  it.each<[Caller, string[]]>([
    ['none', []],
    ['read', ['one']],
    ['all', ['one']],
    ['key', ['one']],
    ['superuser', ['default', 'one', 'two']],
  ])('show %s the spaces %j', async (caller, expected) => {
    const { body } = await call('GET', '/api/spaces/space', { as: callers[caller] });
    expect(body.map(({ id }: { id: string }) => id)).toEqual(expected);
  });
});

describe('a role for every space', async () => {
  const everywhere = await addUser(server, 'everywhere', [{ spaces: ['*'], feature: feature('read') }]);

  it.each(['', '/s/one', '/s/two'])('reads and runs, but does not write, below %j', async (prefix) => {
    const id = await newConnector(prefix.slice(3) || 'default');
    const path = `${prefix}/api/actions/connector/${id}`;
    expect((await call('GET', path, { as: everywhere })).status).toBe(200);
    expect((await call('POST', `${path}/_execute`, { as: everywhere, body: run })).status).toBe(200);
    expect((await call('PUT', path, { as: everywhere, body: update })).status).toBe(403);
    expect((await call('DELETE', path, { as: everywhere })).status).toBe(403);
  });
});

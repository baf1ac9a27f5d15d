import { type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type CallOptions, testServer } from '../../testing/test-server.ts';

const APPLICATION = 'kibana-.kibana';
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const key = `ApiKey ${Buffer.from('es-key-id:es-key-secret').toString('base64')}`;

/** Of Kibana's actions, by what they allow. */
const READ = [/^saved_object:action\/(get|find)$/, /^saved_object:action_task_params\/create$/];
const WRITE = [...READ, /^saved_object:action\/(create|update|delete)$/];

interface Known {
  username: string;
  roles: string[];
  cluster?: string[];
  /** What is allowed of which resource: all that matches. */
  allows: Record<string, RegExp[]>;
  apiKey?: { id: string; name: string };
  enabled?: boolean;
}

const everything = [/./];
const known: Record<string, Known> = {
  [basic('es-ann', 'ann-secret')]: {
    username: 'es-ann',
    roles: ['team'],
    allows: { 'space:default': READ, 'space:team': WRITE },
  },
  [basic('es-root', 'root-secret')]: {
    username: 'es-root',
    roles: ['superuser'],
    cluster: ['manage_security'],
    allows: { '*': everything, 'space:default': everything, 'space:team': everything },
  },
  [basic('es-gone', 'gone-secret')]: { username: 'es-gone', roles: [], allows: {}, enabled: false },
  'Bearer es-token': {
    username: 'es-tok',
    roles: ['cases'],
    allows: { 'space:team': [/^cases:cases\//] },
  },
  'Bearer of-a-local-name': { username: 'local', roles: [], allows: { '*': everything } },
  [key]: {
    username: 'es-ann',
    roles: [],
    allows: { '*': READ },
    apiKey: { id: 'es-key-id', name: 'robot' },
  },
};

let failure: StandInAnswer | undefined;
const json = (body: unknown, status = 200): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const refuse = (status: number, type: string) => json({ error: { type, reason: 'no' }, status }, status);

/** Elasticsearch's two calls, as far as they are documented: whatever is not of their form is a 400. */
const cluster = await standIn(({ method, url, headers, body }) => {
  if (failure !== undefined) return failure;
  const caller = known[String(headers.authorization)];
  if (caller === undefined) return refuse(401, 'security_exception');
  if (method === 'GET' && url === '/_security/_authenticate') {
    const realm = caller.apiKey
      ? { name: '_es_api_key', type: '_es_api_key' }
      : { name: 'ldap1', type: 'ldap' };
    return json({
      username: caller.username,
      roles: caller.roles,
      full_name: 'Ann of Elastic',
      email: null,
      metadata: {},
      enabled: caller.enabled ?? true,
      authentication_realm: realm,
      lookup_realm: realm,
      authentication_type: caller.apiKey ? 'api_key' : 'realm',
      ...(caller.apiKey && { api_key: caller.apiKey }),
    });
  }
  if (method !== 'POST' || url !== '/_security/user/_has_privileges') return refuse(404, 'not_found');
  const asked = JSON.parse(body) as {
    cluster: string[];
    application: { application: string; privileges: string[]; resources: string[] }[];
  };
  const [one, ...more] = asked.application;
  if (one === undefined || more.length > 0 || one.application !== APPLICATION || one.privileges.length === 0)
    return refuse(400, 'action_request_validation_exception');
  const may = (resource: string, action: string) =>
    caller.allows[resource]?.some((pattern) => pattern.test(action)) ?? false;
  const resources = one.resources.map((resource) => [
    resource,
    Object.fromEntries(one.privileges.map((action) => [action, may(resource, action)])),
  ]);
  return json({
    username: caller.username,
    has_all_requested: false,
    cluster: Object.fromEntries(asked.cluster.map((name) => [name, caller.cluster?.includes(name) ?? false])),
    index: {},
    application: { [APPLICATION]: Object.fromEntries(resources) },
  });
});

let now = Date.parse('2026-01-01T00:00:00Z');
const server = await testServer({
  now: () => new Date(now),
  settings: {
    'elasticsearch.hosts': [cluster.url],
    'elasticsearch.username': 'patchbay',
    'elasticsearch.password': 'own-secret-of-patchbay',
    'elasticsearch.customHeaders': { Authorization: 'Bearer of-the-operator', 'x-opaque': 'ours' },
    'patchbay.authentication.elasticsearch.enabled': true,
    'patchbay.authentication.elasticsearch.cacheFor': '30s',
  },
});
const { call } = server;
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await cluster.close();
});

await call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
await call('POST', '/internal/security/users/local', {
  body: { username: 'local', password: 'local-password', roles: [] },
});

beforeEach(() => {
  failure = undefined;
  now += 120_000;
  cluster.received.length = 0;
});

const as = (authorization: string, options: CallOptions = {}): CallOptions => ({
  ...options,
  headers: { authorization },
});
const list = async (authorization: string, space = 'default') =>
  (await call('GET', `/s/${space}/api/actions/connectors`, as(authorization))).status;
const create = async (authorization: string, space = 'default') => {
  const body = { name: 'x', connector_type_id: '.server-log' };
  return (await call('POST', `/s/${space}/api/actions/connector`, as(authorization, { body }))).status;
};
const me = (authorization: string) => call('GET', '/internal/security/me', as(authorization));
const asked = () => cluster.received.map(({ method, url }) => `${method} ${url}`);

describe('a user of the cluster', () => {
  const ann = basic('es-ann', 'ann-secret');

  it('is asked of the cluster with their own credentials, and nobody’s else', async () => {
    expect(await list(ann)).toBe(200);
    expect(asked()).toEqual(['GET /_security/_authenticate', 'POST /_security/user/_has_privileges']);
    expect(cluster.received.map(({ headers }) => headers.authorization)).toEqual([ann, ann]);
    expect(cluster.received.map(({ headers }) => headers['x-opaque'])).toEqual(['ours', 'ours']);
    const { resources } = JSON.parse(cluster.received[1]?.body ?? '').application[0];
    expect(resources).toEqual(['*', 'space:default', 'space:team']);
  });

  it('may do in each space what Kibana’s privileges there let them', async () => {
    expect([await list(ann), await create(ann)]).toEqual([200, 403]);
    expect([await list(ann, 'team'), await create(ann, 'team')]).toEqual([200, 200]);
    expect((await call('GET', '/api/security/role', as(ann))).status).toBe(403);
    expect((await call('GET', '/s/team/api/cases/_find', as(ann))).status).toBe(403);
  });

  it('is who the cluster says they are', async () => {
    const { body } = await me(ann);
    expect(body).toMatchObject({
      username: 'es-ann',
      roles: ['team'],
      full_name: 'Ann of Elastic',
      authentication_realm: { name: 'ldap1', type: 'ldap' },
      profile_uid: expect.stringMatching(/^es_[0-9a-f]{64}$/),
    });
    expect((await me(ann)).body.profile_uid).toBe(body.profile_uid);
    expect((await me(key)).body.profile_uid).not.toBe(body.profile_uid);
  });

  it('with a superuser’s role may do everything', async () => {
    const root = basic('es-root', 'root-secret');
    expect([await create(root), await create(root, 'team')]).toEqual([200, 200]);
    expect((await call('GET', '/api/security/role', as(root))).status).toBe(200);
    const { status } = await call(
      'POST',
      '/api/security/session/_invalidate',
      as(root, { body: { match: 'all' } }),
    );
    expect(status).toBe(200);
  });

  it('may come with an API key or a token of the cluster', async () => {
    expect([await list(key), await list(key, 'team'), await create(key)]).toEqual([200, 200, 403]);
    expect((await me(key)).body.api_key).toEqual({ id: 'es-key-id', name: 'robot' });
    const token = 'Bearer es-token';
    expect(await list(token, 'team')).toBe(403);
    expect((await call('GET', '/s/team/api/cases/_find', as(token))).status).toBe(200);
    expect((await call('GET', '/s/default/api/cases/_find', as(token))).status).toBe(403);
  });

  it.each([
    basic('es-ann', 'wrong'),
    basic('es-gone', 'gone-secret'),
    'Bearer wrong',
    `ApiKey ${Buffer.from('es-key-id:wrong').toString('base64')}`,
  ])('is refused where the cluster refuses: %s', async (header) => {
    const { status, body } = await me(header);
    expect([status, body.message]).toEqual([401, 'Unauthorized']);
  });

  it('makes no API key here', async () => {
    const { status, body } = await call(
      'POST',
      '/internal/security/api_key',
      as(ann, { body: { name: 'k' } }),
    );
    expect([status, body.message]).toEqual([
      400,
      'API keys are of users who are known here: create one where the caller is known',
    ]);
  });
});

describe('who is known here', () => {
  it('is not asked of the cluster, however wrong the password or the key', async () => {
    const made = await call('POST', '/internal/security/api_key', { body: { name: 'ours' } });
    cluster.received.length = 0;
    expect(await list(basic('local', 'local-password'))).toBe(403);
    expect(await list(basic('local', 'wrong'))).toBe(401);
    expect(await list(`ApiKey ${made.body.encoded}`)).toBe(200);
    expect(await list(`ApiKey ${Buffer.from(`${made.body.id}:wrong`).toString('base64')}`)).toBe(401);
    expect(asked()).toEqual([]);
  });

  it('is not somebody of the same name in the cluster', async () => {
    expect((await me('Bearer of-a-local-name')).status).toBe(401);
  });
});

describe('the answer of the cluster', () => {
  const ann = basic('es-ann', 'ann-secret');

  it('is relied on for as long as the settings say, and no longer', async () => {
    const revocable = 'Bearer revocable';
    known[revocable] = { username: 'es-rev', roles: [], allows: { '*': READ } };
    expect(await list(revocable)).toBe(200);
    delete known[revocable];
    now += 29_999;
    expect(await list(revocable)).toBe(200);
    expect(asked()).toHaveLength(2);
    now += 1;
    expect(await list(revocable)).toBe(401);
  });

  it.each<[string, StandInAnswer]>([
    ['is unwell', refuse(503, 'unavailable')],
    ['refuses the question', refuse(403, 'security_exception')],
    ['is busy', refuse(429, 'too_many')],
    ['answers something else', json({ hello: 'world' })],
    ['answers a page', { status: 200, body: '<html>login</html>' }],
    ['sends elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ])('is no answer when it %s: 503, and not 401', async (_what, answer) => {
    failure = answer;
    const { status, body, headers } = await me(ann);
    expect([status, body.message, headers.get('retry-after')]).toEqual([
      503,
      'Elasticsearch cannot be asked who the caller is, try again later',
      '2',
    ]);
    failure = undefined;
    expect((await me(ann)).status).toBe(200);
  });

  it('is not needed by those who are known here', async () => {
    failure = refuse(503, 'unavailable');
    expect((await call('GET', '/internal/security/me')).status).toBe(200);
  });

  it('is throttled as logins here are', async () => {
    await using strict = await testServer({
      settings: {
        'elasticsearch.hosts': [cluster.url],
        'patchbay.authentication.elasticsearch.enabled': true,
        'patchbay.security.loginThrottle.attempts': 2,
      },
    });
    const statuses: number[] = [];
    for (const password of ['a', 'b', 'c', 'ann-secret']) {
      const { status } = await strict.call('GET', '/internal/security/me', as(basic('es-ann', password)));
      statuses.push(status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
  });
});

it('credentials are in no log line', async () => {
  failure = { status: 500, body: `what was sent: ${basic('es-ann', 'ann-secret')}` };
  await me(basic('es-ann', 'ann-secret'));
  const logged = JSON.stringify(server.logged);
  expect(logged).toContain('Elasticsearch cannot be asked who a caller is: it answered 500');
  for (const secret of [
    'ann-secret',
    Buffer.from('es-ann:ann-secret').toString('base64'),
    'es-token',
    'own-secret',
  ])
    expect(logged).not.toContain(secret);
});

it('a cluster to ask has to be named', async () => {
  await expect(
    testServer({ settings: { 'patchbay.authentication.elasticsearch.enabled': true } }),
  ).rejects.toThrow(
    'patchbay.authentication.elasticsearch.enabled: there is no cluster to ask: set elasticsearch.hosts',
  );
});

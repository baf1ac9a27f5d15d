import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROUTE_RULES, type Sent } from './testing/access-matrix/route-rules.ts';
import { form, ndjson } from './testing/form.ts';
import { type TestServer, testServer } from './testing/test-server.ts';
import { addUser } from './testing/users.ts';

// Several hundred calls, on whatever else a machine does.
vi.setConfig({ testTimeout: 60_000 });

const LATER = '2099-01-01T00:00:00Z';

let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;
const profiles: Record<string, string> = {};
/** Everybody has `all` in the space but Dora, who reads; everybody has a role of their own name. */
const callers: Record<string, string> = { superuser: 'elastic:changeme' };
const NAMES = ['ada', 'bob', 'cleo', 'dora', 'superuser'];

beforeAll(async () => {
  remote = await standIn();
  server = await testServer({
    settings: {
      'xpack.actions.preconfigured': {
        pager: { name: 'Pager', actionTypeId: '.server-log' },
        siren: { name: 'Siren', actionTypeId: '.server-log' },
      },
      'patchbay.connectorAccess': { siren: { use: { users: ['bob'], roles: ['dora'] } } },
    },
  });
  for (const name of NAMES.slice(0, 4)) {
    const feature = { actions: [name === 'dora' ? 'read' : 'all'], generalCasesV3: ['all'] };
    const caller = await addUser(server, name, [{ spaces: ['default'], feature }]);
    callers[name] = caller;
    profiles[name] = (await as(name, 'GET', '/internal/security/me')).body.profile_uid;
  }
  // Each of them has a password, which is hashed twice.
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

const as = (name: string, method: string, path: string, body?: unknown) =>
  server.call(method, path, { as: callers[name] ?? null, ...(body !== undefined && { body }) });

/** Ada's connectors, new for each call. */
const KINDS = {
  open: async () => {},
  /** For Bob to run. */
  private: (id: string) =>
    as('ada', 'PUT', `/internal/actions/connector/${id}/access_control`, {
      access_mode: 'private',
      entries: [{ type: 'user', id: profiles.bob, role: 'executor' }],
    }),
  /** For Bob, and whoever has Dora's role, to run, and for Cleo to change. */
  gated: (id: string) =>
    as('ada', 'PUT', `/api/patchbay/connectors/${id}/access`, {
      use: { users: ['bob'], roles: ['dora'] },
      edit: { roles: ['cleo'] },
    }),
};
type Kind = keyof typeof KINDS;

let made = 0;
async function connector(kind: Kind): Promise<string> {
  const id = `c${++made}`;
  const created = await as('ada', 'POST', `/api/actions/connector/${id}`, {
    name: kind,
    connector_type_id: '.webhook',
    config: { url: remote.url, hasAuth: false },
  });
  expect(created.status).toBe(200);
  await KINDS[kind](id);
  return id;
}

const run = { params: { body: 'hello' } };
const config = { url: 'https://example.com', hasAuth: false };
type Row = [method: string, path: string, body: unknown, expected: Record<Kind, number[]>];

/** Statuses for NAMES. `{id}` is a connector, `{delivery}` one of its deliveries, for later. */
const table: Row[] = [
  [
    'GET',
    '/api/actions/connector/{id}',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 200, 200, 200] },
  ],
  [
    'PUT',
    '/api/actions/connector/{id}',
    { name: 'x', config },
    { open: [200, 200, 200, 403, 200], private: [200, 403, 404, 403, 200], gated: [200, 403, 200, 403, 200] },
  ],
  [
    'DELETE',
    '/api/actions/connector/{id}',
    undefined,
    { open: [204, 204, 204, 403, 204], private: [204, 403, 404, 403, 204], gated: [204, 403, 204, 403, 204] },
  ],
  [
    'POST',
    '/api/actions/connector/{id}',
    { name: 'x', connector_type_id: '.server-log' },
    { open: [409, 409, 409, 403, 409], private: [409, 409, 409, 403, 409], gated: [409, 409, 409, 403, 409] },
  ],
  ...['_execute', '_execute?dry_run=true'].map(
    (path): Row => [
      'POST',
      `/api/actions/connector/{id}/${path}`,
      run,
      {
        open: [200, 200, 200, 200, 200],
        private: [200, 200, 404, 404, 200],
        gated: [200, 200, 403, 200, 200],
      },
    ],
  ),
  [
    'GET',
    '/api/patchbay/connectors/{id}/settings',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 200, 200, 200] },
  ],
  [
    'PUT',
    '/api/patchbay/connectors/{id}/settings',
    {},
    { open: [200, 200, 200, 403, 200], private: [200, 403, 404, 403, 200], gated: [200, 403, 200, 403, 200] },
  ],
  [
    'DELETE',
    '/api/patchbay/connectors/{id}/settings',
    undefined,
    { open: [204, 204, 204, 403, 204], private: [204, 403, 404, 403, 204], gated: [204, 403, 204, 403, 204] },
  ],
  // A copy says nothing of what the connector says: it is for those who manage that.
  [
    'POST',
    '/api/patchbay/connectors/{id}/_copy',
    { spaces: ['default'], create_new_copies: true },
    { open: [200, 200, 200, 403, 200], private: [200, 403, 404, 403, 200], gated: [200, 403, 403, 403, 200] },
  ],
  [
    'GET',
    '/api/patchbay/connectors/{id}/access',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 200, 200, 200] },
  ],
  [
    'PUT',
    '/api/patchbay/connectors/{id}/access',
    {},
    { open: [200, 403, 403, 403, 200], private: [200, 403, 404, 403, 200], gated: [200, 403, 403, 403, 200] },
  ],
  [
    'DELETE',
    '/api/patchbay/connectors/{id}/access',
    undefined,
    { open: [204, 403, 403, 403, 204], private: [204, 403, 404, 403, 204], gated: [204, 403, 403, 403, 204] },
  ],
  [
    'GET',
    '/internal/actions/connector/{id}/access_control',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 200, 200, 200] },
  ],
  [
    'PUT',
    '/internal/actions/connector/{id}/access_control',
    { access_mode: 'public' },
    { open: [204, 403, 403, 403, 204], private: [204, 403, 404, 403, 204], gated: [204, 403, 403, 403, 204] },
  ],
  [
    'POST',
    '/internal/actions/connector/{id}/access_control/_suggest_user_profiles',
    { name: 'b' },
    { open: [200, 403, 403, 403, 200], private: [200, 403, 404, 404, 200], gated: [200, 403, 403, 403, 200] },
  ],
  [
    'GET',
    '/internal/stack_connectors/{id}/secret_headers',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 200, 200, 200] },
  ],
  // Authorizing what everybody runs with is changing it: refused before it is found that this one wants none.
  ...['_start_oauth_flow', '_oauth_disconnect'].map((path): Row => {
    const done = path === '_oauth_disconnect' ? 204 : 400;
    return [
      'POST',
      `/internal/actions/connector/{id}/${path}`,
      path === '_oauth_disconnect' ? undefined : {},
      {
        open: [done, done, done, done, done],
        private: [done, 403, 404, 404, done],
        gated: [done, 403, done, 403, done],
      },
    ];
  }),
  [
    'GET',
    '/api/actions/connector/{id}/oauth/start',
    undefined,
    { open: [400, 400, 400, 400, 400], private: [400, 403, 404, 404, 400], gated: [400, 403, 400, 403, 400] },
  ],
  [
    'POST',
    '/api/patchbay/deliveries',
    { connector_id: '{id}', run_at: LATER, ...run },
    { open: [202, 202, 202, 202, 202], private: [202, 202, 404, 404, 202], gated: [202, 202, 403, 202, 202] },
  ],
  [
    'GET',
    '/api/patchbay/deliveries/{delivery}',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 200, 200, 200] },
  ],
  ...['why?connector_id={id}', 'why?delivery_id={delivery}', 'connectors/{id}/health'].map(
    (asked): Row => [
      'GET',
      `/api/patchbay/${asked}`,
      undefined,
      {
        open: [200, 200, 200, 200, 200],
        private: [200, 200, 404, 404, 200],
        gated: [200, 200, 200, 200, 200],
      },
    ],
  ),
  [
    'GET',
    '/api/patchbay/deliveries/{delivery}?params=true',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 403, 200, 200] },
  ],
  [
    'POST',
    '/api/patchbay/deliveries/{delivery}/_cancel',
    undefined,
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 403, 200, 200] },
  ],
  // It is neither over nor dead: whoever may is told so.
  ...['_replay', '_discard'].map(
    (change): Row => [
      'POST',
      `/api/patchbay/deliveries/{delivery}/${change}`,
      undefined,
      {
        open: [409, 409, 409, 409, 409],
        private: [409, 409, 404, 404, 409],
        gated: [409, 409, 403, 409, 409],
      },
    ],
  ),
  [
    'POST',
    '/api/cases/configure',
    {
      owner: 'cases',
      closure_type: 'close-by-user',
      connector: { id: '{id}', name: 'x', type: '.none', fields: null },
    },
    { open: [200, 200, 200, 200, 200], private: [200, 200, 404, 404, 200], gated: [200, 200, 403, 200, 200] },
  ],
  // No case can be pushed by a webhook: whoever may run it is told so.
  [
    'POST',
    '/api/cases/{case}/connector/{id}/_push',
    undefined,
    { open: [400, 400, 400, 400, 400], private: [400, 400, 404, 404, 400], gated: [400, 400, 403, 400, 400] },
  ],
];

async function enqueued(id: string): Promise<string> {
  const { body } = await as('ada', 'POST', '/api/patchbay/deliveries', {
    connector_id: id,
    run_at: LATER,
    ...run,
  });
  return body.id;
}

let theCase: string | undefined;
async function aCase(): Promise<string> {
  theCase ??= (
    await as('ada', 'POST', '/api/cases', {
      title: 'A case',
      description: 'of it',
      tags: [],
      owner: 'cases',
      settings: { syncAlerts: false },
      connector: { id: 'none', name: 'none', type: '.none', fields: null },
    })
  ).body.id as string;
  return theCase;
}

describe('access per connector, by caller, connector and route', () => {
  it.each(table)('%s %s', async (method, path, body, expected) => {
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const statuses: number[] = [];
      for (const name of NAMES) {
        const id = await connector(kind);
        const known: Record<string, string> = {
          id,
          ...(path.includes('{delivery}') && { delivery: await enqueued(id) }),
          ...(path.includes('{case}') && { case: await aCase() }),
        };
        const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, key) => known[key] ?? '');
        const given = body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body)));
        const answer = await as(name, method, filled(path), given);
        statuses.push(answer.status);
        if (answer.status === 404) {
          expect(answer.body.message).toMatch(
            path.includes('{delivery}')
              ? new RegExp(`^Delivery \\[${known.delivery}\\] not found$`)
              : new RegExp(`Connector ${id} not found$`),
          );
        }
      }
      expect([kind, statuses]).toEqual([kind, expected[kind]]);
    }
  });

  it('says what the caller may not do with a connector that they see', async () => {
    const id = await connector('gated');
    const refusals = [
      ['cleo', 'POST', `/api/actions/connector/${id}/_execute`, run, 'execute'],
      ['bob', 'DELETE', `/api/actions/connector/${id}`, undefined, 'edit'],
      [
        'bob',
        'PUT',
        `/internal/actions/connector/${id}/access_control`,
        { access_mode: 'private' },
        'manage',
      ],
    ] as const;
    for (const [name, method, path, body, operation] of refusals) {
      expect(await as(name, method, path, body)).toMatchObject({
        status: 403,
        body: { message: `Unauthorized to ${operation} connector ${id}` },
      });
    }
    expect(
      await as('bob', 'POST', `/internal/actions/connector/${id}/access_control/_suggest_user_profiles`, {
        name: 'a',
      }),
    ).toMatchObject({
      status: 403,
      body: { message: 'Only the owner can manage the access of a connector' },
    });
  });

  it('asks what the space gives all the same', async () => {
    const id = await connector('open');
    await as('ada', 'PUT', `/api/patchbay/connectors/${id}/access`, { edit: { users: ['dora'] } });
    expect(await as('dora', 'DELETE', `/api/actions/connector/${id}`)).toMatchObject({
      status: 403,
      body: { message: 'Unauthorized to delete actions' },
    });
  });
});

describe('every route of the API’s document', () => {
  const NEEDLE = 'needle-in-the-answer';

  it('tells nothing of a private connector, its runs and its deliveries to who is not entered', async () => {
    const id = 'needle';
    await as('ada', 'POST', `/api/actions/connector/${id}`, {
      name: NEEDLE,
      connector_type_id: '.webhook',
      config: { url: `${remote.url}/${NEEDLE}`, hasAuth: false },
    });
    await KINDS.private(id);
    const delivery = await as('ada', 'POST', '/api/patchbay/deliveries', {
      connector_id: id,
      params: { body: NEEDLE },
      order_key: NEEDLE,
      run_at: LATER,
    });
    await as('ada', 'POST', `/api/actions/connector/${id}/_execute`, run);
    const seen: string[] = [];
    const leaks: string[] = [];
    const ofConnector = /connectors?\/\{(id|connectorId|connector_id)\}|stack_connectors/;
    for (const [route, rule] of Object.entries(ROUTE_RULES)) {
      const [, sent] = typeof rule === 'string' ? [rule, {} as Sent] : rule;
      const [method = '', template = ''] = route.split(' ');
      const ours: Record<string, string> = { id, connectorId: id, connector_id: id };
      if (template.startsWith('/api/patchbay/deliveries')) ours.id = delivery.body.id;
      const path = template.replaceAll(
        /\{(\w+)\}/g,
        (_, name) => ours[name] ?? sent.params?.[name] ?? 'nothing',
      );
      const query = sent.query === undefined ? '' : `?${sent.query.replace('nowhere', id)}`;
      // What is refused for what was sent comes to no connector.
      const ask = (name: string) => as(name, method, `${path}${query}`, sent.body);
      if (ofConnector.test(template)) {
        const { status } = await ask('cleo');
        seen.push(route);
        // For the case, or the space of the copy; each has its row in the table.
        const isRefusedBefore = /_(push|copy)$/.test(template);
        const isTaken = route === 'POST /api/actions/connector/{id}' && status === 409;
        if (status !== 404 && !isTaken && !isRefusedBefore) leaks.push(`${route}: ${status}`);
      }
      if (method !== 'GET' && !/_(find|logs|kpi|export|cancel|discard)/.test(template)) continue;
      const { body } = await ask('cleo');
      if (JSON.stringify(body).includes(NEEDLE)) leaks.push(`${route}: ${JSON.stringify(body)}`);
    }
    expect(leaks).toEqual([]);
    expect(seen.length).toBeGreaterThan(18);
    expect((await as('ada', 'GET', `/api/patchbay/deliveries/${delivery.body.id}`)).body.state).toBe('ready');
    expect(JSON.stringify((await as('bob', 'GET', '/api/patchbay/events')).body)).toContain(NEEDLE);
  });

  it('of saved objects exports what is seen, and replaces what may be changed', async () => {
    const [hidden, gated] = [await connector('private'), await connector('gated')];
    const exported = async (name: string) => {
      const { body } = await as(name, 'POST', '/api/saved_objects/_export', { type: 'action' });
      return [hidden, gated].filter((id) => body.includes(`"id":"${id}"`));
    };
    expect(await exported('bob')).toEqual([hidden, gated]);
    expect(await exported('cleo')).toEqual([gated]);
  });
});

describe('lists', () => {
  const PLACES = [
    '/api/actions/connectors',
    '/internal/actions/connectors',
    '/api/patchbay/connectors/_health',
    '/api/cases/configure/connectors/_find',
  ];

  it('leave out what the caller does not see', async () => {
    const id = await connector('private');
    const jira = await as('ada', 'POST', '/api/actions/connector/jira', {
      name: 'jira',
      connector_type_id: '.jira',
      config: { apiUrl: 'https://jira.example', projectKey: 'P' },
      secrets: { email: 'a@example.com', apiToken: 'token' },
    });
    expect(jira.status).toBe(200);
    await KINDS.private('jira');
    for (const path of PLACES) {
      const seenBy: string[] = [];
      for (const name of NAMES) {
        const ids = (await as(name, 'GET', path)).body.map((each: { id: string }) => each.id);
        if (ids.includes(path.includes('cases') ? 'jira' : id)) seenBy.push(name);
      }
      expect([path, seenBy]).toEqual([path, ['ada', 'bob', 'superuser']]);
    }
  });

  it('of authorizations do too', async () => {
    const id = await connector('private');
    const statuses = async (name: string) =>
      Object.keys((await as(name, 'POST', '/internal/actions/connectors/_me/auth_status')).body);
    expect(await statuses('bob')).toContain(id);
    expect(await statuses('cleo')).not.toContain(id);
  });

  it('of deliveries, and changes by a filter, pass over those of what the caller may not see or run', async () => {
    const [hidden, gated] = [await connector('private'), await connector('gated')];
    const found = async (name: string) => {
      const { total, data } = (await as(name, 'GET', '/api/patchbay/deliveries?order_key=listed')).body;
      expect(total).toBe(data.length);
      return data.map((each: { connector_id: string }) => each.connector_id).sort();
    };
    for (const id of [hidden, gated]) {
      await as('ada', 'POST', '/api/patchbay/deliveries', {
        connector_id: id,
        order_key: 'listed',
        run_at: LATER,
        ...run,
      });
    }
    expect(await found('bob')).toEqual([hidden, gated].sort());
    expect(await found('cleo')).toEqual([gated]);
    const filter = { order_key: 'listed' };
    const cancelled = async (name: string) =>
      (await as(name, 'POST', '/api/patchbay/deliveries/_cancel', { filter })).body.changed;
    expect(await cancelled('cleo')).toBe(0);
    expect(await cancelled('dora')).toBe(1);
    expect(await cancelled('bob')).toBe(1);
  });
});

describe('a connector that others name', () => {
  const settings = (part: string, id: string) => ({ delivery: { [part]: { connector_id: id } } });

  it.each(['fallback', 'notices'])('as %s is one that whoever names it may run', async (part) => {
    const [own, gated, hidden] = [
      await connector('open'),
      await connector('gated'),
      await connector('private'),
    ];
    const path = `/api/patchbay/connectors/${own}/settings`;
    const params = { params: { body: '{{reason}}{{notice.text}}' } };
    const naming = (id: string) => ({ delivery: { [part]: { connector_id: id, ...params } } });
    expect(await as('cleo', 'PUT', path, naming(gated))).toMatchObject({
      status: 403,
      body: { message: `Unauthorized to execute connector ${gated}` },
    });
    expect(await as('cleo', 'PUT', path, naming(hidden))).toMatchObject({
      status: 404,
      body: { message: `Connector ${hidden} not found` },
    });
    expect((await as('bob', 'PUT', path, naming(gated))).status).toBe(200);
    // Who changes something else leaves it as it stands, and cannot give it other params.
    const unchanged = { ...naming(gated), timeouts: { response: '5s' } };
    expect((await as('cleo', 'PUT', path, unchanged)).status).toBe(200);
    expect((await as('cleo', 'PUT', path, settings(part, gated))).status).toBe(403);
  });
});

describe('a private connector', () => {
  const control = (id: string) => `/internal/actions/connector/${id}/access_control`;

  it('shows its owner who is entered, and others what they may do', async () => {
    const id = await connector('private');
    const profile = (name: string) => ({
      uid: profiles[name],
      enabled: true,
      user: { username: name },
      data: {},
    });
    expect((await as('ada', 'GET', control(id))).body).toEqual({
      permissions: { read: true, execute: true, edit: true, manage: true },
      owner: profiles.ada,
      access_control: {
        access_mode: 'private',
        entries: [{ type: 'user', id: profiles.bob, role: 'executor', added_at: expect.any(String) }],
      },
      profiles: [profile('ada'), profile('bob')],
      current_user_profile_id: profiles.ada,
    });
    expect((await as('bob', 'GET', control(id))).body).toEqual({
      permissions: { read: true, execute: true, edit: false, manage: false },
      profiles: [],
      current_user_profile_id: profiles.bob,
    });
  });

  it('keeps when somebody was entered, and enters nobody who is not there', async () => {
    const id = await connector('private');
    const entriesOf = async () => (await as('ada', 'GET', control(id))).body.access_control.entries;
    const [before] = await entriesOf();
    const entry = (name: string) => ({ type: 'user', id: profiles[name] ?? name, role: 'executor' });
    const put = (...names: string[]) =>
      as('ada', 'PUT', control(id), { access_mode: 'private', entries: names.map(entry) });
    expect(await put('bob', 'nobody')).toMatchObject({
      status: 400,
      body: { message: 'One or more of the selected users could not be resolved' },
    });
    expect((await put('bob', 'cleo', 'bob')).status).toBe(204);
    expect(await entriesOf()).toEqual([before, expect.objectContaining({ id: profiles.cleo })]);
    expect((await as('cleo', 'GET', `/api/actions/connector/${id}`)).status).toBe(200);
    expect((await as('ada', 'PUT', control(id), { access_mode: 'private' })).status).toBe(204);
    expect((await as('bob', 'GET', `/api/actions/connector/${id}`)).status).toBe(404);
  });

  it.each<[string, unknown]>([
    ['another mode', { access_mode: 'secret' }],
    ['another role', { access_mode: 'private', entries: [{ type: 'user', id: 'x', role: 'editor' }] }],
    [
      'more than 100',
      { access_mode: 'private', entries: Array(101).fill({ type: 'user', id: 'x', role: 'executor' }) },
    ],
  ])('takes no %s', async (_what, body) => {
    expect((await as('ada', 'PUT', control(await connector('open')), body)).status).toBe(400);
  });

  it('suggests users by a part of their names', async () => {
    const id = await connector('private');
    const suggest = async (body: object) =>
      (await as('ada', 'POST', `${control(id)}/_suggest_user_profiles`, body)).body.map(
        (each: { user: { username: string } }) => each.user.username,
      );
    expect(await suggest({ name: 'DO' })).toEqual(['dora']);
    expect(await suggest({ name: '', size: 2 })).toEqual(['ada', 'bob']);
    const tooMany = await as('ada', 'POST', `${control(id)}/_suggest_user_profiles`, { name: '', size: 101 });
    expect(tooMany.status).toBe(400);
  });

  it('leaves nothing behind for a new one of its id', async () => {
    const id = await connector('private');
    await as('ada', 'DELETE', `/api/actions/connector/${id}`);
    await as('cleo', 'POST', `/api/actions/connector/${id}`, { name: 'x', connector_type_id: '.server-log' });
    expect((await as('bob', 'GET', `/api/actions/connector/${id}`)).status).toBe(200);
    expect((await as('cleo', 'GET', control(id))).body.owner).toBe(profiles.cleo);
  });

  it('leaves the params of its deliveries to whoever asked for them, when it is gone', async () => {
    const id = await connector('private');
    const delivery = await enqueued(id);
    await as('ada', 'DELETE', `/api/actions/connector/${id}`);
    const path = `/api/patchbay/deliveries/${delivery}?params=true`;
    expect((await as('cleo', 'GET', path)).status).toBe(403);
    expect((await as('ada', 'GET', path)).body.params).toEqual(run.params);
    expect((await as('superuser', 'GET', path)).status).toBe(200);
  });
});

describe('/api/patchbay/connectors/{id}/access', () => {
  const path = (id: string) => `/api/patchbay/connectors/${id}/access`;
  const change = (id: string) => ({ status: 400, body: { message: expect.stringContaining(id) } });

  it('shows the lists to who may manage them', async () => {
    const id = await connector('gated');
    const all = { read: true, execute: true, edit: true, manage: true };
    expect((await as('ada', 'GET', path(id))).body).toEqual({
      permissions: all,
      owner: 'ada',
      access_mode: 'public',
      use: { users: ['bob'], roles: ['dora'] },
      edit: { users: [], roles: ['cleo'] },
    });
    expect((await as('cleo', 'GET', path(id))).body).toEqual({
      permissions: { ...all, execute: false, manage: false },
    });
  });

  it('replaces both lists, and leaves a private connector private', async () => {
    const id = await connector('private');
    const put = await as('ada', 'PUT', path(id), { use: { users: ['cleo'] } });
    expect(put.body).toMatchObject({
      access_mode: 'private',
      use: { users: ['cleo'], roles: [] },
      edit: null,
    });
    // Entered, and not in the list: both have to let them.
    expect((await as('bob', 'POST', `/api/actions/connector/${id}/_execute`, run)).status).toBe(403);
    expect((await as('ada', 'DELETE', path(id))).status).toBe(204);
    expect((await as('bob', 'POST', `/api/actions/connector/${id}/_execute`, run)).status).toBe(200);
    expect((await as('cleo', 'GET', path(id))).status).toBe(404);
  });

  it('hands a connector over, also one that the former owner does not see then', async () => {
    const id = await connector('private');
    const put = await as('ada', 'PUT', path(id), { owner: 'cleo' });
    expect(put).toMatchObject({ status: 200, body: { permissions: { read: false } } });
    expect((await as('ada', 'GET', path(id))).status).toBe(404);
    expect((await as('cleo', 'GET', path(id))).body.owner).toBe('cleo');
    expect(await as('cleo', 'PUT', path(id), { owner: 'nobody' })).toMatchObject({
      status: 400,
      body: { message: '[request body.owner]: there is no user "nobody"' },
    });
  });

  it('is in the audit log', async () => {
    const id = await connector('gated');
    await as('ada', 'DELETE', path(id));
    const audited = server.logged.filter(
      (line) => JSON.stringify(line).includes(`"${id}"`) && JSON.stringify(line).includes('connector_access'),
    );
    expect(audited).toMatchObject([
      { event: { action: 'connector_access_update', category: ['iam'], outcome: 'success' } },
      { event: { action: 'connector_access_delete', category: ['iam'], outcome: 'success' } },
    ]);
  });

  it('is the configuration’s for preconfigured connectors, and nobody’s for those of the system', async () => {
    expect((await as('superuser', 'GET', path('siren'))).body).toMatchObject({
      permissions: { read: true, execute: true, edit: false, manage: false },
      owner: null,
      use: { users: ['bob'], roles: ['dora'] },
    });
    expect(await as('ada', 'PUT', path('siren'), {})).toMatchObject(change('siren'));
    const system = 'system-connector-.cases';
    expect((await as('superuser', 'GET', path(system))).status).toBe(404);
    const log = { params: { message: 'x' } };
    const statuses = async (id: string) => {
      const answers = NAMES.map((name) => as(name, 'POST', `/api/actions/connector/${id}/_execute`, log));
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await statuses('siren')).toEqual([403, 200, 403, 200, 200]);
    expect(await statuses('pager')).toEqual([200, 200, 200, 200, 200]);
  });
});

describe('exports and imports', () => {
  const exported = async (name: string, id: string) =>
    as(name, 'POST', '/api/saved_objects/_export', { objects: [{ type: 'action', id }] });
  const over = (name: string, id: string) => {
    const attributes = { actionTypeId: '.server-log', name: 'over', config: {} };
    const sent = form(ndjson({ type: 'action', id, attributes }));
    return server.call('POST', '/api/saved_objects/_import?overwrite=true', {
      ...sent,
      as: callers[name] ?? null,
    });
  };

  it('leave out what the caller does not see, and put nothing in the place of what they may not change', async () => {
    const [hidden, gated] = [await connector('private'), await connector('gated')];
    const statuses: Record<string, number[]> = {};
    for (const name of NAMES)
      statuses[name] = [(await exported(name, hidden)).status, (await exported(name, gated)).status];
    expect(statuses).toEqual({
      ada: [200, 200],
      bob: [200, 200],
      cleo: [400, 200],
      dora: [400, 200],
      superuser: [200, 200],
    });
    const all = await as('cleo', 'POST', '/api/saved_objects/_export', { type: 'action' });
    expect(all.body).toContain(`"${gated}"`);
    expect(all.body).not.toContain(`"${hidden}"`);

    expect((await over('bob', gated)).body.errors[0].error).toEqual({
      type: 'unknown',
      message: `Unauthorized to edit connector ${gated}`,
      statusCode: 403,
    });
    expect((await over('cleo', hidden)).body.errors[0].error).toEqual({ type: 'conflict' });
    expect((await over('cleo', gated)).body).toMatchObject({ success: true });
    expect((await over('ada', hidden)).body).toMatchObject({ success: true });
    // Whose it is, and for whom, stays.
    expect((await as('bob', 'GET', `/api/actions/connector/${hidden}`)).body.name).toBe('over');
    expect((await as('cleo', 'GET', `/api/actions/connector/${hidden}`)).status).toBe(404);
  });

  it('make what they make whoever imports it’s own', async () => {
    const attributes = { actionTypeId: '.server-log', name: 'of Bob', config: {} };
    const sent = form(ndjson({ type: 'action', id: 'of-bob', attributes }));
    await server.call('POST', '/api/saved_objects/_import', { ...sent, as: callers.bob ?? null });
    const manage = async (name: string) =>
      (await as(name, 'GET', '/api/patchbay/connectors/of-bob/access')).body.permissions.manage;
    expect([await manage('bob'), await manage('cleo')]).toEqual([true, false]);
  });
});

describe('what was enqueued before', () => {
  it('is delivered when the right to run the connector is taken away meanwhile', async () => {
    const id = await connector('open');
    const { body } = await as('cleo', 'POST', '/api/patchbay/deliveries', {
      connector_id: id,
      params: { body: 'accepted' },
      run_at: new Date(Date.now() + 300).toISOString(),
    });
    await as('ada', 'PUT', `/api/patchbay/connectors/${id}/access`, { use: {} });
    expect((await as('cleo', 'POST', `/api/actions/connector/${id}/_execute`, run)).status).toBe(403);
    await vi.waitFor(
      async () => {
        const { state } = (await as('ada', 'GET', `/api/patchbay/deliveries/${body.id}`)).body;
        expect(state).toBe('delivered');
      },
      { timeout: 5000 },
    );
  });
});

it('a start is refused that names a preconfigured connector which is not there', async () => {
  const settings = { 'patchbay.connectorAccess': { lost: { use: { users: ['ada'] } } } };
  await expect(testServer({ settings })).rejects.toThrow(
    'patchbay.connectorAccess.lost: there is no preconfigured connector of this id',
  );
});

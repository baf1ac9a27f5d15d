import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

const START = '2026-01-04T00:00:00.000Z';

let now = new Date(START);
const server = await testServer({ now: () => now });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  now = new Date(START);
});

const NONE = { id: 'none', name: 'none', type: '.none', fields: null };
const CASE = {
  title: 'Disk is full',
  description: 'On host-1',
  tags: ['disk'],
  connector: NONE,
  settings: { syncAlerts: false },
  owner: 'cases',
};

const post = (body: object = {}, more: object = {}) =>
  call('POST', '/api/cases', { body: { ...CASE, ...body }, ...more });
const made = async (body: object = {}) => (await post(body)).body;
const patch = (...cases: object[]) => call('PATCH', '/api/cases', { body: { cases } });
const message = async (answer: ReturnType<typeof call>) => {
  const { status, body } = await answer;
  return [status, body.message];
};

describe('POST /api/cases', () => {
  it('answers with the case', async () => {
    const { status, body } = await post({
      title: ' Disk is full ',
      assignees: [{ uid: 'u1' }],
      category: 'Net',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      version: 'WzEsMV0=',
      incremental_id: expect.any(Number),
      owner: 'cases',
      title: 'Disk is full',
      description: 'On host-1',
      tags: ['disk'],
      status: 'open',
      severity: 'low',
      category: 'Net',
      connector: NONE,
      settings: { syncAlerts: false },
      assignees: [{ uid: 'u1' }],
      customFields: [],
      observables: [],
      created_at: START,
      created_by: { username: 'elastic', full_name: null, email: null, profile_uid: expect.any(String) },
      updated_at: null,
      updated_by: null,
      closed_at: null,
      closed_by: null,
      in_progress_at: null,
      duration: null,
      time_to_acknowledge: null,
      time_to_investigate: null,
      time_to_resolve: null,
      external_service: null,
      totalComment: 0,
      totalAlerts: 0,
      totalEvents: 0,
      comments: [],
    });
  });

  const failed = (text: string) => `Failed to create case: Error: ${text}`;

  it.each<[object, string]>([
    [{ title: ' ' }, failed('The title field cannot be an empty string.')],
    [{ title: 'x'.repeat(161) }, failed('The length of the title is too long. The maximum length is 160.')],
    [{ description: '' }, failed('The description field cannot be an empty string.')],
    [
      { description: 'x'.repeat(30_001) },
      failed('The length of the description is too long. The maximum length is 30000.'),
    ],
    [
      { tags: Array(201).fill('x') },
      failed('The length of the field tags is too long. Array must be of length <= 200.'),
    ],
    [{ tags: [''] }, failed('The tag field cannot be an empty string.')],
    [{ tags: ['x'.repeat(257)] }, failed('The length of the tag is too long. The maximum length is 256.')],
    [{ category: '' }, failed('The category field cannot be an empty string.')],
    [
      { category: 'x'.repeat(51) },
      failed('The length of the category is too long. The maximum length is 50.'),
    ],
    [
      { assignees: Array(11).fill({ uid: 'u' }) },
      failed('The length of the field assignees is too long. Array must be of length <= 10.'),
    ],
    [
      { assignees: [{ uid: 'x'.repeat(257) }] },
      failed('The length of the uid is too long. The maximum length is 256.'),
    ],
    [
      { customFields: Array(11).fill({ key: 'a', type: 'text', value: 'x' }) },
      failed('The length of the field customFields is too long. Array must be of length <= 10.'),
    ],
    [
      { customFields: [{ key: 'a', type: 'number', value: 1.5 }] },
      failed('The value field should be an integer between -(2^53 - 1) and 2^53 - 1, inclusive.'),
    ],
    [{ customFields: [{ key: 'a', type: 'text', value: 'x' }] }, failed('Invalid custom field keys: a')],
    [{ title: undefined }, '[request body.title]: expected value of type [string] but got [undefined]'],
    [{ other: 1 }, "[request body.other]: Additional properties are not allowed ('other' was unexpected)"],
  ])('refuses %j', async (body, expected) => {
    expect(await message(post(body))).toEqual([400, expected]);
  });

  it('refuses assignees without the licence', async () => {
    await using gold = await testServer({ settings: { 'patchbay.license': 'gold' } });
    const { id, version } = (await gold.call('POST', '/api/cases', { body: CASE })).body;
    const assignees = [{ uid: 'u1' }];
    const text = 'In order to assign users to cases, you must be subscribed to an Elastic Platinum license';
    expect(await message(gold.call('POST', '/api/cases', { body: { ...CASE, assignees } }))).toEqual([
      403,
      failed(text),
    ]);
    const body = { cases: [{ id, version, assignees }] };
    const [status, said] = await message(gold.call('PATCH', '/api/cases', { body }));
    expect([status, said]).toEqual([
      403,
      `Failed to update case, ids: [{"id":"${id}","version":"${version}"}]: Error: ${text}, ids: [${id}]`,
    ]);
  });
});

describe('PATCH /api/cases', () => {
  it('changes fields and tells so', async () => {
    const { id, version } = await made();
    now = new Date('2026-01-04T00:01:00.000Z');
    const { status, body } = await patch({ id, version, title: 'New', tags: ['a'], severity: 'high' });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      {
        id,
        version: 'WzIsMV0=',
        title: 'New',
        tags: ['a'],
        severity: 'high',
        updated_at: '2026-01-04T00:01:00.000Z',
        updated_by: { username: 'elastic' },
      },
    ]);
    const { body: actions } = await call('GET', `/api/cases/${id}/user_actions/_find`);
    expect(
      actions.userActions.map(({ type, action, payload }: Record<string, unknown>) => [
        type,
        action,
        payload,
      ]),
    ).toEqual([
      [
        'create_case',
        'create',
        { ...CASE, severity: 'low', category: null, assignees: [], customFields: [], status: 'open' },
      ],
      ['title', 'update', { title: 'New' }],
      ['tags', 'add', { tags: ['a'] }],
      ['tags', 'delete', { tags: ['disk'] }],
      ['severity', 'update', { severity: 'high' }],
    ]);
    expect(actions).toMatchObject({ page: 1, perPage: 20, total: 5 });
  });

  it('tells how long a case was worked on', async () => {
    const { id, version } = await made();
    now = new Date('2026-01-04T00:00:10.000Z');
    const [working] = (await patch({ id, version, status: 'in-progress' })).body;
    expect(working).toMatchObject({
      in_progress_at: now.toISOString(),
      time_to_acknowledge: 10,
      duration: null,
    });
    now = new Date('2026-01-04T00:01:00.000Z');
    const [closed] = (await patch({ id, version: working.version, status: 'closed' })).body;
    expect(closed).toMatchObject({
      closed_at: now.toISOString(),
      closed_by: { username: 'elastic' },
      duration: 60,
      time_to_investigate: 50,
      time_to_resolve: 60,
    });
    const [open] = (await patch({ id, version: closed.version, status: 'open' })).body;
    expect(open).toMatchObject({ closed_at: null, closed_by: null, duration: null, in_progress_at: null });
  });

  const failed = ({ id, version }: { id: string; version: string }, text: string) =>
    `Failed to update case, ids: ${JSON.stringify([{ id, version }])}: Error: ${text}`;

  it('refuses what cannot be, in this order: existence, version, no change, owner', async () => {
    const { id, version } = await made();
    const unknown = { id: 'x', version };
    expect(await message(patch({ ...unknown, owner: 'me' }))).toEqual([
      404,
      failed(unknown, 'These cases x do not exist. Please check you have the correct ids.'),
    ]);
    const stale = { id, version: 'WzksMV0=' };
    expect(await message(patch({ ...stale, owner: 'me' }))).toEqual([
      409,
      failed(stale, `These cases ${id} have been updated. Please refresh before saving additional updates.`),
    ]);
    expect(await message(patch({ id, version, title: CASE.title, owner: 'me' }))).toEqual([
      406,
      failed({ id, version }, 'All update fields are identical to current version.'),
    ]);
    expect(await message(patch({ id, version, title: 'New', owner: 'observability' }))).toEqual([
      400,
      failed({ id, version }, `Updating the owner of a case is not allowed ids: [${id}]`),
    ]);
    expect(await message(patch({ id, version, title: '' }))).toEqual([
      400,
      failed({ id, version }, 'The title field cannot be an empty string.'),
    ]);
  });

  it('refuses none and more than 100', async () => {
    const text = 'The length of the field cases is too short. Array must be of length >= 1.';
    expect(await message(patch())).toEqual([400, `Failed to update case, ids: []: Error: ${text}`]);
    const [status, said] = await message(patch(...Array(101).fill({ id: 'x', version: 'y', title: 'z' })));
    expect(status).toBe(400);
    expect(said).toMatch(
      /Error: The length of the field cases is too long\. Array must be of length <= 100\.$/,
    );
  });

  it('changes all or none', async () => {
    const [one, two] = [await made(), await made()];
    const { status } = await patch(
      { id: one.id, version: one.version, title: 'New' },
      { id: two.id, version: 'other', title: 'New' },
    );
    expect(status).toBe(409);
    expect((await call('GET', `/api/cases/${one.id}`)).body.title).toBe(CASE.title);
  });

  it('is one’s who was first', async () => {
    const { id, version } = await made();
    const answers = await Promise.all(['a', 'b', 'c'].map((title) => patch({ id, version, title })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });
});

describe('GET /api/cases/{id} and DELETE', () => {
  it('answer 404 for what is not there, in this space', async () => {
    const { id } = await made();
    await call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
    const text = `Failed to get case id: ${id}: Error: Saved object [cases/${id}] not found`;
    expect(await message(call('GET', `/s/other/api/cases/${id}`))).toEqual([404, text]);
    expect(await message(call('GET', `/s/nowhere/api/cases/${id}`))).toEqual([
      404,
      'Saved object [space/nowhere] not found',
    ]);
  });

  it('deletes all that are named, or none', async () => {
    const [one, two] = [await made(), await made()];
    const remove = (...ids: string[]) =>
      call('DELETE', `/api/cases?ids=${encodeURIComponent(JSON.stringify(ids))}`);
    expect(await message(remove(one.id, 'x'))).toEqual([
      404,
      `Failed to delete cases ids: ["${one.id}","x"]: Error: Saved object [cases/x] not found`,
    ]);
    expect((await remove(one.id, two.id)).status).toBe(204);
    expect((await call('GET', `/api/cases/${one.id}`)).status).toBe(404);
    expect((await remove()).body.message).toMatch(/The length of the field ids is too short/);
    expect((await remove(...Array(101).fill('x'))).body.message).toMatch(
      /The length of the field ids is too long/,
    );
    expect((await call('DELETE', `/api/cases?ids=${(await made()).id}`)).status).toBe(204);
  });

  it('gets several at once, and says which are not there', async () => {
    const { id } = await made();
    const { body } = await call('POST', '/internal/cases/_bulk_get', { body: { ids: [id, 'x'] } });
    expect(body).toMatchObject({
      cases: [{ id }],
      errors: [{ caseId: 'x', error: 'Not Found', message: 'Saved object [cases/x] not found', status: 404 }],
    });
  });

  it('leaves comments out where nobody asks for them', async () => {
    const { id } = await made();
    expect((await call('GET', `/api/cases/${id}`)).body.comments).toEqual([]);
    expect((await call('GET', `/api/cases/${id}?includeComments=false`)).body).not.toHaveProperty('comments');
  });
});

describe('GET /api/cases/_find', async () => {
  await call('POST', '/api/spaces/space', { body: { id: 'found', name: 'Found' } });
  const add = async (body: object) =>
    (await call('POST', '/s/found/api/cases', { body: { ...CASE, ...body } })).body;
  now = new Date('2026-01-01T00:00:00.000Z');
  await add({ title: 'First', tags: ['a'] });
  now = new Date('2026-01-02T00:00:00.000Z');
  await add({ title: 'Second', severity: 'high', tags: ['a', 'b'], owner: 'observability', category: 'Net' });
  now = new Date('2026-01-03T00:00:00.000Z');
  const third = await add({ title: 'Third', assignees: [{ uid: 'u1' }] });
  const closed = { cases: [{ id: third.id, version: third.version, status: 'closed' }] };
  await call('PATCH', '/s/found/api/cases', { body: closed });

  const find = (query: string) => call('GET', `/s/found/api/cases/_find?${query}`);

  it.each<[string, string[]]>([
    ['', ['Third', 'Second', 'First']],
    ['sortOrder=asc', ['First', 'Second', 'Third']],
    ['sortField=severity', ['Second', 'Third', 'First']],
    ['owner=observability', ['Second']],
    ['owner=observability&owner=cases&tags=a&sortOrder=asc', ['First', 'Second']],
    ['status=open&status=in-progress', ['Second', 'First']],
    ['severity=high', ['Second']],
    ['category=Net', ['Second']],
    ['assignees=u1', ['Third']],
    ['assignees=none', ['Second', 'First']],
    ['reporters=elastic&reporters=x', ['Third', 'Second', 'First']],
    ['reporters=nobody', []],
    ['search=first%20third', ['Third', 'First']],
    ['search=first%20third&defaultSearchOperator=AND', []],
    ['search=host&searchFields=title', []],
    ['search=2&searchFields=incremental_id.text', ['Second']],
    ['from=2026-01-02&to=2026-01-02T12:00:00.000Z', ['Second']],
    ['from=now-2d', ['Third', 'Second']],
    ['perPage=1&page=2', ['Second']],
  ])('%s', async (query, expected) => {
    const { status, body } = await find(query);
    expect(status).toBe(200);
    expect(body.cases.map(({ title }: { title: string }) => title)).toEqual(expected);
  });

  it('counts', async () => {
    expect((await find('status=closed&perPage=5')).body).toMatchObject({
      page: 1,
      per_page: 5,
      total: 1,
      count_open_cases: 2,
      count_in_progress_cases: 0,
      count_closed_cases: 1,
    });
  });

  it.each<[string, string]>([
    [
      'perPage=101',
      'Failed to find cases: Error: The provided perPage value is too high. The maximum allowed perPage value is 100.',
    ],
    [
      'page=101&perPage=100',
      'Failed to find cases: Error: The number of documents is too high. Paginating through more than 10000 documents is not possible.',
    ],
    ['page=0', 'Failed to find cases: Error: The page field cannot be less than 1.'],
    ['page=x', '[request query.page]: cannot parse to a number'],
    ['from=x', 'Failed to find cases: Error: Invalid "from" and/or "to" query parameters'],
    [
      Array(101).fill('tags=x').join('&'),
      'Failed to find cases: Error: The length of the field tags is too long. Array must be of length <= 100.',
    ],
    ['other=1', "[request query.other]: Additional properties are not allowed ('other' was unexpected)"],
  ])('refuses %s', async (query, expected) => {
    expect(await message(find(query))).toEqual([400, expected]);
  });

  it('shows tags and reporters', async () => {
    expect((await call('GET', '/s/found/api/cases/tags')).body).toEqual(['a', 'b', 'disk']);
    expect((await call('GET', '/s/found/api/cases/tags?owner=observability')).body).toEqual(['a', 'b']);
    expect((await call('GET', '/s/found/api/cases/reporters')).body).toMatchObject([{ username: 'elastic' }]);
  });
});

describe('privileges', async () => {
  const owner = (feature: string, privileges: string[]) => [
    { spaces: ['default'], feature: { [feature]: privileges } },
  ];
  const nobody = await addUser(server, 'nobody', [{ spaces: ['default'], feature: { actions: ['all'] } }]);
  const reader = await addUser(server, 'reads', owner('generalCases', ['read']));
  const writer = await addUser(server, 'writes', owner('generalCasesV3', ['all']));
  const minimal = await addUser(server, 'minimal', owner('generalCasesV3', ['minimal_all']));
  const former = await addUser(server, 'former', owner('generalCases', ['minimal_all']));
  const other = await addUser(server, 'other', owner('observabilityCases', ['all']));
  const base = await addUser(server, 'base', [{ spaces: ['default'], base: ['all'] }]);
  const comment = { type: 'user', comment: 'Looking', owner: 'cases' };
  const everybody = { nobody, reader, minimal, former, writer, other, base };
  const setting = { owner: 'cases', connector: NONE, closure_type: 'close-by-user' };

  const statuses = async (attempt: (as: string) => ReturnType<typeof call>) => {
    const got: Record<string, number> = {};
    for (const [name, as] of Object.entries(everybody)) got[name] = (await attempt(as)).status;
    return got;
  };
  const allowed = (...names: string[]) =>
    Object.fromEntries(Object.keys(everybody).map((name) => [name, names.includes(name) ? 200 : 403]));

  it('decide who reads', async () => {
    const { id } = await made();
    const readers = ['reader', 'minimal', 'former', 'writer', 'base'];
    expect(await statuses((as) => call('GET', `/api/cases/${id}`, { as }))).toEqual(allowed(...readers));
    expect(await statuses((as) => call('GET', '/api/cases/_find', { as }))).toEqual(
      allowed(...readers, 'other'),
    );
    expect(await statuses((as) => call('GET', '/api/cases/tags?owner=cases', { as }))).toEqual(
      allowed(...readers),
    );
  });

  it('decide who writes', async () => {
    const writers = ['minimal', 'former', 'writer', 'base'];
    expect(await statuses((as) => post({}, { as }))).toEqual(allowed(...writers));
    const changed = async (as: string) => {
      const { id, version } = await made();
      return call('PATCH', '/api/cases', { as, body: { cases: [{ id, version, title: 'New' }] } });
    };
    expect(await statuses(changed)).toEqual(allowed(...writers));
  });

  it('decide who comments, reopens, assigns, deletes and configures, each by itself', async () => {
    const commented = async (as: string) =>
      call('POST', `/api/cases/${(await made()).id}/comments`, { as, body: comment });
    const full = ['writer', 'base'];
    expect(await statuses(commented)).toEqual(allowed('former', ...full));
    const reopened = async (as: string) => {
      const { id, version } = await made();
      const [shut] = (await patch({ id, version, status: 'closed' })).body;
      return call('PATCH', '/api/cases', {
        as,
        body: { cases: [{ id, version: shut.version, status: 'open' }] },
      });
    };
    expect(await statuses(reopened)).toEqual(allowed('former', ...full));
    const assigned = async (as: string) => {
      const { id, version } = await made();
      return call('PATCH', '/api/cases', {
        as,
        body: { cases: [{ id, version, assignees: [{ uid: 'u' }] }] },
      });
    };
    expect(await statuses(assigned)).toEqual(allowed('former', ...full));
    const configured = (as: string) => call('POST', '/api/cases/configure', { as, body: setting });
    expect(await statuses(configured)).toEqual(allowed(...full));
    const deleted = async (as: string) => {
      const answer = await call('DELETE', `/api/cases?ids=${(await made()).id}`, { as });
      return { ...answer, status: answer.status === 204 ? 200 : answer.status };
    };
    expect(await statuses(deleted)).toEqual(allowed(...full));
  });

  it('may be for reopening alone', async () => {
    const reopens = await addUser(server, 'reopens', owner('generalCasesV3', ['read', 'case_reopen']));
    const { id, version } = await made();
    const [shut] = (await patch({ id, version, status: 'closed' })).body;
    const change = { id, version: shut.version, status: 'open' };
    const attempt = (body: object) => call('PATCH', '/api/cases', { as: reopens, body: { cases: [body] } });
    expect((await attempt({ ...change, title: 'New' })).status).toBe(403);
    expect((await attempt(change)).status).toBe(200);
  });

  it('say what is missing, and hold in their spaces only', async () => {
    expect(await message(post({}, { as: reader }))).toEqual([
      403,
      'Failed to create case: Error: Unauthorized to create case with owners: "cases"',
    ]);
    expect((await call('POST', '/s/found/api/cases', { as: writer, body: CASE })).status).toBe(403);
    const { status, body } = await call('POST', '/internal/cases/_bulk_get', {
      as: other,
      body: { ids: [(await made()).id] },
    });
    expect([status, body.cases, body.errors[0].status]).toEqual([200, [], 403]);
  });

  it('let a reserved role write', async () => {
    const account = { username: 'ed', password: 'ed-password', roles: ['editor'] };
    await call('POST', '/internal/security/users/ed', { body: account });
    expect((await post({ owner: 'securitySolution' }, { as: 'ed:ed-password' })).status).toBe(200);
  });

  it('are known by name', async () => {
    const kibana = [{ spaces: ['*'], feature: { generalCasesV2: ['some'] } }];
    expect(await message(call('PUT', '/api/security/role/wrong', { body: { kibana } }))).toEqual([
      400,
      '[request body.kibana.0.feature.generalCasesV2.0]: unknown privilege "some", must be one of [all,read,minimal_all,minimal_read,create_comment,case_reopen,cases_assign,cases_delete,cases_settings]',
    ]);
  });
});

it('a space that is deleted takes its cases with it', async () => {
  const space = { id: 'gone', name: 'Gone' };
  await call('POST', '/api/spaces/space', { body: space });
  await call('POST', '/s/gone/api/cases', { body: CASE });
  expect((await call('DELETE', '/api/spaces/space/gone')).status).toBe(204);
  await call('POST', '/api/spaces/space', { body: space });
  expect((await call('GET', '/s/gone/api/cases/_find')).body.total).toBe(0);
});

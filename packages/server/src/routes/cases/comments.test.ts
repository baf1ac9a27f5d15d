import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../../testing/test-server.ts';

let now = Date.parse('2026-01-01T00:00:00.000Z');
const server = await testServer({
  now: () => {
    now += 1000;
    return new Date(now);
  },
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const CASE = {
  title: 'Disk is full',
  description: 'On host-1',
  tags: [],
  connector: { id: 'none', name: 'none', type: '.none', fields: null },
  settings: { syncAlerts: false },
  owner: 'cases',
};

const made = async (): Promise<string> => (await call('POST', '/api/cases', { body: CASE })).body.id;
const add = (id: string, body: object) =>
  call('POST', `/api/cases/${id}/comments`, { body: { owner: 'cases', ...body } });
const user = (comment: string) => ({ type: 'user', comment });
const alerts = (...ids: string[]) => ({
  type: 'alert',
  alertId: ids,
  index: ids.map(() => '.alerts-1'),
  rule: { id: 'r1', name: 'Rule' },
});
const many = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
const failed = (id: string, text: string) =>
  `Failed while adding a comment to case id: ${id} error: Error: ${text}`;

describe('POST /api/cases/{id}/comments', () => {
  it('answers with the whole case', async () => {
    const id = await made();
    await add(id, user('First'));
    const { status, body } = await add(id, alerts('a1', 'a2'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, version: 'WzMsMV0=', totalComment: 1, totalAlerts: 2 });
    expect(body.comments).toMatchObject([
      { ...user('First'), owner: 'cases', version: 'WzEsMV0=', created_by: { username: 'elastic' } },
      { ...alerts('a1', 'a2'), pushed_at: null, updated_at: null },
    ]);
    expect((await call('GET', `/api/cases/${id}`)).body).toEqual(body);
  });

  it('passes over alerts that are attached', async () => {
    const id = await made();
    await add(id, alerts('a1', 'a2'));
    const { body } = await add(id, alerts('a2', 'a3', 'a3'));
    expect([body.totalAlerts, body.comments[1].alertId]).toEqual([3, ['a3']]);
    const again = (await add(id, { ...alerts(), alertId: 'a3', index: 'i' })).body;
    expect([again.comments.length, again.version]).toEqual([2, body.version]);
    expect((await add(id, { ...alerts(), alertId: 'a4', index: 'i' })).body.comments[2].alertId).toBe('a4');
  });

  it('takes what was done to machines, and the newest forms', async () => {
    const id = await made();
    const actions = {
      type: 'actions',
      comment: 'Isolated',
      actions: { targets: [{ hostname: 'host-1', endpointId: 'e1' }], type: 'isolate' },
    };
    await add(id, actions);
    await add(id, { type: 'comment', data: { content: 'New' } });
    const { body } = await add(id, { type: 'alert', attachmentId: 'a1', metadata: { index: 'i' } });
    expect(body.comments).toMatchObject([
      actions,
      user('New'),
      { type: 'alert', alertId: 'a1', index: 'i', rule: { id: null, name: null } },
    ]);
  });

  it.each<[object, string]>([
    [user(' '), 'The comment field cannot be an empty string.'],
    [user('x'.repeat(30_001)), 'The length of the comment is too long. The maximum length is 30000.'],
    [{ ...user('x'), owner: 'observability' }, 'The owner field of the comment must match the case'],
    [
      { ...alerts('a'), index: [] },
      'Received an alert attachment with 1 ids and 0 indices: there must be one index for each id.',
    ],
    [alerts(), 'The length of the field alertId is too short. Array must be of length >= 1.'],
    [alerts(''), 'The alertId field cannot be an empty string.'],
    [alerts('x'.repeat(513)), 'The length of the alertId is too long. The maximum length is 512.'],
    [
      alerts(...many(1001, 'a')),
      'The length of the field alertId is too long. Array must be of length <= 1000.',
    ],
  ])('refuses %j', async (body, text) => {
    const id = await made();
    const answer = await add(id, body);
    expect([answer.status, answer.body.message]).toEqual([400, failed(id, text)]);
  });

  it('refuses more than 1000 alerts of a case', async () => {
    const id = await made();
    expect((await add(id, alerts(...many(999, 'a')))).status).toBe(200);
    const { status, body } = await add(id, alerts('b1', 'b2'));
    const text = 'Case has reached the maximum allowed number (1000) of attached alerts.';
    expect([status, body.message]).toEqual([400, failed(id, text)]);
    expect((await add(id, alerts('b1'))).status).toBe(200);
  });

  it('refuses what nobody has registered, and cases that are not there', async () => {
    const id = await made();
    const external = { type: 'externalReference', externalReferenceAttachmentTypeId: '.files', more: 1 };
    expect((await add(id, external)).body).toMatchObject({
      statusCode: 400,
      message: 'Attachment type .files is not registered.',
    });
    expect((await add('x', user('a'))).body).toMatchObject({
      statusCode: 404,
      message: failed('x', 'Saved object [cases/x] not found'),
    });
  });

  it('loses none of those that are added at once', async () => {
    const id = await made();
    const answers = await Promise.all([add(id, user('a')), add(id, user('b')), add(id, alerts('a1'))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await call('GET', `/api/cases/${id}`);
    expect([body.totalComment, body.totalAlerts, body.comments.length]).toEqual([2, 1, 3]);
  });
});

describe('the other routes of comments', () => {
  it('change a comment at its version', async () => {
    const id = await made();
    const [comment] = (await add(id, user('Frist'))).body.comments;
    const change = (body: object) =>
      call('PATCH', `/api/cases/${id}/comments`, {
        body: { id: comment.id, version: comment.version, owner: 'cases', ...body },
      });
    const { status, body } = await change(user('First'));
    expect([status, body.comments]).toMatchObject([
      200,
      [{ id: comment.id, comment: 'First', version: 'WzIsMV0=', updated_by: { username: 'elastic' } }],
    ]);
    const refusal = async (more: object) => {
      const answer = await change(more);
      return [answer.status, answer.body.message.split(': Error: ')[1]];
    };
    expect(await refusal(user('x'))).toEqual([
      409,
      'This comment has been updated. Please refresh before saving additional updates.',
    ]);
    expect(await refusal({ ...user('x'), id: 'x' })).toEqual([404, 'This comment x does not exist anymore.']);
    expect(await refusal(alerts('a'))).toEqual([400, 'You cannot change the type of the comment.']);
    expect(await refusal({ ...user('x'), owner: 'observability' })).toEqual([
      400,
      'You cannot change the owner of the comment.',
    ]);
  });

  it('find, get and delete comments', async () => {
    const id = await made();
    for (const comment of ['a', 'b', 'c']) await add(id, user(comment));
    await add(id, alerts('a1'));
    const { body } = await call('GET', `/api/cases/${id}/comments/_find?perPage=2&sortOrder=desc`);
    expect(body).toMatchObject({
      page: 1,
      per_page: 2,
      total: 3,
      comments: [{ comment: 'c' }, { comment: 'b' }],
    });
    const [last] = body.comments;
    const path = `/api/cases/${id}/comments/${last.id}`;
    expect((await call('GET', path)).body).toEqual(last);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('GET', `/api/cases/${id}`)).body).toMatchObject({ totalComment: 2, totalAlerts: 1 });
    expect((await call('DELETE', `/api/cases/${id}/comments`)).status).toBe(204);
    expect((await call('GET', `/api/cases/${id}`)).body).toMatchObject({
      totalComment: 0,
      totalAlerts: 0,
      comments: [],
    });
    expect((await call('DELETE', `/api/cases/${id}/comments`)).status).toBe(404);
    expect((await add(id, alerts('a1'))).body.totalAlerts).toBe(1);
  });

  it('attach several at once, and get several', async () => {
    const id = await made();
    const owned = (body: object) => ({ owner: 'cases', ...body });
    const path = `/internal/cases/${id}/attachments`;
    const list = [owned(user('a')), owned(alerts('a1')), owned(user('b'))];
    const { body } = await call('POST', `${path}/_bulk_create`, { body: list });
    expect(body.comments).toMatchObject(list);
    const ids = [body.comments[2].id, 'x'];
    expect((await call('POST', `${path}/_bulk_get`, { body: { ids } })).body).toEqual({
      attachments: [body.comments[2]],
      errors: [
        {
          savedObjectId: 'x',
          error: 'Not Found',
          message: 'Saved object [cases-comments/x] not found',
          status: 404,
        },
      ],
    });
    const tooMany = await call('POST', `${path}/_bulk_create`, { body: Array(101).fill(owned(user('a'))) });
    expect([tooMany.status, tooMany.body.message]).toEqual([
      400,
      failed(id, 'The length of the field attachments is too long. Array must be of length <= 100.'),
    ]);
  });

  it('show the alerts of a case and the cases of an alert', async () => {
    const [one, two] = [await made(), await made()];
    await add(one, alerts('shared', 'own'));
    await add(two, alerts('shared'));
    expect((await call('GET', `/api/cases/${one}/alerts`)).body).toEqual([
      { id: 'own', index: '.alerts-1', attached_at: expect.any(String) },
      { id: 'shared', index: '.alerts-1', attached_at: expect.any(String) },
    ]);
    const { body } = await call('GET', '/api/cases/alerts/shared');
    expect(body).toMatchObject([
      { id: one, title: CASE.title, status: 'open', totals: { alerts: 2, userComments: 0 } },
      { id: two, totals: { alerts: 1, userComments: 0 } },
    ]);
    expect((await call('GET', '/api/cases/alerts/shared?owner=observability')).body).toEqual([]);
  });

  it('write down what was done', async () => {
    const id = await made();
    const [comment] = (await add(id, user('a'))).body.comments;
    await call('DELETE', `/api/cases/${id}/comments/${comment.id}`);
    const path = `/api/cases/${id}/user_actions/_find?types=comment&sortOrder=desc&perPage=1`;
    expect((await call('GET', path)).body).toMatchObject({
      total: 2,
      userActions: [
        { type: 'comment', action: 'delete', comment_id: comment.id, created_by: { username: 'elastic' } },
      ],
    });
  });
});

import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

let now = Date.parse('2026-01-01T00:00:00.000Z');
let isAway = false;
let issues = 0;

const AT = '2026-01-01T00:00:00.000+0000';

const json = (value: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** Jira, as far as a push needs it. */
const jira = await standIn(({ method, url, headers }) => {
  if (headers.authorization !== `Basic ${Buffer.from('a@b.c:t0ken').toString('base64')}`)
    return { status: 401 };
  if (isAway) return json({ errorMessages: ['Jira is away'] }, 503);
  if (method === 'POST' && url === '/rest/api/2/issue') {
    issues += 1;
    return json({ id: `${issues}`, key: `OPS-${issues}` });
  }
  if (url.endsWith('/comment')) return json({ id: '1', created: AT });
  if (method === 'PUT') return { status: 204 };
  return json({ id: '1', key: 'OPS-1', fields: { summary: 's', created: AT, updated: AT } });
});
const server = await testServer({
  settings: { 'server.publicBaseUrl': 'https://patchbay.example.com' },
  now: () => {
    now += 1000;
    return new Date(now);
  },
});
const { call } = server;
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await jira[Symbol.asyncDispose]();
});

await call('POST', '/api/actions/connector/jira', {
  body: {
    name: 'Jira',
    connector_type_id: '.jira',
    config: { apiUrl: jira.url, projectKey: 'OPS' },
    secrets: { email: 'a@b.c', apiToken: 't0ken' },
  },
});
await call('POST', '/api/actions/connector/log', { body: { name: 'Log', connector_type_id: '.server-log' } });

const CASE = {
  title: 'Disk is full',
  description: 'On host-1',
  tags: ['full disk'],
  connector: {
    id: 'jira',
    name: 'Jira',
    type: '.jira',
    fields: { issueType: '10006', priority: 'High', parent: null },
  },
  settings: { syncAlerts: false },
  owner: 'cases',
};

const made = async (): Promise<string> => (await call('POST', '/api/cases', { body: CASE })).body.id;
const push = (id: string, connector = 'jira', as = 'elastic:changeme') =>
  call('POST', `/api/cases/${id}/connector/${connector}/_push`, { as, body: {} });
const comment = (id: string, body: object) =>
  call('POST', `/api/cases/${id}/comments`, { body: { owner: 'cases', ...body } });

const sent = () =>
  jira.received
    .filter(({ method }) => method !== 'GET')
    .map(({ method, url, body }) => ({ method, url, body: JSON.parse(body) }));

beforeEach(() => {
  isAway = false;
  issues = 0;
  jira.received.length = 0;
});

describe('POST /api/cases/{id}/connector/{id}/_push', () => {
  it('makes an issue of a case, with its comments, and a word about its alerts', async () => {
    const id = await made();
    const url = `https://patchbay.example.com/app/management/insightsAndAlerting/cases/${id}`;
    await comment(id, { type: 'user', comment: 'Looking' });
    await comment(id, {
      type: 'alert',
      alertId: ['a1', 'a2'],
      index: ['i', 'i'],
      rule: { id: null, name: null },
    });
    const { status, body } = await push(id);
    expect(status).toBe(200);
    expect(sent()).toEqual([
      {
        method: 'POST',
        url: '/rest/api/2/issue',
        body: {
          fields: {
            summary: 'Disk is full',
            description: `On host-1\n\nAdded by elastic.\n\nThe case: ${url}`,
            issuetype: { id: '10006' },
            priority: { name: 'High' },
            labels: ['full_disk'],
            project: { key: 'OPS' },
          },
        },
      },
      {
        method: 'POST',
        url: '/rest/api/2/issue/1/comment',
        body: { body: 'Looking\n\nAdded by elastic.' },
      },
      {
        method: 'POST',
        url: '/rest/api/2/issue/1/comment',
        body: { body: `Elastic Alerts attached to the case: 2\n\nThe case: ${url}` },
      },
    ]);
    expect(body.external_service).toEqual({
      connector_id: 'jira',
      connector_name: 'Jira',
      external_id: '1',
      external_title: 'OPS-1',
      external_url: `${jira.url}/browse/OPS-1`,
      pushed_at: expect.any(String),
      pushed_by: body.created_by,
    });
    expect(body.status).toBe('open');
    for (const { pushed_at, pushed_by } of body.comments) {
      expect([pushed_at, pushed_by]).toEqual([body.external_service.pushed_at, body.created_by]);
    }
    expect((await call('GET', `/api/cases/${id}`)).body).toEqual(body);
    const actions = await call('GET', `/api/cases/${id}/user_actions/_find?types=pushed`);
    expect(actions.body.userActions).toMatchObject([
      { action: 'push_to_service', payload: { externalService: body.external_service } },
    ]);
  });

  it('changes the issue the next time, with what was said since', async () => {
    const id = await made();
    await comment(id, { type: 'user', comment: 'First' });
    await comment(id, { type: 'alert', alertId: 'a1', index: 'i', rule: { id: null, name: null } });
    await push(id);
    jira.received.length = 0;
    await comment(id, { type: 'user', comment: 'Second' });
    await push(id);
    expect(sent()).toMatchObject([
      { method: 'PUT', url: '/rest/api/2/issue/1', body: { fields: { summary: 'Disk is full' } } },
      { url: '/rest/api/2/issue/1/comment', body: { body: 'Second\n\nAdded by elastic.' } },
    ]);
    expect(sent()).toHaveLength(2);
  });

  it('answers 424 where the service fails, and has done nothing', async () => {
    const id = await made();
    isAway = true;
    const { status, body } = await push(id);
    expect([status, body.error]).toEqual([424, 'Failed Dependency']);
    expect(body.message).toMatch(
      /^Failed to push case: Error: \[Action\]\[Jira\]: Unable to create incident\..*Jira is away/,
    );
    expect((await call('GET', `/api/cases/${id}`)).body).toMatchObject({
      external_service: null,
      version: 'WzEsMV0=',
    });
  });

  it.each([
    ['nothing', 404, 'Saved object [action/nothing] not found'],
    ['log', 400, 'Cases cannot be pushed by connectors of the type .server-log'],
  ])('refuses the connector %s', async (connector, status, text) => {
    const answer = await push(await made(), connector);
    expect([answer.status, answer.body.message]).toEqual([status, `Failed to push case: Error: ${text}`]);
  });

  it('takes the right to push, and to run connectors', async () => {
    const cases = { generalCases: ['all'] };
    const spaces = ['default'];
    const pushes = await addUser(server, 'pushes', [{ spaces, feature: { ...cases, actions: ['read'] } }]);
    const noRuns = await addUser(server, 'no-runs', [{ spaces, feature: cases }]);
    const reads = await addUser(server, 'reads', [
      { spaces, feature: { generalCases: ['read'], actions: ['all'] } },
    ]);
    const id = await made();
    const text = 'Failed to push case: Error: Unauthorized to';
    expect((await push(id, 'jira', reads)).body.message).toBe(`${text} push case with owners: "cases"`);
    expect((await push(id, 'jira', noRuns)).body.message).toBe(`${text} execute actions`);
    expect(sent()).toEqual([]);
    expect((await push(id, 'jira', pushes)).body.external_service.pushed_by.username).toBe('pushes');
  });

  it('closes the case where it is configured so', async () => {
    const body = { owner: 'cases', connector: CASE.connector, closure_type: 'close-by-pushing' };
    await call('POST', '/api/cases/configure', { body });
    const id = await made();
    const pushed = (await push(id)).body;
    expect(pushed).toMatchObject({ status: 'closed', closed_by: { username: 'elastic' } });
    const { userActions } = (await call('GET', `/api/cases/${id}/user_actions/_find`)).body;
    expect(userActions.map(({ type }: { type: string }) => type)).toEqual([
      'create_case',
      'pushed',
      'status',
    ]);
  });
});

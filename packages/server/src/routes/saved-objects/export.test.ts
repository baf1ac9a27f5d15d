import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { form, ndjson } from '../../testing/form.ts';
import { plain } from '../../testing/made-up-types.ts';
import { temporaryFolder, testServer, withBuiltIn } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

const server = await testServer({
  settings: {
    'xpack.actions.preconfigured': {
      fixed: { name: 'Fixed', actionTypeId: '.server-log', config: {}, secrets: {} },
    },
  },
  now: () => new Date('2026-03-01T10:00:00.000Z'),
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const EXPORT = '/api/saved_objects/_export';
const hook = (id: string, name: string, config: object = {}, secrets: object = {}) =>
  call('POST', `/s/team/api/actions/connector/${id}`, {
    body: {
      name,
      connector_type_id: '.webhook',
      config: { url: 'https://hook.example', ...config },
      secrets,
    },
  });

beforeAll(async () => {
  await call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
  await call('POST', '/s/team/api/actions/connector/chat', {
    body: {
      name: 'Team chat',
      connector_type_id: '.slack',
      secrets: { webhookUrl: 'https://hooks.slack.com/canary' },
    },
  });
  await hook('closed', 'With auth', { hasAuth: true }, { user: 'u', password: 'canary' });
  await hook('open', 'Without auth', { hasAuth: false });
});

const exported = async (body: object, path = `/s/team${EXPORT}`) => {
  const answer = await call('POST', path, { body });
  expect([answer.status, answer.body.message]).toEqual([200, undefined]);
  return String(answer.body)
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('POST /api/saved_objects/_export', () => {
  it('writes a line a connector, its keys in order and its secrets out of it, and what it is', async () => {
    const { status, headers, body } = await call('POST', `/s/team${EXPORT}`, { body: { type: 'action' } });
    expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      200,
      'application/ndjson',
      'attachment; filename="export.ndjson"',
    ]);
    expect(body).not.toContain('canary');
    const lines = body.split('\n');
    expect(lines[0]).toBe(
      '{"attributes":{"actionTypeId":".slack","authMode":"shared","config":{},"isMissingSecrets":true,"name":"Team chat","secrets":{}},' +
        '"coreMigrationVersion":"8.8.0","created_at":"2026-03-01T10:00:00.000Z","id":"chat","managed":false,"references":[],"type":"action",' +
        '"typeMigrationVersion":"8.3.0","updated_at":"2026-03-01T10:00:00.000Z","version":"WzEsMV0="}',
    );
    expect(lines.at(-1)).toBe(
      '{"excludedObjects":[],"excludedObjectsCount":0,"exportedCount":3,"missingRefCount":0,"missingReferences":[]}',
    );
  });

  it('marks what its type cannot do without, and what says that it has auth', async () => {
    const objects = await exported({ type: ['action'], excludeExportDetails: true });
    expect(objects.map(({ id, attributes }) => [id, attributes.isMissingSecrets])).toEqual([
      ['chat', true],
      ['closed', true],
      ['open', false],
    ]);
  });

  it.each([
    { asked: { objects: [{ type: 'action', id: 'open' }] }, ids: ['open'] },
    { asked: { type: 'action', search: 'AUTH' }, ids: ['closed', 'open'] },
    { asked: { type: 'action', search: 'chat witho*' }, ids: ['chat', 'open'] },
    { asked: { type: 'action', search: 'aut' }, ids: [] },
    { asked: { type: 'action', hasReference: { type: 'tag', id: 'x' } }, ids: [] },
  ])('takes those asked for: $asked', async ({ asked, ids }) => {
    const objects = await exported({ ...asked, excludeExportDetails: true }).catch(() => []);
    expect(objects.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it('knows no connector of another space, and none that is preconfigured', async () => {
    expect(await exported({ type: 'action' }, EXPORT)).toEqual([
      {
        excludedObjects: [],
        excludedObjectsCount: 0,
        exportedCount: 0,
        missingRefCount: 0,
        missingReferences: [],
      },
    ]);
    for (const id of ['fixed', 'chat']) {
      const { status, body } = await call('POST', EXPORT, { body: { objects: [{ type: 'action', id }] } });
      expect([status, body]).toEqual([
        400,
        {
          statusCode: 400,
          error: 'Bad Request',
          message: 'Error fetching objects to export',
          attributes: {
            objects: [
              {
                type: 'action',
                id,
                error: {
                  statusCode: 404,
                  error: 'Not Found',
                  message: `Saved object [action/${id}] not found`,
                },
              },
            ],
          },
        },
      ]);
    }
  });

  const objects = [{ type: 'action', id: 'chat' }];
  it.each([
    { asked: {}, says: 'Either `type` or `objects` are required.' },
    { asked: { type: [] }, says: 'Either `type` or `objects` are required.' },
    {
      asked: { type: 'action', objects },
      says: `Can't specify both "types" and "objects" properties when exporting`,
    },
    {
      asked: { objects, search: 'x' },
      says: `Can't specify both "search" and "objects" properties when exporting`,
    },
    {
      asked: { objects, hasReference: [{ type: 'tag', id: 'x' }] },
      says: `Can't specify both "references" and "objects" properties when exporting`,
    },
    { asked: { type: ['dashboard', 'action'] }, says: 'Trying to export non-exportable type(s): dashboard' },
    {
      asked: { objects: [{ type: 'dashboard', id: 'd' }] },
      says: 'Trying to export object(s) with non-exportable types: dashboard:d',
    },
    {
      asked: { type: 'action', more: 1 },
      says: `[request body.more]: Additional properties are not allowed ('more' was unexpected)`,
    },
  ])('refuses $asked', async ({ asked, says }) => {
    const { status, body } = await call('POST', EXPORT, { body: asked });
    expect([status, body.message]).toEqual([400, says]);
  });

  it('takes the privilege to read connectors of the space', async () => {
    const reader = await addUser(server, 'reader', [{ spaces: ['team'], feature: { actions: ['read'] } }]);
    const body = { type: 'action' };
    expect((await call('POST', `/s/team${EXPORT}`, { as: reader, body })).status).toBe(200);
    const denied = await call('POST', EXPORT, { as: reader, body });
    expect([denied.status, denied.body.message]).toEqual([403, 'Unable to find action']);
    const byId = await call('POST', EXPORT, { as: reader, body: { objects } });
    expect([byId.status, byId.body.message]).toEqual([403, 'Unable to bulk_get action']);
    expect((await call('POST', `/s/nowhere${EXPORT}`, { body })).status).toBe(404);
  });

  it('takes along what a connector refers to, where it is asked for, and tells what is not there', async () => {
    const references = [
      { name: 'next', type: 'action', id: 'chat' },
      { name: 'label', type: 'tag', id: 'gone' },
    ];
    const referring = {
      type: 'action',
      id: 'referring',
      attributes: { actionTypeId: '.server-log', name: 'Referring', config: {}, isMissingSecrets: false },
      references,
    };
    const file = ndjson(referring);
    expect((await call('POST', '/s/team/api/saved_objects/_import', form(file))).body).toMatchObject({
      success: true,
    });
    const asked = { objects: [{ type: 'action', id: 'referring' }] };
    const [alone, details] = await exported(asked);
    expect([alone.references, details]).toMatchObject([references, { exportedCount: 1, missingRefCount: 0 }]);
    const deep = await exported({ ...asked, includeReferencesDeep: true });
    expect(deep.slice(0, -1).map(({ id }) => id)).toEqual(['chat', 'referring']);
    expect(deep.at(-1)).toMatchObject({
      exportedCount: 2,
      missingRefCount: 1,
      missingReferences: [{ type: 'tag', id: 'gone' }],
    });
    const hasReference = [{ type: 'action', id: 'chat' }];
    const [found] = await exported({ type: 'action', hasReference });
    expect(found.id).toBe('referring');
    const count = async () =>
      (await call('GET', '/s/team/api/actions/connectors')).body.find(
        ({ id }: { id: string }) => id === 'chat',
      ).referenced_by_count;
    expect(await count()).toBe(1);
    await call('DELETE', '/s/team/api/actions/connector/referring');
    expect(await count()).toBe(0);
  });
});

it('exports no more objects than it may', async () => {
  await using small = await testServer({ settings: { 'savedObjects.maxImportExportSize': 1 } });
  for (const id of ['a', 'b']) {
    await small.call('POST', `/api/actions/connector/${id}`, {
      body: { name: id, connector_type_id: '.server-log' },
    });
  }
  const say = async (body: object) => (await small.call('POST', EXPORT, { body })).body.message;
  expect(await say({ type: 'action' })).toBe(
    `Can't export more than 1 objects. If your server has enough memory, this limit can be increased by adjusting the "savedObjects.maxImportExportSize" setting.`,
  );
  const objects = ['a', 'b'].map((id) => ({ type: 'action', id }));
  expect(await say({ objects })).toBe("Can't export more than 1 objects");
});

it('says which connector is of a type that is not there any more', async () => {
  const dataPath = temporaryFolder();
  await using before = await testServer({ dataPath, types: withBuiltIn(plain('.gone')) });
  await before.call('POST', '/api/actions/connector/old', {
    body: { name: 'Old', connector_type_id: '.gone' },
  });
  await before.stop();
  await using after = await testServer({ dataPath });
  const { status, body } = await after.call('POST', EXPORT, { body: { type: 'action' } });
  expect([status, body.message, body.attributes]).toEqual([
    400,
    'Error transforming objects to export',
    { objects: [{ type: 'action', id: 'old' }], cause: 'Action type ".gone" is not registered.' },
  ]);
});

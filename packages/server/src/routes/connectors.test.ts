import { join } from 'node:path';
import { openSqliteStore } from '@patchbay/engine/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plain, record, system } from '../testing/made-up-types.ts';
import { temporaryFolder, testServer, withBuiltIn } from '../testing/test-server.ts';

const answerOf = (statusCode: number, message: string) => ({
  statusCode,
  error: { 400: 'Bad Request', 404: 'Not Found', 409: 'Conflict' }[statusCode],
  message,
});

const types = withBuiltIn(record, system, { ...plain('.old'), isDeprecated: true });
const server = await testServer({
  types,
  settings: { 'xpack.actions.preconfigured': { given: { name: 'Given', actionTypeId: '.server-log' } } },
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());
beforeAll(() => call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } }));

const one = (id: string) => `/api/actions/connector/${id}`;
const valid = { name: 'old', config: { unencrypted: 'seen' }, secrets: { encrypted: 'hidden' } };
const create = (id: string, body: Record<string, unknown> = { ...valid, connector_type_id: '.record' }) =>
  call('POST', one(id), { body });

describe('GET /api/actions/connector/{id}', () => {
  it('answers as the create did', async () => {
    const created = await create('got');
    const { status, body } = await call('GET', one('got'));
    expect(status).toBe(200);
    expect(body).toEqual(created.body);
    expect((await call('GET', `/s/default${one('got')}`)).body).toEqual(created.body);
  });

  it.each([
    ['an unknown one', one('unknown'), 'Saved object [action/unknown] not found'],
    ['one of another space', `/s/other${one('got')}`, 'Saved object [action/got] not found'],
    ['any in an unknown space', `/s/nowhere${one('got')}`, 'Saved object [space/nowhere] not found'],
    ['a system connector', one('system-connector-.system'), 'Connector system-connector-.system not found'],
    ['a very long id', one('x'.repeat(12_000)), `Saved object [action/${'x'.repeat(12_000)}] not found`],
    ['an odd id', one('a%2F%00%25%F0%9F%98%80'), 'Saved object [action/a/\0%😀] not found'],
    ['a name that objects have', one('__proto__'), 'Saved object [action/__proto__] not found'],
  ])('does not find %s', async (_, path, message) => {
    const { status, body } = await call('GET', path);
    expect([status, body]).toEqual([404, answerOf(404, message)]);
  });

  it('says when its type is deprecated', async () => {
    const { body } = await create('old', { name: 'x', connector_type_id: '.old' });
    expect(body).toMatchObject({ is_connector_type_deprecated: true, is_deprecated: false });
  });
});

describe('a connector that its type calls deprecated', () => {
  const serviceNow = (config: object) => ({
    name: 'x',
    config: { apiUrl: 'https://acme.service-now.com', ...config },
    secrets: { username: 'bob', password: 'secret' },
  });
  const listed = async (path: string, id: string) => {
    const { body } = await call('GET', path);
    return body.find((item: { id: string }) => item.id === id);
  };

  it.each([
    ['.servicenow', {}, true],
    ['.servicenow', { usesTableApi: true }, true],
    ['.servicenow', { usesTableApi: false }, false],
    ['.servicenow-sir', {}, true],
    ['.servicenow-sir', { usesTableApi: false }, false],
    ['.servicenow-itom', {}, false],
  ])('is so in every answer: a %s with %j: %s', async (connector_type_id, config, is_deprecated) => {
    const { status, body } = await call('POST', '/api/actions/connector', {
      body: { ...serviceNow(config), connector_type_id },
    });
    expect([status, body.is_deprecated]).toEqual([200, is_deprecated]);
    const { id } = body;
    expect((await call('GET', one(id))).body).toMatchObject({ is_deprecated });
    expect(await listed('/api/actions/connectors', id)).toMatchObject({ is_deprecated });
    expect(await listed('/internal/actions/connectors', id)).toMatchObject({ is_deprecated });
    const update = await call('PUT', one(id), { body: { ...serviceNow(config), name: 'y' } });
    expect(update.body).toMatchObject({ name: 'y', is_deprecated });
  });

  it('is so no more when it is updated to the application', async () => {
    const body = { ...serviceNow({}), connector_type_id: '.servicenow' };
    const created = await call('POST', one('aged'), { body });
    expect(created.body).toMatchObject({
      is_deprecated: true,
      is_connector_type_deprecated: false,
      config: {
        apiUrl: 'https://acme.service-now.com',
        usesTableApi: true,
        isOAuth: false,
        userIdentifierValue: null,
        clientId: null,
        jwtKeyId: null,
      },
    });
    expect(created.body).not.toHaveProperty('secrets');
    const update = await call('PUT', one('aged'), { body: serviceNow({ usesTableApi: false }) });
    expect(update.body.is_deprecated).toBe(false);
    expect((await call('GET', one('aged'))).body.is_deprecated).toBe(false);
  });
});

describe('PUT /api/actions/connector/{id}', () => {
  const update = (id: string, body: unknown) => call('PUT', one(id), { body });

  it('replaces name, config and secrets as a whole', async () => {
    const created = await create('updated', {
      ...valid,
      connector_type_id: '.record',
      config: { unencrypted: 'seen', nested: { a: 1 } },
    });
    const { status, body } = await update('updated', {
      ...valid,
      name: 'new',
      config: { unencrypted: 'new' },
    });
    expect(status).toBe(200);
    expect(body).toEqual({ ...created.body, name: 'new', config: { unencrypted: 'new' } });
    expect((await call('GET', one('updated'))).body).toEqual(body);
  });

  it.each<[unknown, string]>([
    [{}, '[request body.name]: expected value of type [string] but got [undefined]'],
    [{ ...valid, name: ' ' }, "[request body.name]: value '' is not valid"],
    [{ ...valid, config: null }, '[request body.config]: expected value of type [object] but got [null]'],
    [{ ...valid, config: { unencrypted: '' } }, "[request body.config.unencrypted]: value '' is not valid"],
    [
      { ...valid, connector_type_id: '.record' },
      "[request body.connector_type_id]: Additional properties are not allowed ('connector_type_id' was unexpected)",
    ],
    [
      { name: 'x', config: valid.config },
      'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at encrypted',
    ],
    [
      { ...valid, secrets: { encrypted: 42 } },
      'error validating connector type secrets: ✖ Invalid input: expected string, received number\n  → at encrypted',
    ],
    [
      { name: 'x', secrets: valid.secrets },
      'error validating connector type config: ✖ Invalid input: expected string, received undefined\n  → at unencrypted',
    ],
    [
      { ...valid, secrets: { encrypted: 'seen' } },
      'error validating action type connector: unencrypted must differ from encrypted',
    ],
  ])('refuses %j and changes nothing', async (body, message) => {
    await create('kept');
    const before = (await call('GET', one('kept'))).body;
    const answer = await update('kept', body);
    expect([answer.status, answer.body]).toEqual([400, answerOf(400, message)]);
    expect((await call('GET', one('kept'))).body).toEqual(before);
  });

  it.each([
    ['unknown', 404, 'Saved object [action/unknown] not found'],
    ['given', 400, 'Preconfigured action given can not be updated.'],
    ['system-connector-.system', 400, 'System action system-connector-.system can not be updated.'],
  ])('refuses the connector %s', async (id, status, message) => {
    const answer = await update(id, valid);
    expect([answer.status, answer.body]).toEqual([status, answerOf(status, message)]);
  });

  it('does not reach into another space', async () => {
    await create('here');
    const { status, body } = await call('PUT', `/s/other${one('here')}`, { body: valid });
    expect([status, body]).toEqual([404, answerOf(404, 'Saved object [action/here] not found')]);
  });

  it('ends with one of the bodies when several come at once; the others are conflicts', async () => {
    await create('raced');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => update('raced', { ...valid, name: `name ${index}` })),
    );
    const [won, lost] = [answers.filter(({ status }) => status === 200), answers.filter(isConflict)];
    expect(won.length).toBeGreaterThan(0);
    expect(won.length + lost.length).toBe(10);
    for (const { body } of lost) {
      expect(body).toEqual(answerOf(409, 'Saved object [action/raced] conflict'));
    }
    const { body } = await call('GET', one('raced'));
    expect(won.map((answer) => answer.body)).toContainEqual(body);
  });

  const isConflict = ({ status }: { status: number }) => status === 409;
});

describe('DELETE /api/actions/connector/{id}', () => {
  it('answers 204 without a body, and the connector is gone', async () => {
    await create('deleted');
    const { status, headers, body } = await call('DELETE', one('deleted'));
    expect([status, body, headers.get('content-type')]).toEqual([204, '', null]);
    expect((await call('GET', one('deleted'))).status).toBe(404);
    expect((await call('DELETE', one('deleted'))).body).toEqual(
      answerOf(404, 'Saved object [action/deleted] not found'),
    );
  });

  it('takes a content type without a body, as some clients send it', async () => {
    await create('typed');
    const { status } = await call('DELETE', one('typed'), {
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(204);
  });

  it.each([
    ['unknown', 404, 'Saved object [action/unknown] not found'],
    ['given', 400, 'Preconfigured action given is not allowed to delete.'],
    ['system-connector-.system', 400, 'System action system-connector-.system is not allowed to delete.'],
  ])('refuses the connector %s', async (id, status, message) => {
    const answer = await call('DELETE', one(id));
    expect([answer.status, answer.body]).toEqual([status, answerOf(status, message)]);
  });

  it('does not reach into another space', async () => {
    await create('mine');
    const { status, body } = await call('DELETE', `/s/other${one('mine')}`);
    expect([status, body]).toEqual([404, answerOf(404, 'Saved object [action/mine] not found')]);
    expect((await call('GET', one('mine'))).status).toBe(200);
  });
});

describe('GET /api/actions/connectors', () => {
  it('lists the stored and the preconfigured connectors of one space by name, none of the system', async () => {
    await call('POST', '/api/spaces/space', { body: { id: 'listed', name: 'Listed' } });
    for (const name of ['zebra', 'Apple', 'élan', 'mango']) {
      await call('POST', '/s/listed/api/actions/connector', {
        body: { name, connector_type_id: '.server-log' },
      });
    }
    const { status, body } = await call('GET', '/s/listed/api/actions/connectors');
    expect(status).toBe(200);
    expect(body.map(({ name }: { name: string }) => name)).toEqual([
      'Apple',
      'élan',
      'Given',
      'mango',
      'zebra',
    ]);
    expect(body[0]).toEqual({
      id: expect.any(String),
      name: 'Apple',
      config: {},
      connector_type_id: '.server-log',
      is_preconfigured: false,
      is_deprecated: false,
      is_missing_secrets: false,
      is_system_action: false,
      is_connector_type_deprecated: false,
      auth_mode: 'shared',
      referenced_by_count: 0,
    });
    expect(body[2]).toEqual({
      id: 'given',
      name: 'Given',
      connector_type_id: '.server-log',
      is_preconfigured: true,
      is_deprecated: false,
      is_system_action: false,
      is_connector_type_deprecated: false,
      auth_mode: 'shared',
      referenced_by_count: 0,
    });
  });

  it('shows what is in memory in a space without connectors, and nothing of a space that is not there', async () => {
    await call('POST', '/api/spaces/space', { body: { id: 'empty', name: 'Empty' } });
    const inEmpty = await call('GET', '/s/empty/api/actions/connectors');
    expect(inEmpty.body.map(({ id }: { id: string }) => id)).toEqual(['given']);
    const nowhere = await call('GET', '/s/nowhere/api/actions/connectors');
    expect(nowhere.body).toEqual(answerOf(404, 'Saved object [space/nowhere] not found'));
  });

  it('forgets the connectors of a space that was deleted, also when it is made again', async () => {
    const space = { id: 'passing', name: 'Passing' };
    await call('POST', '/api/spaces/space', { body: space });
    await call('POST', `/s/passing${one('gone')}`, { body: { ...valid, connector_type_id: '.record' } });
    expect((await call('GET', `/s/passing${one('gone')}`)).status).toBe(200);
    await call('DELETE', '/api/spaces/space/passing');
    expect((await call('GET', `/s/passing${one('gone')}`)).status).toBe(404);
    await call('POST', '/api/spaces/space', { body: space });
    expect((await call('GET', `/s/passing${one('gone')}`)).body).toEqual(
      answerOf(404, 'Saved object [action/gone] not found'),
    );
    expect((await create('gone')).status).toBe(200);
  });
});

describe('GET /internal/actions/connectors', () => {
  it('lists the system connectors too', async () => {
    const internal = (await call('GET', '/internal/actions/connectors')).body;
    const open = (await call('GET', '/api/actions/connectors')).body;
    const system = internal.filter(({ is_system_action: is }: { is_system_action: boolean }) => is);
    expect(internal).toHaveLength(open.length + system.length);
    expect(system.map(({ id }: { id: string }) => id).sort()).toEqual([
      'system-connector-.cases',
      'system-connector-.observability-ai-assistant',
      'system-connector-.system',
    ]);
    expect(system).toContainEqual({
      id: 'system-connector-.system',
      name: 'System action',
      connector_type_id: '.system',
      is_preconfigured: false,
      is_deprecated: false,
      is_system_action: true,
      is_connector_type_deprecated: false,
      auth_mode: 'shared',
      referenced_by_count: 0,
    });
  });
});

describe('a connector whose type is not registered any more', async () => {
  const dataPath = temporaryFolder();
  const first = await testServer({ dataPath, types });
  await first.call('POST', one('orphan'), { body: { ...valid, connector_type_id: '.record' } });
  await first.stop();
  const later = await testServer({ dataPath });
  afterAll(() => later.stop());

  it('is still shown', async () => {
    const expected = { id: 'orphan', connector_type_id: '.record', is_connector_type_deprecated: false };
    expect((await later.call('GET', one('orphan'))).body).toMatchObject(expected);
    expect((await later.call('GET', '/api/actions/connectors')).body).toMatchObject([expected]);
  });

  it.each([
    ['PUT', one('orphan'), valid],
    ['POST', `${one('orphan')}/_execute`, { params: {} }],
  ])('cannot be used: %s %s', async (method, path, body) => {
    const answer = await later.call(method, path, { body });
    expect(answer.body).toEqual(answerOf(400, 'Action type ".record" is not registered.'));
  });

  it('can be deleted', async () => {
    expect((await later.call('DELETE', one('orphan'))).status).toBe(204);
  });
});

describe('the count of references', () => {
  it('is of the saved objects of the space that refer to the connector, and 0 for preconfigured ones', async () => {
    const dataPath = temporaryFolder();
    const settings = {
      'xpack.actions.preconfigured': { given: { name: 'Given', actionTypeId: '.server-log' } },
    };
    const first = await testServer({ dataPath, settings });
    await first.call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
    for (const id of ['used', 'unused']) {
      await first.call('POST', one(id), { body: { name: id, connector_type_id: '.server-log' } });
    }
    await first.stop();
    const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
    const targets = [
      { type: 'action', id: 'used' },
      { type: 'action', id: 'given' },
    ];
    await store.references.replace('default', { type: 'alert', id: 'rule-1' }, targets);
    await store.references.replace('default', { type: 'alert', id: 'rule-2' }, targets.slice(0, 1));
    await store.references.replace('other', { type: 'alert', id: 'rule-3' }, targets);
    await store.close();

    await using second = await testServer({ dataPath, settings });
    const { body } = await second.call('GET', '/api/actions/connectors');
    const counts = body.map((item: Record<string, unknown>) => [item.id, item.referenced_by_count]);
    expect(counts).toEqual([
      ['given', 0],
      ['unused', 0],
      ['used', 2],
    ]);
    expect((await second.call('DELETE', one('used'))).status).toBe(204);
  });
});

describe('a connector without its secrets, as an import leaves it', () => {
  it('says that they are missing until it is updated', async () => {
    const dataPath = temporaryFolder();
    const first = await testServer({ dataPath, types });
    await first.call('POST', one('imported'), { body: { ...valid, connector_type_id: '.record' } });
    await first.stop();
    const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
    const stored = await store.connectors.get('default', 'imported');
    if (stored === undefined) throw new Error('the connector was not stored');
    await store.connectors.update({ ...stored, isMissingSecrets: true });
    await store.close();

    await using second = await testServer({ dataPath, types });
    expect((await second.call('GET', one('imported'))).body.is_missing_secrets).toBe(true);
    const updated = await second.call('PUT', one('imported'), { body: valid });
    expect(updated.body.is_missing_secrets).toBe(false);
    expect((await second.call('GET', one('imported'))).body.is_missing_secrets).toBe(false);
  });
});

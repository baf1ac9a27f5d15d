import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type FormFile, form, ndjson } from '../../testing/form.ts';
import { testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

let time = Date.parse('2026-03-01T10:00:00.000Z');
const server = await testServer({
  settings: {
    'savedObjects.maxImportExportSize': 20,
    'savedObjects.maxImportPayloadBytes': 20_000,
    'xpack.actions.preconfigured': {
      fixed: { name: 'Fixed', actionTypeId: '.server-log', config: {}, secrets: {} },
    },
  },
  now: () => new Date(time),
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

/** A space for each test. */
let space = 0;
let here = '';
beforeEach(async () => {
  here = `/s/s${++space}`;
  await call('POST', '/api/spaces/space', { body: { id: `s${space}`, name: 'x' } });
});

const object = (id: string, facts: Record<string, unknown> = {}) => ({
  type: 'action',
  id,
  attributes: { actionTypeId: '.server-log', name: id, config: {}, secrets: {}, isMissingSecrets: false },
  references: [],
  ...facts,
});
const incomplete = (id: string) => ({
  ...object(id),
  attributes: { actionTypeId: '.slack', name: id, config: {}, secrets: {}, isMissingSecrets: true },
});
const title = (name: string) => ({ title: `Connector: [${name}]` });
const success = (id: string, facts: object = {}) => ({
  type: 'action',
  id,
  meta: title(id),
  managed: false,
  ...facts,
});
const failure = (id: string, error: object, facts: object = {}) => ({
  type: 'action',
  id,
  title: `Connector: [${id}]`,
  meta: title(id),
  error,
  ...facts,
});
const warning = (message: string) => ({
  type: 'action_required',
  message,
  actionPath: '/app/management/insightsAndAlerting/triggersActionsConnectors',
  buttonLabel: 'Go to connectors',
});

async function load(file: FormFile, query = '', path = here) {
  const { status, body } = await call('POST', `${path}/api/saved_objects/_import${query}`, form(file));
  expect([status, body.message]).toEqual([200, undefined]);
  return body;
}
async function resolve(file: FormFile, retries: object[], query = '') {
  const path = `${here}/api/saved_objects/_resolve_import_errors${query}`;
  const { status, body } = await call('POST', path, form(file, { retries: JSON.stringify(retries) }));
  expect([status, body.message]).toEqual([200, undefined]);
  return body;
}
const list = async (path = here) =>
  (await call('GET', `${path}/api/actions/connectors`)).body.filter(
    (each: { is_preconfigured: boolean }) => !each.is_preconfigured,
  );
const ids = async (path = here) => (await list(path)).map(({ id }: { id: string }) => id);
/** Ids are one space's: a test that says one by name takes another than all others. */
const named = (name: string) => `${name}-${space}`;

describe('POST /api/saved_objects/_import', () => {
  it('makes the connectors of a file, and tells which are incomplete', async () => {
    const [a, b] = [named('a'), named('b')];
    expect(await load(ndjson(object(a), incomplete(b), { exportedCount: 2 }))).toEqual({
      success: true,
      successCount: 2,
      successResults: [success(a), success(b)],
      warnings: [warning('1 connector has sensitive information that require updates.')],
    });
    expect(await list()).toMatchObject([
      { id: a, connector_type_id: '.server-log', is_missing_secrets: false, auth_mode: 'shared' },
      { id: b, connector_type_id: '.slack', is_missing_secrets: true },
    ]);
    const two = await load(ndjson(incomplete(named('c')), incomplete(named('d'))));
    expect(two.warnings).toEqual([warning('2 connectors have sensitive information that require updates.')]);
    expect((await load(ndjson())).successCount).toBe(0);
  });

  it('makes nothing while a conflict is open, until it is told what to do', async () => {
    const [a, b] = [named('a'), named('b')];
    await load(ndjson(object(a)));
    const file = ndjson(object(a, { attributes: { ...object(a).attributes, name: a } }), object(b));
    const first = await load(file);
    expect(first).toEqual({
      success: false,
      successCount: 1,
      successResults: [success(b)],
      errors: [failure(a, { type: 'conflict' })],
      warnings: [],
    });
    expect(await ids()).toEqual([a]);
    const retries = [
      { type: 'action', id: a, overwrite: true },
      { type: 'action', id: b },
    ];
    expect(await resolve(file, retries)).toMatchObject({
      success: true,
      successResults: [success(a, { overwrite: true }), success(b)],
    });
    expect(await ids()).toEqual([a, b]);
  });

  it('overwrites whole: name, type, config, and the secrets that the file does not have', async () => {
    const a = named('a');
    await call('POST', `${here}/api/actions/connector/${a}`, {
      body: {
        name: 'Before',
        connector_type_id: '.slack',
        secrets: { webhookUrl: 'https://hooks.slack.com/x' },
      },
    });
    const attributes = {
      actionTypeId: '.webhook',
      name: a,
      config: { url: 'https://hook.example', hasAuth: true },
      secrets: {},
      isMissingSecrets: true,
    };
    const answer = await load(ndjson(object(a, { attributes })), '?overwrite=true');
    expect(answer.successResults).toEqual([success(a, { overwrite: true })]);
    expect(await list()).toMatchObject([
      {
        id: a,
        name: a,
        connector_type_id: '.webhook',
        config: { url: 'https://hook.example', method: 'post' },
        is_missing_secrets: true,
      },
    ]);
  });

  it('makes copies with new ids, each nobody’s copy, where that is asked for', async () => {
    const [a, b] = [named('a'), named('b')];
    const link = [{ name: 'x', type: 'action', id: a }];
    const file = ndjson(object(a), object(b, { references: link }));
    for (const already of [0, 2]) {
      const answer = await load(file, '?createNewCopies=true');
      const [first, second] = answer.successResults;
      expect(answer.successResults).toEqual([
        success(a, { destinationId: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
        success(b, { destinationId: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
      ]);
      expect(await ids()).toHaveLength(already + 2);
      const exported = await call('POST', `${here}/api/saved_objects/_export`, {
        body: {
          objects: [{ type: 'action', id: second.destinationId }],
          excludeExportDetails: true,
        },
      });
      expect(JSON.parse(exported.body)).not.toHaveProperty('originId');
      expect(JSON.parse(exported.body).references).toEqual([
        { name: 'x', type: 'action', id: first.destinationId },
      ]);
    }
  });

  it('gives a new id to what another space has, and knows it again', async () => {
    const a = named('a');
    await load(ndjson(object(a)), '', '/s/default');
    const first = await load(ndjson(object(a)));
    const copy = first.successResults[0].destinationId;
    expect(first.successResults).toEqual([success(a, { destinationId: expect.any(String) })]);
    expect(await ids()).toEqual([copy]);

    const again = await load(ndjson(object(a)));
    expect(again).toMatchObject({
      success: false,
      successCount: 0,
      errors: [failure(a, { type: 'conflict', destinationId: copy })],
    });
    const over = await load(ndjson(object(a)), '?overwrite=true');
    expect(over.successResults).toEqual([success(a, { overwrite: true, destinationId: copy })]);
    expect(await ids()).toEqual([copy]);
    const exported = await call('POST', `${here}/api/saved_objects/_export`, {
      body: { type: 'action', excludeExportDetails: true },
    });
    expect(JSON.parse(exported.body)).toMatchObject({ id: copy, originId: a });
  });

  it('asks which one is meant where several are copies of one', async () => {
    const [a, one, two] = [named('a'), named('one'), named('two')];
    await load(ndjson(object(one, { originId: a }), object(two, { originId: a })));
    const answer = await load(ndjson(object(a)), '?overwrite=true');
    const updatedAt = new Date(time).toISOString();
    expect(answer.errors).toEqual([
      failure(a, {
        type: 'ambiguous_conflict',
        destinations: [
          { id: one, ...title(one), updatedAt },
          { id: two, ...title(two), updatedAt },
        ],
      }),
    ]);
    const retry = { type: 'action', id: a, overwrite: true, destinationId: two };
    expect((await resolve(ndjson(object(a)), [retry])).successResults).toEqual([
      success(a, { overwrite: true, destinationId: two }),
    ]);
    expect(await list()).toMatchObject([{ name: a, id: two }, { name: one }]);
  });

  it('makes copies of their own where a file has several of one that is there', async () => {
    const [a, x, y] = [named('a'), named('x'), named('y')];
    await load(ndjson(object(a)));
    const file = ndjson(object(x, { originId: a }), object(y, { originId: a }));
    expect((await load(file)).successResults).toEqual([
      success(x, { destinationId: expect.any(String), createNewCopy: true }),
      success(y, { destinationId: expect.any(String), createNewCopy: true }),
    ]);
  });

  it('makes nothing while a reference leads nowhere, unless it is to be ignored or led elsewhere', async () => {
    const [a, b] = [named('a'), named('b')];
    const gone = [{ name: 'x', type: 'action', id: 'gone' }];
    const file = ndjson(object(a, { references: gone }), object(b));
    expect(await load(file)).toMatchObject({
      success: false,
      successCount: 1,
      errors: [failure(a, { type: 'missing_references', references: [{ type: 'action', id: 'gone' }] })],
    });
    expect(await ids()).toEqual([]);
    const ignoring = { type: 'action', id: a, ignoreMissingReferences: true };
    expect((await resolve(file, [ignoring, { type: 'action', id: b }])).success).toBe(true);
    const led = {
      type: 'action',
      id: a,
      overwrite: true,
      replaceReferences: [{ type: 'action', from: 'gone', to: b }],
    };
    expect((await resolve(file, [led])).success).toBe(true);
    expect((await list())[1]).toMatchObject({ id: b, referenced_by_count: 1 });
  });

  it('imports what it knows beside what it does not', async () => {
    const a = named('a');
    const dashboard = { type: 'dashboard', id: 'd', attributes: { title: 'A dashboard' }, references: [] };
    expect(await load(ndjson(dashboard, object(a)))).toEqual({
      success: false,
      successCount: 1,
      successResults: [success(a)],
      errors: [
        {
          type: 'dashboard',
          id: 'd',
          title: 'A dashboard',
          meta: { title: 'A dashboard' },
          error: { type: 'unsupported_type' },
        },
      ],
      warnings: [],
    });
    expect(await ids()).toEqual([a]);
  });

  it.each([
    { attributes: { actionTypeId: '.nowhere' }, says: 'Action type ".nowhere" is not registered.' },
    {
      attributes: { actionTypeId: '.cases' },
      says: 'System action creation is forbidden. Action type: .cases.',
    },
    {
      attributes: { actionTypeId: '.webhook', config: {} },
      says: /^error validating connector type config: .*→ at url$/s,
    },
    { attributes: { actionTypeId: '.server-log', config: 'x' }, says: /^error reading the connector: /s },
    { attributes: { name: undefined }, says: /^error reading the connector: .*→ at name$/s },
  ])('tells of a connector that cannot be: $attributes', async ({ attributes, says }) => {
    const [a, b] = [named('a'), named('b')];
    const bad = object(a, { attributes: { ...object(a).attributes, ...attributes } });
    const answer = await load(ndjson(bad, object(b)));
    expect(answer).toMatchObject({ success: false, successCount: 1 });
    const message = says instanceof RegExp ? expect.stringMatching(says) : says;
    expect(answer.errors[0].error).toEqual({ type: 'unknown', statusCode: 400, message });
    expect(await ids()).toEqual([b]);
  });

  it('does not ask whether hosts are allowed and the type is enabled: a run does', async () => {
    await using strict = await testServer({
      settings: { 'xpack.actions.allowedHosts': [], 'xpack.actions.enabledActionTypes': ['.server-log'] },
    });
    const attributes = { actionTypeId: '.webhook', name: 'h', config: { url: 'https://hook.example' } };
    const upload = form(ndjson(object('h', { attributes })));
    expect((await strict.call('POST', '/api/saved_objects/_import', upload)).body.success).toBe(true);
    const run = await strict.call('POST', '/api/actions/connector/h/_execute', { body: { params: {} } });
    expect(run.status).toBe(403);
  });

  it('keeps none at the id of a preconfigured connector, or at one that none may have', async () => {
    const file = ndjson(object('fixed'), object('Not_Allowed'), object(named('a')));
    const answer = await load(file);
    expect(answer).toMatchObject({ success: true, successCount: 3 });
    expect(answer.warnings.map(({ message }: { message: string }) => message)).toEqual([
      'Connector with ID [fixed] conflicts with a preconfigured connector and was removed. The preconfigured connector will be used instead.',
      'Connector with ID [Not_Allowed] has an invalid ID and was removed. Connector IDs must contain only lowercase letters, numbers, and hyphens and be 36 characters or less.',
    ]);
    expect(await ids()).toEqual([named('a')]);
    const copies = await load(file, '?createNewCopies=true');
    expect(copies.warnings).toEqual([]);
    expect(await ids()).toHaveLength(4);
    const invalid = await load(ndjson(object('A'), object('x'.repeat(37))));
    expect(invalid.warnings[0].message).toMatch(
      /^Connectors with IDs \[A, x{37}\] have invalid IDs and were removed\. /,
    );
  });

  it('takes secrets that somebody wrote into a file, and shows them to nobody', async () => {
    const a = named('a');
    const attributes = {
      actionTypeId: '.slack',
      name: a,
      secrets: { webhookUrl: 'https://hooks.slack.com/canary' },
    };
    expect((await load(ndjson(object(a, { attributes })))).warnings).toEqual([]);
    expect(await list()).toMatchObject([{ id: a, is_missing_secrets: false }]);
    const exported = await call('POST', `${here}/api/saved_objects/_export`, { body: { type: 'action' } });
    expect(exported.body).not.toContain('canary');
  });

  it.each([
    ['overwrite=true&createNewCopies=true', 'cannot use [overwrite] with [createNewCopies]'],
    ['createNewCopies=true&compatibilityMode=true', 'cannot use [createNewCopies] with [compatibilityMode]'],
  ])('refuses %s', async (query, reason) => {
    const path = `/api/saved_objects/_import?${query}`;
    const { status, body } = await call('POST', path, form(ndjson(object('q'))));
    expect([status, body.message]).toEqual([400, `[request query]: ${reason}`]);
  });

  it.each([
    [{ name: 'x.json', text: '' }, 'Invalid file extension .json'],
    [{ name: 'x', text: '' }, 'Invalid file extension '],
    [undefined, '[request body.file]: expected value of type [Stream] but got [undefined]'],
    [{ name: 'x.ndjson', text: '{"canary' }, 'Line 1 of the file is not JSON that can be read'],
    [
      { name: 'x.ndjson', text: '[]' },
      'Object 1 of the file is no saved object: Invalid input: expected object, received array',
    ],
    [
      ndjson({ type: 'action' }),
      'Object 1 of the file is no saved object: id: Invalid input: expected string, received undefined',
    ],
    [
      { name: 'x.ndjson', text: `${'['.repeat(2000)}${']'.repeat(2000)}` },
      'Line 1 of the file is not JSON that can be read',
    ],
    [{ name: 'x.ndjson', text: '{"__proto__":{}}' }, 'Line 1 of the file is not JSON that can be read'],
    [ndjson(object('twice'), object('twice')), 'Non-unique import objects detected: [action:twice]'],
    [ndjson(...Array.from({ length: 21 }, (_, n) => object(`n${n}`))), "Can't import more than 20 objects"],
  ])('refuses a file that is none: %j', async (file, message) => {
    const { status, body } = await call('POST', `${here}/api/saved_objects/_import`, form(file));
    expect([status, body.message]).toEqual([400, message]);
    expect(await ids()).toEqual([]);
  });

  it('takes no file that is larger than it may be, and nothing but a form', async () => {
    const path = `${here}/api/saved_objects/_import`;
    const large = await call('POST', path, form({ name: 'x.ndjson', text: 'x'.repeat(30_000) }));
    expect([large.status, large.body.message]).toEqual([
      413,
      'Payload content length greater than maximum allowed: 20000',
    ]);
    const chunked = form({ name: 'x.ndjson', text: 'x'.repeat(30_000) });
    const headers = { ...chunked.headers, 'transfer-encoding': 'chunked' };
    expect((await call('POST', path, { ...chunked, headers })).status).toBe(413);
    for (const body of [{ file: 'x' }, undefined])
      expect((await call('POST', path, { body })).status).toBe(415);
    const elsewhere = await call('POST', '/api/actions/connector', form(ndjson()));
    expect([elsewhere.status, elsewhere.body.message]).toEqual([415, 'Unsupported Media Type']);
    const cut = await call('POST', path, { ...form(undefined), body: '------patchbay-test\r\nCont' });
    expect([cut.status, cut.body.message]).toEqual([400, 'Invalid multipart payload format']);
  });

  it('takes all privileges on connectors of the space', async () => {
    const name = named('reader');
    const reader = await addUser(server, name, [{ spaces: [`s${space}`], feature: { actions: ['read'] } }]);
    for (const route of ['_import', '_resolve_import_errors']) {
      const upload = form(ndjson(object('x')), { retries: '[]' });
      const denied = await call('POST', `${here}/api/saved_objects/${route}`, { ...upload, as: reader });
      expect([denied.status, denied.body.message]).toEqual([403, 'Unable to bulk_create action']);
    }
    const nowhere = await call('POST', '/s/nowhere/api/saved_objects/_import', form(ndjson()));
    expect(nowhere.status).toBe(404);
    const file = ndjson(object(named('taken')));
    for (const success of [true, false]) expect(await load(file)).toMatchObject({ success });
    const audited = server.logged.filter(({ logger }) => logger === 'audit').slice(-5);
    expect(audited).toMatchObject([
      { msg: `${name}: saved_objects_import: denied` },
      { msg: `${name}: saved_objects_import: denied` },
      { msg: 'elastic: saved_objects_import: failure' },
      { msg: 'elastic: saved_objects_import: success' },
      { msg: 'elastic: saved_objects_import: failure' },
    ]);
  });
});

describe('POST /api/saved_objects/_resolve_import_errors', () => {
  it('imports those alone that it is told of', async () => {
    const [a, b] = [named('a'), named('b')];
    const answer = await resolve(ndjson(object(a), object(b)), [{ type: 'action', id: b }]);
    expect(answer).toMatchObject({ success: true, successResults: [success(b)] });
    expect(await ids()).toEqual([b]);
  });

  it('still tells of a conflict that nobody resolved', async () => {
    const [a, b] = [named('a'), named('b')];
    const file = ndjson(object(a), object(b));
    await load(file);
    const answer = await resolve(file, [
      { type: 'action', id: a, destinationId: b },
      { type: 'action', id: b },
    ]);
    expect(answer.errors).toEqual([
      failure(a, { type: 'conflict', destinationId: b }),
      failure(b, { type: 'conflict' }),
    ]);
  });

  it('makes a copy that is nobody’s', async () => {
    const [a, copy] = [named('a'), named('copy')];
    await load(ndjson(object(a)));
    const retry = { type: 'action', id: a, destinationId: copy, createNewCopy: true };
    expect((await resolve(ndjson(object(a)), [retry])).successResults).toEqual([
      success(a, { destinationId: copy, createNewCopy: true }),
    ]);
    const another = await resolve(ndjson(object(a)), [{ type: 'action', id: a }], '?createNewCopies=true');
    expect(another.successResults).toEqual([success(a, { destinationId: expect.any(String) })]);
    expect(await ids()).toHaveLength(3);
  });

  it.each([
    [undefined, /^\[request body\.retries\]: /],
    ['nonsense', /^\[request body\.retries\]: /],
    [
      '[{"type":"action"}]',
      /^\[request body\.retries\.0\.id\]: expected value of type \[string\] but got \[undefined\]$/,
    ],
    ['[{"type":"action","id":"a"},{"type":"action","id":"a"}]', /^Non-unique retry objects: \[action:a\]$/],
    [
      '[{"type":"action","id":"a","destinationId":"x"},{"type":"action","id":"b","destinationId":"x"}]',
      /^Non-unique retry destinations: \[action:x\]$/,
    ],
  ])('refuses the retries %s', async (retries, says) => {
    const upload = form(ndjson(object('a')), retries === undefined ? {} : { retries });
    const { status, body } = await call('POST', '/api/saved_objects/_resolve_import_errors', upload);
    expect([status, body.message]).toEqual([400, expect.stringMatching(says)]);
  });

  it('refuses createNewCopies with compatibilityMode', async () => {
    const path = '/api/saved_objects/_resolve_import_errors?createNewCopies=true&compatibilityMode=true';
    const { status, body } = await call('POST', path, form(ndjson(), { retries: '[]' }));
    expect([status, body.message]).toEqual([
      400,
      '[request query]: cannot use [createNewCopies] with [compatibilityMode]',
    ]);
  });
});

describe('a file that Kibana exported', () => {
  const fixture = (name: string): FormFile => ({
    name,
    text: readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8'),
  });

  it('of 8.1 is imported, its connectors with what later versions added', async () => {
    const answer = await load(fixture('kibana-8.1.ndjson'));
    expect(answer).toMatchObject({ success: true, successCount: 3 });
    expect(answer.warnings).toMatchObject([
      { message: '2 connectors have sensitive information that require updates.' },
    ]);
    expect(await list()).toMatchObject([
      { name: 'Hook of 8.1', is_missing_secrets: true, config: { method: 'post', hasAuth: true } },
      { name: 'Log of 8.1', is_missing_secrets: false },
      { name: 'ServiceNow of 8.1', config: { usesTableApi: false, isOAuth: false }, is_deprecated: false },
    ]);
  });

  it('of 8.17 is imported but for its rules, dashboards and tags', async () => {
    const answer = await load(fixture('kibana-8.17.ndjson'));
    expect(answer).toMatchObject({ success: false, successCount: 2 });
    expect(answer.errors.map(({ type, error }: { type: string; error: object }) => [type, error])).toEqual(
      ['tag', 'alert', 'dashboard'].map((type) => [type, { type: 'unsupported_type' }]),
    );
    expect(await list()).toMatchObject([{ name: 'Index of 8.17' }, { name: 'Mail of 8.17' }]);
  });

  it('of 9.4 is imported with whose consent its connectors act by', async () => {
    const answer = await load(fixture('kibana-9.4.ndjson'));
    expect(answer).toMatchObject({ success: true, successCount: 2 });
    expect(await list()).toMatchObject([
      { id: 'git-hub', auth_mode: 'per-user', is_missing_secrets: true },
      { id: 'team-slack', auth_mode: 'shared', is_missing_secrets: true },
    ]);
  });
});

it('shows who is in the way with the time of its last change', async () => {
  const a = named('a');
  await load(ndjson(object(named('one'), { originId: a }), object(named('two'), { originId: a })));
  time += 60_000;
  await call('PUT', `${here}/api/actions/connector/${named('two')}`, { body: { name: 'changed' } });
  const [{ error }] = (await load(ndjson(object(a)))).errors;
  expect(error.destinations.map(({ updatedAt }: { updatedAt: string }) => Date.parse(updatedAt))).toEqual([
    time - 60_000,
    time,
  ]);
});

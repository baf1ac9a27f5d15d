import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../../testing/test-server.ts';

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const NONE = { id: 'none', name: 'none', type: '.none', fields: null };
const SETTING = { owner: 'cases', connector: NONE, closure_type: 'close-by-user' };
const field = { key: 'team', label: 'Team', type: 'text', required: false };
const template = { key: 'mine', name: 'Mine', caseFields: null };

const configure = (body: object = {}) =>
  call('POST', '/api/cases/configure', { body: { ...SETTING, ...body } });
const listed = async () => (await call('GET', '/api/cases/configure')).body;

for (const [id, connector_type_id, config, secrets] of [
  ['jira', '.jira', { apiUrl: 'https://jira.example.com', projectKey: 'OPS' }, { email: 'a', apiToken: 'b' }],
  ['log', '.server-log', {}, {}],
] as const) {
  await call('POST', `/api/actions/connector/${id}`, {
    body: { name: id, connector_type_id, config, secrets },
  });
}

describe('/api/cases/configure', () => {
  it('is empty before anything is configured', async () => {
    expect(await listed()).toEqual([]);
  });

  it('has one configuration for each owner: the last', async () => {
    await configure();
    const { status, body } = await configure({
      customFields: [field],
      templates: [template],
      observableTypes: [{ key: 'mac', label: 'MAC' }],
      connector: { id: 'jira', name: 'Jira', type: '.jira', fields: null },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...SETTING,
      connector: { id: 'jira', name: 'Jira', type: '.jira', fields: null },
      id: expect.any(String),
      version: 'WzEsMV0=',
      customFields: [field],
      templates: [template],
      observableTypes: [{ key: 'mac', label: 'MAC' }],
      mappings: [
        { source: 'title', target: 'summary', action_type: 'overwrite' },
        { source: 'description', target: 'description', action_type: 'overwrite' },
        { source: 'comments', target: 'comments', action_type: 'append' },
      ],
      error: null,
      created_at: expect.any(String),
      created_by: expect.objectContaining({ username: 'elastic' }),
      updated_at: null,
      updated_by: null,
    });
    expect(await listed()).toEqual([body]);
    await configure({ owner: 'observability' });
    expect(await listed()).toHaveLength(2);
    expect(
      (await call('GET', '/api/cases/configure?owner=observability&owner=securitySolution')).body,
    ).toMatchObject([{ owner: 'observability' }]);
  });

  it('counts as one who needs its connector', async () => {
    const references = async () => {
      const { body } = await call('GET', '/api/actions/connectors');
      return body.find(({ id }: { id: string }) => id === 'jira').referenced_by_count;
    };
    await configure({ connector: { id: 'jira', name: 'Jira', type: '.jira', fields: null } });
    expect(await references()).toBe(1);
    const { id, version } = (await configure()).body;
    expect(await references()).toBe(0);
    const body = { version, connector: { id: 'jira', name: 'Jira', type: '.jira', fields: null } };
    await call('PATCH', `/api/cases/configure/${id}`, { body });
    expect(await references()).toBe(1);
  });

  it('changes at its version', async () => {
    const { id, version } = (await configure({ customFields: [field] })).body;
    const change = (body: object, of = id) => call('PATCH', `/api/cases/configure/${of}`, { body });
    const { body } = await change({ version, closure_type: 'close-by-pushing' });
    expect(body).toMatchObject({
      closure_type: 'close-by-pushing',
      version: 'WzIsMV0=',
      customFields: [field],
      updated_by: { username: 'elastic' },
    });
    expect((await change({ version })).body).toMatchObject({
      statusCode: 409,
      message: expect.stringContaining('This configuration has been updated.'),
    });
    expect((await change({ version }, 'x')).body.message).toContain(
      'Saved object [cases-configure/x] not found',
    );
    expect((await change({})).body.message).toBe(
      '[request body.version]: expected value of type [string] but got [undefined]',
    );
    expect((await change({ version, owner: 'cases' })).status).toBe(400);
  });

  const keys = (key: string) => ({ ...field, key });

  it.each<[object, string]>([
    [{ customFields: [keys('A')] }, "Key must be lower case, a-z, 0-9, '_', and '-' are allowed"],
    [{ customFields: [keys('')] }, 'The key field cannot be an empty string.'],
    [
      { customFields: [keys('x'.repeat(37))] },
      'The length of the key is too long. The maximum length is 36.',
    ],
    [{ customFields: [keys('a'), keys('a')] }, 'Invalid duplicated customFields keys in request: a'],
    [
      { customFields: Array(11).fill(field) },
      'The length of the field customFields is too long. Array must be of length <= 10.',
    ],
    [
      { customFields: [{ ...field, label: 'x'.repeat(51) }] },
      'The length of the label is too long. The maximum length is 50.',
    ],
    [
      { customFields: [{ ...field, defaultValue: 'x'.repeat(161) }] },
      'The length of the value is too long. The maximum length is 160.',
    ],
    [{ templates: [{ ...template, name: '' }] }, 'The name field cannot be an empty string.'],
    [
      { templates: [{ ...template, description: 'x'.repeat(1001) }] },
      'The length of the description is too long. The maximum length is 1000.',
    ],
    [{ templates: [{ ...template, tags: [''] }] }, "The template's tag field cannot be an empty string."],
    [
      { templates: [{ ...template, tags: ['x'.repeat(51)] }] },
      "The length of the template's tag is too long. The maximum length is 50.",
    ],
    [
      { templates: [{ ...template, caseFields: { title: 'x'.repeat(161) } }] },
      'The length of the title is too long. The maximum length is 160.',
    ],
    [
      { templates: Array(11).fill(template) },
      'The length of the field templates is too long. Array must be of length <= 10.',
    ],
    [
      { observableTypes: Array(11).fill({ key: 'a', label: 'A' }) },
      'The length of the field observableTypes is too long. Array must be of length <= 10.',
    ],
  ])('refuses %j', async (body, text) => {
    const answer = await configure(body);
    expect([answer.status, answer.body.message]).toEqual([
      400,
      `Failed to create case configuration: Error: ${text}`,
    ]);
  });

  it('lists the connectors that cases can be pushed by', async () => {
    const { body } = await call('GET', '/api/cases/configure/connectors/_find');
    expect(body).toEqual([
      {
        id: 'jira',
        name: 'jira',
        actionTypeId: '.jira',
        config: { apiUrl: 'https://jira.example.com', projectKey: 'OPS' },
        isPreconfigured: false,
        isDeprecated: false,
        isSystemAction: false,
        isMissingSecrets: false,
        isConnectorTypeDeprecated: false,
        referencedByCount: expect.any(Number),
      },
    ]);
  });
});

describe('the fields of an owner’s own', () => {
  const CASE = {
    title: 'a',
    description: 'b',
    tags: [],
    connector: NONE,
    settings: { syncAlerts: false },
    owner: 'securitySolution',
  };
  const post = (customFields?: object[]) => call('POST', '/api/cases', { body: { ...CASE, customFields } });

  it('are completed, and checked against what is configured', async () => {
    const customFields = [
      { ...field, defaultValue: 'ops' },
      { key: 'paged', label: 'Paged', type: 'toggle', required: true },
      { key: 'hosts', label: 'Hosts', type: 'number', required: false },
    ];
    await configure({ owner: 'securitySolution', customFields });
    const paged = { key: 'paged', type: 'toggle', value: true };
    expect((await post([paged])).body.customFields).toEqual([
      { key: 'team', type: 'text', value: 'ops' },
      paged,
      { key: 'hosts', type: 'number', value: null },
    ]);
    const refusal = async (given?: object[]) => (await post(given)).body.message.split(': Error: ')[1];
    expect(await refusal()).toBe('Missing required custom fields without default value configured: "Paged"');
    expect(await refusal([paged, { key: 'team', type: 'number', value: 1 }])).toBe(
      'The following custom fields have the wrong type in the request: "Team"',
    );
    expect(await refusal([paged, paged])).toBe('Invalid duplicated customFields keys in request: paged');
    expect(await refusal([paged, { key: 'x', type: 'text', value: 'y' }])).toBe(
      'Invalid custom field keys: x',
    );
  });
});

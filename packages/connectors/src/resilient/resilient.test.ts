import { ValidationError } from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resilient } from './resilient.ts';
import { FIELDS, KEY, resilientOrg } from './testing/resilient-org.ts';

const now = new Date(1589391874472);

const run = (apiUrl: string, subAction: string, subActionParams: unknown = {}) =>
  testAction(resilient, {
    config: { apiUrl, orgId: '201' },
    secrets: KEY,
    params: { subAction, subActionParams },
    now,
  });

async function atOrg(subAction: string, subActionParams?: unknown, path = '') {
  await using org = await resilientOrg();
  const { result, requestBodyBytes } = await run(org.url + path, subAction, subActionParams);
  const requests = org.received.map(({ method, url, body }) => [
    `${method} ${url.replace('/rest/orgs/201', '')}`,
    body,
  ]);
  return { result, requests, requestBodyBytes, base: org.url };
}

const FORMAT = '?text_content_output_format=objects_convert';
const incident = {
  name: 'a title',
  description: 'a description',
  incidentTypes: [1001],
  severityCode: 6,
};
const BODY =
  '{"name":"a title","discovered_date":1589391874472,"description":{"format":"html","content":"a description"},"incident_type_ids":[{"id":1001}],"severity_code":{"id":6}}';

describe('a new incident', () => {
  it('is created, with the comments after it', async () => {
    await using org = await resilientOrg();
    const comments = [
      { comment: 'first comment', commentId: '456' },
      { comment: '', commentId: '457' },
    ];
    const { result } = await run(org.url, 'pushToService', {
      incident: { ...incident, externalId: null },
      comments,
    });
    expect(org.received).toMatchObject([
      {
        method: 'POST',
        url: `/rest/orgs/201/incidents${FORMAT}`,
        headers: { authorization: 'Basic a2V5SWQ6c2VjcmV0', 'content-type': 'application/json' },
        body: BODY,
      },
      {
        method: 'POST',
        url: '/rest/orgs/201/incidents/123/comments',
        body: '{"text":{"format":"text","content":"first comment"}}',
      },
      { body: '{"text":{"format":"text","content":""}}' },
    ]);
    const pushedDate = '2020-05-13T17:44:34.472Z';
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        id: '123',
        title: '123',
        pushedDate,
        url: `${org.url}/#incidents/123`,
        comments: [
          { commentId: '456', pushedDate },
          { commentId: '457', pushedDate },
        ],
      },
    });
  });

  it('costs the bytes of its body', async () => {
    const { result, requestBodyBytes } = await atOrg('pushToService', { incident });
    expect(requestBodyBytes).toBe(167);
    expect(result.data).not.toHaveProperty('comments');
  });

  it('has numbers where they were given as text', async () => {
    const { requests } = await atOrg('pushToService', {
      incident: { ...incident, incidentTypes: ['1001'], severityCode: '6' },
    });
    expect(requests[0]?.[1]).toBe(BODY);
  });

  it('has one slash where the URL ends with one', async () => {
    const { result, requests, base } = await atOrg('pushToService', { incident }, '/');
    expect(requests[0]?.[0]).toBe(`POST /incidents${FORMAT}`);
    expect(result.data).toMatchObject({ url: `${base}/#incidents/123` });
  });

  it.each([
    { test_text: 'a', resolution_summary: 'b', unknown: [1] },
    { properties: { test_text: 'a' }, resolution_summary: 'b', unknown: [1] },
    '{"test_text":"a","resolution_summary":"b","unknown":[1]}',
    { properties: { test_text: 'lost', resolution_summary: 'b' }, test_text: 'a', unknown: [1] },
  ])('has additional fields where the service keeps them: %j', async (additionalFields) => {
    const { requests, result } = await atOrg('pushToService', { incident: { name: 'n', additionalFields } });
    expect(requests.map(([request]) => request)).toEqual([
      'GET /types/incident/fields',
      `POST /incidents${FORMAT}`,
    ]);
    expect(requests[0]?.[1]).toBe('{}');
    expect(JSON.parse(requests[1]?.[1] ?? '')).toEqual({
      name: 'n',
      discovered_date: now.getTime(),
      properties: { test_text: 'a' },
      resolution_summary: 'b',
      unknown: [1],
    });
    expect(result.status).toBe('ok');
  });

  it('is not created with a value that is no option', async () => {
    const { requests, result } = await atOrg('pushToService', {
      incident: { name: 'n', additionalFields: { test_select: 1337 } },
    });
    expect(requests).toHaveLength(1);
    expect(result.serviceMessage).toBe(
      '[Action][IBM Resilient]: Unable to create incident. Error: Invalid values provided to test_select: [\n  1337\n]. Accepted values: 110 (for "first"),111 (for "second").',
    );
  });
});

describe('an update', () => {
  const changesOf = async (given: object) => {
    const { requests, result } = await atOrg('pushToService', {
      incident: { externalId: '1', name: 'title', ...given },
    });
    const changes = requests[2] === undefined ? undefined : JSON.parse(requests[2][1] ?? '').changes;
    return { requests, result, changes };
  };

  it('says what the incident was and what it becomes', async () => {
    const { requests, result } = await atOrg('pushToService', {
      incident: { externalId: '1', name: 'title_updated', severityCode: 5 },
      comments: null,
    });
    expect(requests).toEqual([
      [`GET /incidents/1${FORMAT}`, '{}'],
      ['GET /types/incident/fields', '{}'],
      [
        'PATCH /incidents/1',
        '{"changes":[{"field":{"name":"name"},"old_value":{"text":"title"},"new_value":{"text":"title_updated"}},{"field":{"name":"severity_code"},"old_value":{"id":6},"new_value":{"id":5}}]}',
      ],
      [`GET /incidents/1${FORMAT}`, '{}'],
    ]);
    expect(result).toMatchObject({
      status: 'ok',
      data: { id: '1', title: '1', pushedDate: '2020-05-13T17:44:44.472Z' },
    });
  });

  it('keeps the format of a text, and names fields in order', async () => {
    const { changes, result } = await changesOf({
      description: 'new',
      incidentTypes: [21],
      additionalFields: { test_text: 'a' },
    });
    expect(changes).toEqual([
      { field: { name: 'test_text' }, old_value: { text: 'old' }, new_value: { text: 'a' } },
      { field: { name: 'name' }, old_value: { text: 'title' }, new_value: { text: 'title' } },
      {
        field: { name: 'description' },
        old_value: { textarea: { format: 'html', content: 'description' } },
        new_value: { textarea: { format: 'html', content: 'new' } },
      },
      { field: { name: 'incident_type_ids' }, old_value: { ids: [16] }, new_value: { ids: [21] } },
    ]);
    expect(result.status).toBe('ok');
  });

  it.each<[string, unknown, object, object]>([
    ['resolution_summary', 'done', { textarea: null }, { textarea: { format: 'text', content: 'done' } }],
    [
      'resolution_summary',
      { format: 'html', content: 'x' },
      { textarea: null },
      { textarea: { format: 'html', content: 'x' } },
    ],
    ['resolution_summary', 7, { textarea: null }, { textarea: null }],
    ['start_date', 1, { date: 1589391874472 }, { date: 1 }],
    ['start_date', '2020-05-13', { date: 1589391874472 }, {}],
    ['test_text', 7, { text: 'old' }, {}],
    ['test_number', 2, { object: 1 }, { object: 2 }],
    ['test_boolean', true, { boolean: false }, { boolean: true }],
    ['test_select', 111, { id: 110 }, { id: 111 }],
    ['test_other', 'x', {}, {}],
  ])('shapes %s %j', async (name, value, old_value, new_value) => {
    const { changes } = await changesOf({ additionalFields: { properties: { [name]: value } } });
    expect(changes[0]).toEqual({ field: { name }, old_value, new_value });
  });

  it.each([
    [{ additionalFields: { unknown: 1 } }, 'No metadata found for field unknown'],
    [
      { severityCode: 7 },
      'Invalid values provided to severity_code: [\n  7\n]. Accepted values: 4 (for "Low"),5 (for "Medium"),6 (for "High")',
    ],
    [
      { incidentTypes: [16, 17] },
      'Invalid values provided to incident_type_ids: [\n  16,\n  17\n]. Accepted values: 1001 (for "Custom type"),21 (for "DDoS"),16 (for "TBD")',
    ],
  ])('of %j is not sent', async (given, reason) => {
    const { requests, result } = await changesOf(given);
    expect(requests).toHaveLength(2);
    expect(result.serviceMessage).toBe(
      `[Action][IBM Resilient]: Unable to update incident with id 1. Error: ${reason}.`,
    );
  });

  it('that the service does not make says why', async () => {
    await using org = await standIn(({ method, url }) => ({
      body: JSON.stringify(
        method === 'PATCH'
          ? { success: false, message: 'changed by somebody else' }
          : url.endsWith('fields')
            ? FIELDS
            : { id: 1, inc_last_modified_date: 1 },
      ),
    }));
    const { result } = await run(org.url, 'pushToService', { incident: { externalId: '1', name: 'n' } });
    expect(result.serviceMessage).toBe(
      '[Action][IBM Resilient]: Unable to update incident with id 1. Error: Error while updating incident: changed by somebody else.',
    );
  });
});

describe('reading', () => {
  it.each([
    [
      'severity',
      [
        { id: '4', name: 'Low' },
        { id: '5', name: 'Medium' },
        { id: '6', name: 'High' },
      ],
    ],
    [
      'incidentTypes',
      [
        { id: '1001', name: 'Custom type' },
        { id: '21', name: 'DDoS' },
        { id: '16', name: 'TBD' },
      ],
    ],
    ['getFields', FIELDS],
  ])('%s', async (subAction, data) => {
    expect((await atOrg(subAction)).result).toEqual({ actionId: 'test', status: 'ok', data });
  });
});

describe('what the service refuses', () => {
  it.each<[StandInAnswer, string]>([
    [{ status: 401 }, 'Status code: 401. Message: Unauthorized API Error'],
    [
      { status: 400, body: '{"message":"Invalid name"}' },
      'Status code: 400. Message: API Error: Invalid name',
    ],
    [{ status: 429, body: '' }, 'Status code: 429. Message: API Error: Too Many Requests'],
    [{ status: 500, body: '<html>' }, 'Status code: 500. Message: API Error: Internal Server Error'],
  ])('%j is the framework’s, in its words', async (answer, reason) => {
    await using org = await standIn(() => answer);
    const { result } = await run(org.url, 'pushToService', { incident: { ...incident, externalId: '7' } });
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: `[Action][IBM Resilient]: Unable to update incident with id 7. Error: [Action][IBM Resilient]: Unable to get incident with id 7. Error: ${reason}..`,
      retry: true,
      errorSource: 'framework',
    });
  });

  it('nobody answers', async () => {
    const org = await standIn();
    await org.close();
    expect((await run(org.url, 'severity')).result.serviceMessage).toBe(
      '[Action][IBM Resilient]: Unable to get severity. Error: Status code: undefined. Message: Unknown API Error.',
    );
  });

  it.each([
    ['pushToService', { incident }, 'Unable to create incident'],
    ['incidentTypes', {}, 'Unable to get incident types'],
    ['getFields', {}, 'Unable to get fields'],
  ])('%s does not take an answer that misses something', async (subAction, params, what) => {
    await using org = await standIn(() => ({ body: '{"other":1}' }));
    expect((await run(org.url, subAction, params)).result.serviceMessage).toMatch(
      new RegExp(`^\\[Action\\]\\[IBM Resilient\\]: ${what}\\. Error: Response validation failed \\(`),
    );
  });
});

describe('.resilient refuses', () => {
  it.each([
    [{}, 'incident'],
    [{ incident: {} }, 'name'],
    [{ incident, comments: [{ comment: 'a' }] }, 'commentId'],
    [{ incident, comments: [{ commentId: 'a' }] }, 'comment'],
    [{ incident: { ...incident, other: 1 } }, 'other'],
    [
      { incident: { ...incident, additionalFields: { name: 'n' } } },
      'The following properties cannot be defined inside additionalFields: name.',
    ],
    [
      {
        incident: {
          ...incident,
          additionalFields: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`f${at}`, 1])),
        },
      },
      'A maximum of 50 fields in additionalFields can be defined at a time.',
    ],
  ])('to push %j, before it sends', async (params, named) => {
    const { result, requests } = await atOrg('pushToService', params);
    expect(result).toMatchObject({ retry: true, errorSource: 'user' });
    expect(result.serviceMessage).toMatch(/^Request validation failed \(/);
    expect(result.serviceMessage).toContain(named);
    expect(requests).toEqual([]);
  });

  it('an action that it does not know', async () => {
    expect((await atOrg('non-supported')).result).toMatchObject({
      serviceMessage:
        'Sub action "non-supported" is not registered. Connector id: test. Connector name: IBM Resilient. Connector type: .resilient',
      retry: true,
      errorSource: 'framework',
    });
  });

  it.each<[object, object, string]>([
    [{ orgId: '1' }, KEY, 'config: ✖ Invalid input: expected string, received undefined\n  → at apiUrl'],
    [
      { apiUrl: 'https://a.example' },
      KEY,
      'config: ✖ Invalid input: expected string, received undefined\n  → at orgId',
    ],
    [
      { apiUrl: 'https://b.example', orgId: '1' },
      KEY,
      'config: error validating url: target url "https://b.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { apiUrl: 'https://a.example', orgId: '1' },
      {},
      'secrets: ✖ Invalid input: expected string, received undefined\n  → at apiKeyId\n✖ Invalid input: expected string, received undefined\n  → at apiKeySecret',
    ],
  ])('the connector %j %j', async (config, secrets, reason) => {
    const params = { subAction: 'severity', subActionParams: {} };
    await expect(
      testAction(resilient, { config, secrets, params, allowedHosts: ['a.example'] }),
    ).rejects.toEqual(new ValidationError(`error validating connector type ${reason}`));
  });
});

it('whatever a value is, it arrives as data', async () => {
  await using org = await resilientOrg();
  await fc.assert(
    fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (text) => {
      org.received.length = 0;
      const given = { name: text, additionalFields: { test_text: text } };
      await run(org.url, 'pushToService', { incident: given, comments: [{ comment: text, commentId: '1' }] });
      const [, created, comment] = org.received.map(({ body }) => JSON.parse(body));
      expect([created.name, created.properties.test_text, comment.text.content]).toEqual([text, text, text]);
    }),
    { numRuns: 20 },
  );
});

import { ValidationError } from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jira } from './jira.ts';
import { API_TOKEN, EMAIL, jiraSite } from './testing/jira-site.ts';

const run = (apiUrl: string, subAction: string, subActionParams: unknown, connector: object = {}) =>
  testAction(jira, {
    config: { apiUrl, projectKey: 'CK' },
    secrets: { email: EMAIL, apiToken: API_TOKEN },
    params: { subAction, subActionParams },
    ...connector,
  });

/** What a run comes to at the site, and the requests that it made. */
async function atSite(subAction: string, subActionParams: unknown, edition?: 'cloud' | 'data-center') {
  await using site = await jiraSite(edition);
  const { result, requestBodyBytes } = await run(site.url, subAction, subActionParams);
  const requests = site.received.map(({ method, url, body }) => [method, url, body]);
  return { result, requests, requestBodyBytes, base: site.url, headers: site.received[0]?.headers };
}

async function answered(answer: StandInAnswer, subAction: string, subActionParams: unknown) {
  await using site = await standIn(() => answer);
  const { result } = await run(site.url, subAction, subActionParams);
  return { ...result, serviceMessage: result.serviceMessage?.replaceAll(site.url, 'http://jira') };
}

const incident = { summary: 'a title', issueType: '10006' };
const push = (fields: object = {}, comments?: unknown) => ({
  incident: { ...incident, ...fields },
  ...(comments !== undefined && { comments }),
});

describe('a push to Jira', () => {
  it('creates an issue, reads it, and adds the comments', async () => {
    const { result, requests, base, headers } = await atSite(
      'pushToService',
      push(
        {
          description: 'a description',
          priority: 'High',
          labels: ['x'],
          otherFields: { foo: 'bar' },
        },
        [
          { comment: 'first', commentId: '456' },
          { comment: '', commentId: '457' },
        ],
      ),
    );
    expect(requests).toEqual([
      [
        'POST',
        '/rest/api/2/issue',
        '{"fields":{"summary":"a title","project":{"key":"CK"},"issuetype":{"id":"10006"},"description":"a description","labels":["x"],"priority":{"name":"High"},"foo":"bar"}}',
      ],
      ['GET', '/rest/api/2/issue/123', ''],
      ['POST', '/rest/api/2/issue/123/comment', '{"body":"first"}'],
    ]);
    expect(headers).toMatchObject({ 'content-type': 'application/json' });
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        title: 'CK-1',
        id: '123',
        pushedDate: '2020-04-27T10:59:46.202Z',
        url: `${base}/browse/CK-1`,
        comments: [{ commentId: '456', pushedDate: '2020-04-27T15:00:00.000Z' }],
      },
    });
  });

  it('without an issue type takes the first that the project has', async () => {
    const { requests, result } = await atSite('pushToService', push({ issueType: null }));
    expect(requests.map(([method, url]) => [method, url])).toEqual([
      ['GET', '/rest/api/2/issue/createmeta/CK/issuetypes'],
      ['POST', '/rest/api/2/issue'],
      ['GET', '/rest/api/2/issue/123'],
    ]);
    expect(JSON.parse(requests[1]?.[2] ?? '').fields.issuetype).toEqual({ id: '10006' });
    expect(result.data).not.toHaveProperty('comments');
  });

  it('with an external id updates, with what is given', async () => {
    const { result, requests } = await atSite('pushToService', {
      incident: { summary: 'one\r\n two \n\n three', externalId: '123', labels: [], parent: 'CK-0' },
      comments: [],
    });
    expect(requests).toEqual([
      [
        'PUT',
        '/rest/api/2/issue/123',
        '{"fields":{"summary":"one, two, three","project":{"key":"CK"},"labels":[],"parent":{"key":"CK-0"}}}',
      ],
      ['GET', '/rest/api/2/issue/123', ''],
    ]);
    expect(result).toMatchObject({ status: 'ok', data: { pushedDate: '2020-04-27T14:17:45.490Z' } });
    expect(result.data).not.toHaveProperty('comments');
  });

  it('takes other fields as JSON text, and lets them win', async () => {
    const { requests } = await atSite(
      'pushToService',
      push({ otherFields: '{ "foo": "bar", "issuetype": {"id":"10007"} }' }),
    );
    expect(JSON.parse(requests[0]?.[2] ?? '').fields).toMatchObject({
      foo: 'bar',
      issuetype: { id: '10007' },
    });
  });

  it('counts the bytes of what it creates, and none of what it reads', async () => {
    const { requests, requestBodyBytes } = await atSite('pushToService', push());
    expect(requestBodyBytes).toBe(Buffer.byteLength(requests[0]?.[2] ?? ''));
  });

  it('keeps an id inside its place in the path', async () => {
    const { requests } = await atSite('getIncident', { externalId: '../user?x=1' });
    expect(requests[0]?.[1]).toBe('/rest/api/2/issue/..%2Fuser%3Fx%3D1');
  });

  it('sends whatever a value is as data', async () => {
    await using site = await jiraSite();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (text) => {
        site.received.length = 0;
        const { result } = await run(
          site.url,
          'pushToService',
          push({ description: text, otherFields: { foo: text } }),
        );
        expect(result.status).toBe('ok');
        expect(JSON.parse(site.received[0]?.body ?? '').fields).toMatchObject({
          description: text,
          foo: text,
        });
      }),
      { numRuns: 20 },
    );
  });
});

describe('reading from Jira', () => {
  const listed = [
    { id: '10006', name: 'Task' },
    { id: '10007', name: 'Bug' },
  ];
  const summary = {
    required: true,
    allowedValues: [],
    defaultValue: {},
    schema: { type: 'string' },
    name: 'Summary',
  };
  const priority = {
    required: false,
    allowedValues: [{ id: '1', name: 'Highest' }],
    defaultValue: { id: '3', name: 'Medium' },
    schema: { type: 'priority' },
    name: 'Priority',
  };

  it.each<[string, object, unknown]>([
    ['issueTypes', {}, listed],
    ['fieldsByIssueType', { id: '10006' }, { summary, priority }],
    ['getFields', {}, { summary }],
  ])('%s %j, of Cloud and of Data Center', async (subAction, params, data) => {
    for (const edition of ['cloud', 'data-center'] as const) {
      const { result, requestBodyBytes } = await atSite(subAction, params, edition);
      expect(result).toEqual({ actionId: 'test', status: 'ok', data });
      expect(requestBodyBytes).toBe(0);
    }
  });

  it.each<[string, object, string, unknown]>([
    [
      'getIncident',
      { externalId: '123' },
      '/rest/api/2/issue/123',
      {
        id: '123',
        key: 'CK-1',
        created: '2020-04-27T10:59:46.202Z',
        updated: '2020-04-27T14:17:45.490Z',
        summary: 'title',
        description: 'text',
      },
    ],
    ['issue', { id: 'CK-1' }, '/rest/api/2/issue/CK-1', { id: '123', key: 'CK-1', title: 'title' }],
    [
      'issues',
      { title: 'Test title' },
      '/rest/api/2/search/jql?jql=project%3D%22CK%22%20and%20summary%20~%22Test%20title%22&fields=summary,key',
      [{ id: '123', key: 'CK-1', title: 'title' }],
    ],
    [
      'issues',
      { title: 'Nothing' },
      '/rest/api/2/search/jql?jql=project%3D%22CK%22%20and%20summary%20~%22Nothing%22&fields=summary,key',
      [],
    ],
  ])('%s %j asks for %s', async (subAction, params, url, data) => {
    const { result, requests } = await atSite(subAction, params);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(requests).toEqual([['GET', url, '']]);
  });

  it('knows the handshake by name only', async () => {
    expect((await atSite('handshake', {})).result).toMatchObject({
      serviceMessage: '[Action][ExternalService] subAction handshake not implemented.',
      retry: true,
      errorSource: 'framework',
    });
  });
});

describe('what Jira refuses', () => {
  it.each<[StandInAnswer, string, object, string, string]>([
    [
      { status: 400, body: '{"errorMessages":["a","b"],"errors":{"x":"y"}}' },
      'issueTypes',
      {},
      'Unable to get issue types. Error: Request failed with status code 400. Reason: a, b',
      'user',
    ],
    [
      { status: 400, body: '{"errorMessages":[],"errors":{"a":"first.","b":"second."}}' },
      'pushToService',
      push(),
      'Unable to create incident. Error: Request failed with status code 400. Reason: first. second.',
      'user',
    ],
    [
      { status: 429, body: '{}' },
      'pushToService',
      push({ externalId: '7' }),
      'Unable to update incident with id 7. Error: Request failed with status code 429. Reason: unknown: errorResponse.errors was null',
      'user',
    ],
    [
      { status: 500, body: '<html>' },
      'issues',
      { title: 't' },
      'Unable to get issues. Error: Request failed with status code 500. Reason: unknown: errorResponse.errors was null',
      'framework',
    ],
    [
      { body: 'ok', headers: { 'content-type': 'text/html' } },
      'issue',
      { id: '1' },
      'Unable to get issue with id 1. Error: Unsupported content type: text/html in GET http://jira/rest/api/2/issue/1. Supported content types: application/json. Reason: unknown: errorResponse was null',
      'framework',
    ],
    [
      { body: 'ok', headers: { 'content-type': 'application/json' } },
      'fieldsByIssueType',
      { id: '1' },
      'Unable to get fields. Error: Response is not a valid JSON. Reason: unknown: errorResponse was null',
      'framework',
    ],
    [
      { body: '{"id":"1"}', headers: { 'content-type': 'application/json' } },
      'getIncident',
      { externalId: '1' },
      'Unable to get incident with id 1. Error: Response is missing at least one of the expected fields: id,key. Reason: unknown: errorResponse was null',
      'framework',
    ],
    [
      { body: '{"id":"1"}', headers: { 'content-type': 'application/json' } },
      'pushToService',
      push(),
      'Unable to create incident. Error: [Action][Jira]: Unable to get incident with id 1. Error: Response is missing at least one of the expected fields: id,key. Reason: unknown: errorResponse was null. Reason: unknown: errorResponse was null',
      'framework',
    ],
  ])('%j to %s %j says so', async (answer, subAction, params, text, errorSource) => {
    expect(await answered(answer, subAction, params)).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: `[Action][Jira]: ${text}`,
      retry: true,
      errorSource,
    });
  });

  it('is told of a comment, whose issue is there', async () => {
    await using site = await standIn(({ url }) => ({
      headers: { 'content-type': 'application/json' },
      body: url.endsWith('comment') ? '{}' : '{"id":"1","key":"CK-1","fields":{"created":"2020-04-27"}}',
    }));
    const comments = [{ comment: 'a', commentId: '1' }];
    const { result } = await run(site.url, 'pushToService', push({}, comments));
    expect(result.serviceMessage).toBe(
      '[Action][Jira]: Unable to create comment at incident with id 1. Error: Response is missing at least one of the expected fields: id,created. Reason: unknown: errorResponse was null',
    );
    expect(site.received).toHaveLength(3);
  });

  it('wants real credentials', async () => {
    await using site = await jiraSite();
    const { result } = await run(
      site.url,
      'issueTypes',
      {},
      { secrets: { email: EMAIL, apiToken: 'wrong' } },
    );
    expect(result).toMatchObject({ status: 'error', errorSource: 'framework' });
    expect(JSON.stringify(result)).not.toContain('wrong');
  });
});

describe('.jira refuses', () => {
  const refused = (given: object) =>
    run('https://acme.example', 'issueTypes', {}, { allowedHosts: ['acme.example'], ...given }).then(
      ({ result }) => result,
      (error) => error,
    );
  const params = (subActionParams: unknown, subAction = 'pushToService') => ({
    params: { subAction, subActionParams },
  });
  const config = (reason: string) => new ValidationError(`error validating connector type config: ${reason}`);
  const secrets = (reason: string) =>
    new ValidationError(`error validating connector type secrets: ${reason}`);
  const invalid = (reason: string) => new ValidationError(`error validating action params: ✖ ${reason}`);
  const missing = 'Invalid input: expected string, received undefined\n  → at';

  it.each([
    [{ config: { apiUrl: 'https://acme.example' } }, config(`✖ ${missing} projectKey`)],
    [{ config: { projectKey: 'CK' } }, config(`✖ ${missing} apiUrl`)],
    [
      { config: { projectKey: 'CK', apiUrl: 'https://b.example' } },
      config(
        'error configuring connector action: target url "https://b.example" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    ],
    [{ secrets: {} }, secrets(`✖ ${missing} email\n✖ ${missing} apiToken`)],
    [{ params: {} }, invalid('Invalid input\n  → at subAction')],
    [params({}, 'non-supported'), invalid('Invalid input\n  → at subAction')],
    [
      params(undefined),
      invalid('Invalid input: expected object, received undefined\n  → at subActionParams'),
    ],
    [params({ incident: {} }), invalid(`${missing} subActionParams.incident.summary`)],
    [params(push({}, [{ comment: 'a' }])), invalid(`${missing} subActionParams.comments[0].commentId`)],
    [params(push({}, [{ commentId: 'a' }])), invalid(`${missing} subActionParams.comments[0].comment`)],
    [
      params(push({ labels: ['label with spaces'] })),
      invalid('The label label with spaces cannot contain spaces\n  → at subActionParams.incident.labels[0]'),
    ],
    [
      params(push({ otherFields: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`f${at}`, 1])) })),
      invalid(
        'A maximum of 20 fields in otherFields can be defined at a time.\n  → at subActionParams.incident.otherFields',
      ),
    ],
    [
      params(push({ otherFields: { summary: 1 } })),
      invalid(
        'The following properties cannot be defined inside otherFields: summary.\n  → at subActionParams.incident.otherFields',
      ),
    ],
    [params(push({ other: 1 })), invalid('Unrecognized key: "other"\n  → at subActionParams.incident')],
    [
      params({ id: 1 }, 'issue'),
      invalid('Invalid input: expected string, received number\n  → at subActionParams.id'),
    ],
    [params({ a: 1 }, 'issueTypes'), invalid('Unrecognized key: "a"\n  → at subActionParams')],
  ])('%j', async (given, error) => {
    expect(await refused(given)).toEqual(error);
  });

  it('a connector with an empty part, when it runs', async () => {
    const given = { config: { apiUrl: 'https://acme.example', projectKey: '' } };
    expect(await refused(given)).toMatchObject({ serviceMessage: '[Action]Jira: Wrong configuration.' });
  });
});

import { ValidationError } from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { swimlane } from './swimlane.ts';
import { API_TOKEN, swimlaneApp } from './testing/swimlane-app.ts';

const field = (id: string, fieldType = 'text') => ({ id, key: id, name: id, fieldType });

const mappings = {
  alertIdConfig: field('ednjls'),
  severityConfig: field('adnlas'),
  ruleNameConfig: field('adnfls'),
  caseIdConfig: field('a6sst'),
  caseNameConfig: field('a6fst'),
  commentsConfig: field('a6fde', 'comments'),
  descriptionConfig: field('a6fdf'),
};

const incident = {
  ruleName: 'Rule Name',
  alertId: 'fs345f78g',
  caseId: 'es3456789',
  caseName: 'Case Name',
  severity: 'Critical',
  description: 'This is a description',
};

const now = new Date('2026-01-01T00:00:00Z');

const run = (apiUrl: string, given: { incident?: object; comments?: unknown; config?: object } = {}) =>
  testAction(swimlane, {
    config: { apiUrl, appId: '123456asdf', connectorType: 'all', mappings, ...given.config },
    secrets: { apiToken: API_TOKEN },
    params: {
      subAction: 'pushToService',
      subActionParams: {
        incident: given.incident ?? incident,
        ...(given.comments !== undefined && { comments: given.comments }),
      },
    },
    now,
  });

async function atApp(given: Parameters<typeof run>[1] = {}, path = '') {
  await using app = await swimlaneApp();
  const { result } = await run(app.url + path, given);
  return {
    result,
    base: app.url,
    requests: app.received.map(({ method, url, body }) => [method, url, body]),
  };
}

const VALUES =
  '{"adnfls":"Rule Name","ednjls":"fs345f78g","a6sst":"es3456789","a6fst":"Case Name","adnlas":"Critical","a6fdf":"This is a description"}';

describe('a push to Swimlane', () => {
  it('creates a record', async () => {
    await using app = await swimlaneApp();
    const { result } = await run(app.url);
    expect(app.received).toMatchObject([
      {
        method: 'POST',
        url: '/api/app/123456asdf/record',
        headers: { 'content-type': 'application/json', 'private-token': API_TOKEN },
        body: `{"applicationId":"123456asdf","values":${VALUES}}`,
      },
    ]);
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        id: 'wowzeronza',
        title: 'ET-69',
        url: `${app.url}/record/123456asdf/wowzeronza`,
        pushedDate: '2021-06-01T17:29:51.092Z',
      },
    });
  });

  it('updates the record that the external id names', async () => {
    const { result, requests } = await atApp({ incident: { ...incident, externalId: 'wowzeronza' } });
    expect(requests).toEqual([
      [
        'PATCH',
        '/api/app/123456asdf/record/wowzeronza',
        `{"applicationId":"123456asdf","id":"wowzeronza","values":${VALUES}}`,
      ],
    ]);
    expect(result).toMatchObject({ data: { pushedDate: '2021-06-02T17:29:51.092Z' } });
  });

  it('adds comments one after another, all with the moment of the push', async () => {
    const comments = ['first', ''].map((comment, at) => ({ comment, commentId: `${at}` }));
    const { result, requests } = await atApp({ comments });
    expect(requests.slice(1)).toEqual(
      ['first', ''].map((message) => [
        'POST',
        '/api/app/123456asdf/record/wowzeronza/a6fde/comment',
        `{"createdDate":"2026-01-01T00:00:00.000Z","fieldId":"a6fde","isRichText":true,"message":"${message}"}`,
      ]),
    );
    expect(result).toMatchObject({
      status: 'ok',
      data: {
        comments: [
          { commentId: '0', pushedDate: '2021-06-01T17:29:51.092Z' },
          { commentId: '1', pushedDate: '2021-06-01T17:29:51.092Z' },
        ],
      },
    });
  });

  it.each([
    ['', ''],
    ['/', ''],
    ['/api', '/api'],
    ['/api/', '/api'],
  ])('to an API URL that ends with %j links to %j before the record', async (path, inLink) => {
    const { result, requests, base } = await atApp({}, path);
    expect(requests[0]?.[1]).toBe('/api/app/123456asdf/record');
    expect(result).toMatchObject({ data: { url: `${base}${inLink}/record/123456asdf/wowzeronza` } });
  });

  it.each([
    ['12.5', 12.5],
    ['text', 0],
  ])(
    'sends %j to a numeric field as %j, and leaves out what is empty or not mapped',
    async (severity, sent) => {
      const config = {
        mappings: { severityConfig: field('adnlas', 'numeric'), caseIdConfig: field('a6sst') },
      };
      const { requests } = await atApp({ incident: { severity, caseId: '', ruleName: 'r' }, config });
      expect(JSON.parse(requests[0]?.[2] ?? '').values).toEqual({ adnlas: sent });
    },
  );

  it('lets the later of two mappings to one field win', async () => {
    const config = { mappings: { ruleNameConfig: field('adnlas'), severityConfig: field('adnlas') } };
    const { requests } = await atApp({ config });
    expect(JSON.parse(requests[0]?.[2] ?? '').values).toEqual({ adnlas: 'Critical' });
  });

  it('fails at a comment that has no field, the record being there', async () => {
    const config = { mappings: { ruleNameConfig: field('adnfls') } };
    const { result, requests } = await atApp({ comments: [{ comment: 'a', commentId: '1' }], config });
    expect(requests).toHaveLength(1);
    expect(result).toMatchObject({
      serviceMessage:
        '[Action][Swimlane]: Unable to create comment in application with id 123456asdf. Status: 500. Error: No comment field mapped in Swimlane connector. Reason: unknown',
      retry: true,
    });
  });

  it('sends whatever a value is as data', async () => {
    await using app = await swimlaneApp();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (text) => {
        app.received.length = 0;
        await run(app.url, {
          incident: { description: text },
          comments: [{ comment: text, commentId: '1' }],
        });
        const [record, comment] = app.received.map(({ body }) => JSON.parse(body));
        expect([record.values, comment.message]).toEqual([{ a6fdf: text }, text]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('what Swimlane refuses', () => {
  const APPLICATION = '[Action][Swimlane]: Unable to create record in application with id 123456asdf.';
  const typed = { 'content-type': 'application/json' };
  it.each<[StandInAnswer, string]>([
    [
      { status: 400, body: '{"Argument":"field","ErrorCode":3001}' },
      'Status: 400. Error: Request failed with status code 400. Reason: field (3001)',
    ],
    [
      { status: 500, body: '<html>' },
      'Status: 500. Error: Request failed with status code 500. Reason: unknown',
    ],
    [
      { body: '{}', headers: typed },
      'Status: 500. Error: Response is missing at least one of the expected fields: id,name,createdDate. Reason: unknown',
    ],
    [{ body: 'x', headers: typed }, 'Status: 500. Error: Response is not a valid JSON. Reason: unknown'],
    [
      { body: '{}', headers: { 'content-type': 'text/html' } },
      'Status: 500. Error: Unsupported content type: text/html in post http://swimlane/api/app/123456asdf/record. Supported content types: application/json. Reason: unknown',
    ],
  ])('%j says so', async (answer, text) => {
    await using app = await standIn(() => answer);
    const { result } = await run(app.url);
    expect(result).toMatchObject({ message: 'an error occurred while running the action', retry: true });
    expect(result.serviceMessage?.replaceAll(app.url, 'http://swimlane')).toBe(`${APPLICATION} ${text}`);
  });

  it('is told of an update too', async () => {
    await using app = await standIn(() => ({ status: 404 }));
    const { result } = await run(app.url, { incident: { externalId: 'x/y' } });
    expect(result.serviceMessage).toMatch(
      /^\[Action\]\[Swimlane\]: Unable to update record in application with id 123456asdf\. Status: 404\./,
    );
    expect(app.received[0]?.url).toBe('/api/app/123456asdf/record/x%2Fy');
  });
});

describe('.swimlane refuses', () => {
  const good = { apiUrl: 'https://acme.example', appId: 'a', connectorType: 'all', mappings };
  const refused = (given: object) =>
    testAction(swimlane, {
      config: good,
      secrets: { apiToken: 't' },
      params: { subAction: 'pushToService', subActionParams: { incident } },
      allowedHosts: ['acme.example'],
      ...given,
    }).then(
      ({ result }) => result,
      (error) => error,
    );
  const push = (subActionParams: unknown, subAction = 'pushToService') => ({
    params: { subAction, subActionParams },
  });
  const missing = '✖ Invalid input: expected string, received undefined\n  → at';

  it.each([
    [{ config: { ...good, apiUrl: undefined } }, `connector type config: ${missing} apiUrl`],
    [{ config: { ...good, appId: undefined } }, `connector type config: ${missing} appId`],
    [
      { config: { ...good, connectorType: 'not-supported' } },
      'connector type config: ✖ Invalid option: expected one of "all"|"alerts"|"cases"\n  → at connectorType',
    ],
    [
      { config: { ...good, apiUrl: 'https://b.example' } },
      'connector type config: error configuring connector action: target url "https://b.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [{ secrets: {} }, `connector type secrets: ${missing} apiToken`],
    [
      push({}, 'other'),
      "action params: ✖ Invalid discriminator value. Expected 'pushToService'\n  → at subAction",
    ],
    [push(null), 'action params: ✖ Invalid input: expected object, received null\n  → at subActionParams'],
    [
      push({ incident, comments: [{ comment: 'a' }] }),
      `action params: ${missing} subActionParams.comments[0].commentId`,
    ],
    [
      push({ incident, comments: [{ commentId: 'a' }] }),
      `action params: ${missing} subActionParams.comments[0].comment`,
    ],
    [
      push({ incident: { other: 1 } }),
      'action params: ✖ Unrecognized key: "other"\n  → at subActionParams.incident',
    ],
  ])('%j', async (given, reason) => {
    expect(await refused(given)).toEqual(new ValidationError(`error validating ${reason}`));
  });

  it('a connector with an empty part, when it runs', async () => {
    expect(await refused({ config: { ...good, appId: '' } })).toMatchObject({
      serviceMessage: '[Action]Swimlane: Wrong configuration.',
      errorSource: 'framework',
    });
  });
});

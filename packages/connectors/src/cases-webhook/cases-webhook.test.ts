import { ValidationError } from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesWebhook } from './cases-webhook.ts';
import { caseSystem } from './testing/case-system.ts';

const configAt = (base: string) => ({
  createIncidentUrl: `${base}/rest/api/2/issue`,
  createIncidentJson:
    '{"fields":{"summary":{{{case.title}}},"description":{{{case.description}}},"labels":{{{case.tags}}},"project":{"key":"ROC"},"issuetype":{"id":"10024"}}}',
  createIncidentResponseKey: 'id',
  getIncidentUrl: `${base}/rest/api/2/issue/{{{external.system.id}}}`,
  getIncidentResponseExternalTitleKey: 'key',
  viewIncidentUrl: `${base}/browse/{{{external.system.title}}}`,
  updateIncidentUrl: `${base}/rest/api/2/issue/{{{external.system.id}}}`,
  updateIncidentJson:
    '{"fields":{"summary":{{{case.title}}},"description":{{{case.description}}},"labels":{{{case.tags}}}}}',
  createCommentUrl: `${base}/rest/api/2/issue/{{{external.system.id}}}/comment`,
  createCommentMethod: 'post',
  createCommentJson: '{"body":{{{case.comment}}}}',
  headers: null,
  hasAuth: true,
});

const secrets = { user: 'user', password: 'pass' };
const incident = { title: 'a title', description: 'a description', externalId: null };

interface Given {
  config?: object;
  secrets?: unknown;
  incident?: object;
  comments?: unknown;
}

const run = (base: string, given: Given = {}) =>
  testAction(casesWebhook, {
    config: { ...configAt(base), ...given.config },
    secrets: given.secrets ?? secrets,
    params: {
      subAction: 'pushToService',
      subActionParams: {
        incident: { ...incident, ...given.incident },
        ...(given.comments !== undefined && { comments: given.comments }),
      },
    },
    now: new Date('2026-01-01T00:00:00Z'),
    allowedHosts: ['127.0.0.1'],
  });

async function atSystem(given?: Given | ((base: string) => Given)) {
  await using system = await caseSystem();
  const { result, requestBodyBytes } = await run(
    system.url,
    typeof given === 'function' ? given(system.url) : given,
  );
  return {
    result,
    requestBodyBytes,
    base: system.url,
    requests: system.received.map(({ method, url, body }) => [`${method} ${url}`, body]),
    headers: system.received[0]?.headers,
  };
}

const CREATED =
  '{"fields":{"summary":"a title","description":"a description","labels":[],"project":{"key":"ROC"},"issuetype":{"id":"10024"}}}';
const pushedDate = '2026-01-01T00:00:00.000Z';

describe('a push to a system with cases', () => {
  it('creates a case, reads its title, and adds the comments that have a text', async () => {
    const comments = [
      { comment: 'first comment', commentId: '456' },
      { comment: '', commentId: '457' },
    ];
    const { result, requests, base, headers } = await atSystem({ comments });
    expect(requests).toEqual([
      ['POST /rest/api/2/issue', CREATED],
      ['GET /rest/api/2/issue/123', ''],
      ['POST /rest/api/2/issue/123/comment', '{"body":"first comment"}'],
    ]);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Basic dXNlcjpwYXNz',
    });
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        id: '123',
        title: 'CK-1',
        url: `${base}/browse/CK-1`,
        pushedDate,
        comments: [{ commentId: '456', pushedDate }],
      },
    });
  });

  it('without comments answers none, and costs the bytes of the case', async () => {
    const { result, requestBodyBytes } = await atSystem({ comments: [] });
    expect(result.data).not.toHaveProperty('comments');
    expect(requestBodyBytes).toBe(125);
  });

  it('updates the case that the external id names', async () => {
    const { result, requests } = await atSystem({ incident: { externalId: '123', tags: ['a', 'b'] } });
    expect(requests).toEqual([
      [
        'PUT /rest/api/2/issue/123',
        '{"fields":{"summary":"a title","description":"a description","labels":["a","b"]}}',
      ],
      ['GET /rest/api/2/issue/123', ''],
    ]);
    expect(result).toMatchObject({ status: 'ok', data: { id: '123', title: 'CK-1' } });
  });

  it('reads by POST where the config has a body for it', async () => {
    const config = { getIncidentMethod: 'post', getIncidentJson: '{"id": {{{external.system.id}}} }' };
    const { result, requests } = await atSystem({ config });
    expect(requests[1]).toEqual(['POST /rest/api/2/issue/123', '{"id": "123" }']);
    expect(result.status).toBe('ok');
  });

  it('reports comments as pushed where the config has no request for them', async () => {
    const config = { createCommentUrl: null };
    const { result, requests } = await atSystem({ config, comments: [{ comment: 'a', commentId: '1' }] });
    expect(requests).toHaveLength(2);
    expect(result.data).toMatchObject({ comments: [{ commentId: '1', pushedDate }] });
  });

  it('sends headers of the config and secret ones', async () => {
    const { headers } = await atSystem({
      config: { headers: { 'X-Plain': '1', 'Content-Type': 'application/json' } },
      secrets: { ...secrets, secretHeaders: { 'X-Secret': '2' } },
    });
    expect(headers).toMatchObject({ 'x-plain': '1', 'x-secret': '2', 'content-type': 'application/json' });
  });

  it('encodes what another system gave before it is put into a URL, and makes runs of slashes one', async () => {
    await using system = await standIn(({ method }) => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(method === 'POST' ? { result: [{ id: 'a/b?c' }] } : { key: 'x y/z' }),
    }));
    const { result } = await run(system.url, {
      config: {
        createIncidentResponseKey: 'result[0].id',
        viewIncidentUrl: `${system.url}//browse//{{{external.system.id}}}/{{{external.system.title}}}/`,
      },
    });
    expect(system.received[1]?.url).toBe('/rest/api/2/issue/a%2Fb%3Fc');
    expect(result.data).toMatchObject({
      id: 'a/b?c',
      title: 'x y/z',
      url: `${system.url}/browse/a%2Fb%3Fc/x%20y%2Fz`,
    });
  });

  it.each([
    [7, '7'],
    [null, 'null'],
  ])('takes the id %j as text', async (id, text) => {
    await using system = await standIn(() => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, key: 'k' }),
    }));
    expect((await run(system.url)).result.data).toMatchObject({ id: text });
  });

  it('sends whatever a value is as data', async () => {
    await using system = await caseSystem();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (text) => {
        system.received.length = 0;
        const comments = [{ comment: text, commentId: '1' }];
        await run(system.url, { incident: { title: text, tags: [text] }, comments });
        const [created, , comment] = system.received.map(({ body }) => body && JSON.parse(body));
        expect(created.fields).toMatchObject({ summary: text, labels: [text] });
        expect(comment).toEqual({ body: text });
      }),
      { numRuns: 20 },
    );
  });
});

describe('a push that fails', () => {
  const CREATE = '[Action][Webhook - Case Management]: Unable to create case. Error:';
  const READ = '[Action][Webhook - Case Management]: Unable to get case with id 123. Error:';
  const UPDATE = '[Action][Webhook - Case Management]: Unable to update case with id 12345. Error:';
  const typed = { 'content-type': 'application/json' };

  const texts = async (given: Given | ((base: string) => Given)) => {
    const { result, requests, base } = await atSystem(given);
    expect(result).toMatchObject({
      status: 'error',
      message: 'an error occurred while running the action',
      retry: true,
      errorSource: 'framework',
    });
    return { calls: requests.length, text: result.serviceMessage?.replaceAll(base, 'http://cases') };
  };

  it('before it begins, where a body is no JSON', async () => {
    expect(await texts({ config: { createIncidentJson: '{"a": {{{case.title}}},}' } })).toEqual({
      calls: 0,
      text: `${CREATE} JSON Error: Create case JSON body must be valid JSON.  `,
    });
    expect(
      await texts({ config: { updateIncidentJson: '{"a":,}' }, incident: { externalId: '12345' } }),
    ).toEqual({ calls: 0, text: `${UPDATE} JSON Error: Update case JSON body must be valid JSON.  ` });
  });

  it('in its middle, where the body of a later request is no JSON', async () => {
    const config = { getIncidentMethod: 'post', getIncidentJson: '{"id":"{{{external.system.id}}}"}' };
    expect(await texts({ config })).toEqual({
      calls: 1,
      text: `${CREATE} ${READ} JSON Error: Get case JSON body must be valid JSON.  .  `,
    });
    const comments = [{ comment: 'a', commentId: '1' }];
    expect(await texts({ config: { createCommentJson: '{"body":,}' }, comments })).toEqual({
      calls: 2,
      text: '[Action][Webhook - Case Management]: Unable to create comment at case with id 123. Error: JSON Error: Create comment JSON body must be valid JSON.  ',
    });
  });

  it('where a URL may not be called', async () => {
    expect(await texts({ config: { createIncidentUrl: 'httpshttp://127.0.0.1/x' } })).toEqual({
      calls: 0,
      text: `${CREATE} Invalid Create case URL: Error: Invalid protocol.  `,
    });
    const config = { updateIncidentUrl: 'http://127.0.0.1/{{{external.system.id' };
    expect(await texts({ config, incident: { externalId: '12345' } })).toEqual({
      calls: 0,
      text: `${UPDATE} Invalid Update case URL: Error: Invalid URL.  `,
    });
  });

  it('with the words of the other system', async () => {
    const answered = async (answer: StandInAnswer) => {
      await using system = await standIn(() => answer);
      return (await run(system.url)).result.serviceMessage?.replaceAll(system.url, 'http://cases');
    };
    expect(await answered({ status: 400, body: '{"errors":{"a":"b"}}' })).toBe(
      `${CREATE} Request failed with status code 400. {"errors":{"a":"b"}} Reason: Bad Request`,
    );
    expect(await answered({ status: 500 })).toBe(
      `${CREATE} Request failed with status code 500.  Reason: Internal Server Error`,
    );
    expect(await answered({ body: '{"id":1}' })).toBe(
      `${CREATE} Missing content type header in post http://cases/rest/api/2/issue. Supported content types: application/json.  `,
    );
    expect(await answered({ body: '{"id":1}', headers: { 'content-type': 'text/html' } })).toBe(
      `${CREATE} Unsupported content type: text/html in post http://cases/rest/api/2/issue. Supported content types: application/json.  `,
    );
    expect(await answered({ body: '<html>', headers: typed })).toBe(
      `${CREATE} Response is not a valid JSON.  `,
    );
    expect(await answered({ body: '{"other":1}', headers: typed })).toBe(
      `${CREATE} Response is missing the expected field: id.  `,
    );
    expect(await answered({ body: '{"id":"123"}', headers: typed })).toBe(
      `${CREATE} ${READ} Response is missing the expected field: key.  .  `,
    );
  });

  it.each<[string, Given]>([
    ['half of basic auth', { secrets: { user: null, password: null } }],
    ['no certificate', { config: { authType: 'webhook-authentication-ssl' } }],
    ['an empty URL', { config: { getIncidentUrl: '' } }],
  ])('for its configuration, with %s', async (_, given) => {
    expect(await texts(given)).toEqual({
      calls: 0,
      text: '[Action]Webhook - Case Management: Wrong configuration.',
    });
  });
});

describe('.cases-webhook refuses', () => {
  const good = configAt('http://127.0.0.1');
  const refused = (given: Given & { params?: unknown }) =>
    testAction(casesWebhook, {
      config: given.config ?? good,
      secrets: given.secrets ?? secrets,
      params: given.params ?? { subAction: 'pushToService', subActionParams: { incident } },
      allowedHosts: ['127.0.0.1'],
    }).catch((error) => error);
  const missing = '✖ Invalid input: expected string, received undefined\n  → at';
  const config = (reason: string) => `connector type config: ${reason}`;

  it.each([
    'createIncidentUrl',
    'createIncidentJson',
    'createIncidentResponseKey',
    'getIncidentUrl',
    'getIncidentResponseExternalTitleKey',
    'viewIncidentUrl',
    'updateIncidentUrl',
    'updateIncidentJson',
  ])('a config without %s', async (name) => {
    const error = await refused({ config: { ...good, [name]: undefined } });
    expect(error).toEqual(new ValidationError(`error validating ${config(`${missing} ${name}`)}`));
  });

  const push = (subActionParams: unknown, subAction = 'pushToService') => ({
    params: { subAction, subActionParams },
  });

  it.each<[Given & { params?: unknown }, string]>([
    [
      { config: { ...configAt('http://b.example'), viewIncidentUrl: 'http://c.example' } },
      config(
        'error configuring cases webhook action: target url "http://b.example/rest/api/2/issue" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    ],
    [
      { config: { ...good, updateIncidentUrl: 'nowhere' } },
      config('error configuring cases webhook action: unable to parse nowhere: Invalid URL'),
    ],
    [
      { config: { ...good, authType: 'webhook-oauth2-client-credentials' } },
      config('OAuth2 authentication is not supported for cases webhook connector'),
    ],
    [
      { config: { ...good, createIncidentMethod: 'get' } },
      config('✖ Invalid option: expected one of "post"|"put"\n  → at createIncidentMethod'),
    ],
    [{ secrets: {} }, 'action type connector: must specify a secrets configuration'],
    [push({}, 'other'), 'action params: ✖ Invalid input\n  → at subAction'],
    [
      push(undefined),
      'action params: ✖ Invalid input: expected object, received undefined\n  → at subActionParams',
    ],
    [push({ incident: {} }), `action params: ${missing} subActionParams.incident.title`],
    [
      push({ incident, comments: [{ comment: 'a' }] }),
      `action params: ${missing} subActionParams.comments[0].commentId`,
    ],
    [
      push({ incident, comments: [{ commentId: 'a' }] }),
      `action params: ${missing} subActionParams.comments[0].comment`,
    ],
  ])('%j', async (given, reason) => {
    expect(await refused(given)).toEqual(new ValidationError(`error validating ${reason}`));
  });

  it('no secrets where nothing is authenticated', async () => {
    const { result } = await refused({ config: { ...good, hasAuth: false }, secrets: {} });
    expect(result.serviceMessage).toContain('ECONNREFUSED');
  });
});

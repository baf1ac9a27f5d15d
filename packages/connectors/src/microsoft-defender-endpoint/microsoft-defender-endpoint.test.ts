import { type StreamedData, ValidationError } from '@patchbay/kit';
import { hostileText, memoryTokens, type TestRun, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microsoftDefenderEndpoint } from './microsoft-defender-endpoint.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type Defender,
  type DefenderOptions,
  defender,
  SCOPE,
  TENANT,
} from './testing/defender.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const action = { id: '1-2-3', comment: 'some comment' };

const run = (
  url: string,
  subAction: string,
  subActionParams: unknown = {},
  { config, ...more }: Partial<TestRun> & { config?: object } = {},
) =>
  testAction(microsoftDefenderEndpoint, {
    config: {
      clientId: CLIENT_ID,
      tenantId: TENANT,
      oAuthServerUrl: url,
      oAuthScope: SCOPE,
      apiUrl: url,
      ...config,
    },
    secrets: { clientSecret: CLIENT_SECRET },
    params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
    now: NOW,
    ...more,
  });

async function atDefender(
  subAction: string,
  subActionParams?: unknown,
  { options, ...more }: Partial<TestRun> & { config?: object; options?: DefenderOptions } = {},
) {
  await using vendor = await defender({ now: () => NOW, ...options });
  const { result, ...rest } = await run(vendor.url, subAction, subActionParams, more);
  return { ...rest, result, vendor, received: vendor.received, calls: vendor.calls(), url: vendor.url };
}

describe('isolating a machine', () => {
  it('asks for a token, then for the isolation', async () => {
    const { received, result, requestBodyBytes } = await atDefender('isolateHost', action);
    const form =
      'grant_type=client_credentials&client_id=app-1&scope=https%3A%2F%2Fsecuritycenter.onmicrosoft.com%2Fwindowsatpservice%2F.default&client_secret=shhh-client-secret';
    const body = '{"Comment":"some comment","IsolationType":"Full"}';
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/tenant-1/oauth2/v2.0/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form,
      },
      {
        method: 'POST',
        url: '/api/machines/1-2-3/isolate',
        headers: { authorization: 'Bearer token-1', 'content-type': 'application/json' },
        body,
      },
    ]);
    expect(received[0]?.headers.authorization).toBeUndefined();
    expect(requestBodyBytes).toBe(form.length + body.length);
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: { id: 'a2', type: 'isolate', status: 'Pending', machineId: '1-2-3' },
    });
  });

  it('puts the token’s path in place of one that the setting has', async () => {
    await using vendor = await defender();
    const config = { oAuthServerUrl: `${vendor.url}/some/path/` };
    expect((await run(vendor.url, 'isolateHost', action, { config })).result.status).toBe('ok');
    expect(vendor.received[0]?.url).toBe('/tenant-1/oauth2/v2.0/token');
  });

  it('again, while it is under way, says how to go on', async () => {
    await using vendor = await defender();
    await run(vendor.url, 'isolateHost', action);
    expect((await run(vendor.url, 'isolateHost', action)).result.serviceMessage).toBe(
      "Status code: 400. Message: Action is already in progress. Please wait or force clear with 'cancel' response action",
    );
  });
});

describe('what the other actions send', () => {
  const script = { id: '1-2-3', parameters: { scriptName: 'script.ps1' } };
  const commands = (args: string) =>
    `"Commands":[{"type":"RunScript","params":[{"key":"ScriptName","value":"script.ps1"},{"key":"Args","value":"${args}"}]}]`;

  it.each<[string, object, string, string, object]>([
    ['getAgentDetails', { id: '1-2-3' }, 'GET /api/machines/1-2-3', '{}', { id: '1-2-3' }],
    [
      'releaseHost',
      action,
      'POST /api/machines/1-2-3/unisolate',
      '{"Comment":"some comment"}',
      { id: 'a2', type: 'unisolate' },
    ],
    [
      'runScript',
      script,
      'POST /api/machines/1-2-3/runliveresponse',
      `{${commands('--noargs')}}`,
      { id: 'a3' },
    ],
    [
      'runScript',
      { ...script, comment: 'c', parameters: { ...script.parameters, args: '-v' } },
      'POST /api/machines/1-2-3/runliveresponse',
      `{"Comment":"c",${commands('-v')}}`,
      { id: 'a3' },
    ],
    ['getLibraryFiles', {}, 'GET /api/libraryfiles', '{}', { value: [{ fileName: 'script.ps1' }] }],
  ])('%s %j', async (subAction, params, call, body, data) => {
    const { calls, received, result } = await atDefender(subAction, params);
    expect(calls).toEqual([call]);
    expect(received[1]?.body).toBe(body);
    expect(result).toMatchObject({ status: 'ok', data });
  });

  it('cancelAction, where it is turned on', async () => {
    const params = { actionId: 'a1', comment: 'enough' };
    const { calls, received, result } = await atDefender('cancelAction', params, {
      settings: { experimentalFeatures: new Set(['microsoftDefenderEndpointCancelOn']) },
    });
    expect(calls).toEqual(['POST /api/machineactions/a1/cancel']);
    expect(received[1]?.body).toBe('{"Comment":"enough"}');
    expect(result).toMatchObject({ status: 'ok', data: { id: 'a1', status: 'Cancelled' } });
  });

  it('cancelAction, where it is not, is unknown', async () => {
    const { result, received } = await atDefender('cancelAction', { actionId: 'a1', comment: 'enough' });
    expect(result).toMatchObject({
      serviceMessage:
        'Sub action "cancelAction" is not registered. Connector id: test. Connector name: Microsoft Defender for Endpoint. Connector type: .microsoft_defender_endpoint',
      retry: true,
      errorSource: 'framework',
    });
    expect(received).toEqual([]);
  });
});

describe('lists', () => {
  const actions = ['1', '2', '3'].map((id) => ({
    id,
    status: id === '3' ? 'Failed' : 'Succeeded',
    creationDateTimeUtc: `2026-01-0${id}`,
  }));

  it('of actions are filtered, sorted and paged', async () => {
    const params = {
      id: ['1', '2'],
      status: 'Succeeded',
      page: 2,
      pageSize: 50,
      sortField: 'creationDateTimeUtc',
    };
    const { calls, result } = await atDefender('getActions', params, { options: { actions } });
    expect(calls).toEqual([
      "GET /api/machineactions?$count=true&$top=50&$skip=50&$orderby=creationDateTimeUtc desc&$filter=id in ('1','2') AND status eq 'Succeeded'",
    ]);
    expect(result.data).toEqual({ '@odata.count': 2, value: [], page: 2, pageSize: 50, total: 2 });
  });

  it('come a page at a time', async () => {
    const page = async (number: number) =>
      (
        await atDefender(
          'getActions',
          { page: number, pageSize: 2, sortField: 'id', sortDirection: 'asc' },
          { options: { actions } },
        )
      ).result.data;
    expect([await page(1), await page(2)]).toMatchObject([
      { value: actions.slice(0, 2), page: 1, total: 3 },
      { value: actions.slice(2), page: 2, total: 3 },
    ]);
  });

  it('begin with the first twenty, without a filter', async () => {
    const { calls, result } = await atDefender('getAgentList');
    expect(calls).toEqual(['GET /api/machines?$count=true&$top=20']);
    expect(result.data).toEqual({
      '@odata.count': 1,
      value: [{ id: '1-2-3' }],
      page: 1,
      pageSize: 20,
      total: 1,
    });
  });

  it('of machines take each filter', async () => {
    const { calls } = await atDefender('getAgentList', {
      healthStatus: ['Active', 'Inactive'],
      computerDnsName: 'host-1.example.com',
      rbacGroupId: '7',
    });
    expect(calls).toEqual([
      "GET /api/machines?$count=true&$top=20&$filter=computerDnsName eq 'host-1.example.com' AND rbacGroupId eq '7' AND healthStatus in ('Active','Inactive')",
    ]);
  });

  it.each(['{"value":[]}', '', '<html>', '[]', '7'])(
    'have the total -1 where %j does not say it',
    async (body) => {
      const answer = ({ url }: { url: string }) => (url.startsWith('/api') ? { body } : undefined);
      const { result } = await atDefender('getAgentList', {}, { options: { answer } });
      expect(result).toMatchObject({ status: 'ok', data: { page: 1, pageSize: 20, total: -1 } });
    },
  );
});

describe('results of a script', () => {
  const file = Buffer.from([0, 1, 2, 255]);
  const read = async (data: unknown) => {
    const { body, contentType } = data as StreamedData;
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return [contentType, Buffer.concat(chunks)];
  };

  it('are passed on from where their link leads, without the token', async () => {
    await using vendor = await defender({ file });
    const { result, logged } = await run(vendor.url, 'getActionResults', { id: 'a1' });
    expect(result.status).toBe('ok');
    expect(await read(result.data)).toEqual(['application/zip', file]);
    expect(vendor.calls()).toEqual([
      'GET /api/machineactions/a1/GetLiveResponseResultDownloadLink(index=0)',
      'GET /file?sig=sig-of-the-file',
    ]);
    expect(vendor.received[2]?.headers).not.toHaveProperty('authorization');
    expect(JSON.stringify(logged)).not.toContain('sig-of-the-file');
  });

  it('that have no link are said to be missing', async () => {
    expect((await atDefender('getActionResults', { id: 'a1' })).result).toMatchObject({
      serviceMessage: 'Download URL for script results of machineId [a1] not found',
      retry: true,
      errorSource: 'framework',
    });
  });

  const linkTo = (value: string) => ({
    answer: ({ url }: { url: string }) =>
      url.includes('DownloadLink') ? { body: JSON.stringify({ value }) } : undefined,
  });

  it('that may not be fetched are an error without the link', async () => {
    const { result, url } = await atDefender(
      'getActionResults',
      { id: 'a1' },
      {
        options: {
          answer: ({ url, headers }) =>
            url.includes('DownloadLink')
              ? { body: JSON.stringify({ value: `http://${headers.host}/file?sig=not-the-one` }) }
              : undefined,
        },
      },
    );
    expect(result.serviceMessage).toBe(
      `Status code: 403. Message: API Error: [Forbidden] Request failed with status code 403\nURL called:[get] ${url}/[redacted]\nResponse body: "<Error>AuthenticationFailed</Error>"`,
    );
  });

  it('on a host that is not allowed are not fetched', async () => {
    const { result } = await atDefender(
      'getActionResults',
      { id: 'a1' },
      {
        allowedHosts: ['127.0.0.1'],
        options: linkTo('https://files.example.com/a?sig=secret'),
      },
    );
    expect(result.serviceMessage).toBe(
      'error configuring connector action: target url "https://files.example.com/[redacted]" is not added to the Kibana config xpack.actions.allowedHosts',
    );
  });

  it.each(['no url', 'ftp://files.example.com/x?sig=secret'])('at %j are no crash', async (link) => {
    const { result } = await atDefender('getActionResults', { id: 'a1' }, { options: linkTo(link) });
    expect(result.serviceMessage).toMatch(/^URL Error: /);
    expect(result.serviceMessage).not.toContain('secret');
  });
});

describe('the token', () => {
  const tokens = (endsIn: number) => memoryTokens({ token: 'token-1', expiresAt: at(endsIn) });
  /** A run with a stored token that Defender takes. */
  const withStored = async (endsIn: number) => {
    await using vendor = await defender({ now: () => at(-60), expiresIn: 1000 });
    vendor.tokens.issue();
    const store = tokens(endsIn);
    const { result } = await run(vendor.url, 'getLibraryFiles', {}, { tokens: store });
    return { result, stored: await store.get(), requests: vendor.received.map(({ url }) => url) };
  };

  it.each([
    [60, 0],
    [-3, 0],
    [-5, 0],
    [-6, 1],
  ])('that ends in %i s takes %i requests for another', async (endsIn, asked) => {
    const { result, requests, stored } = await withStored(endsIn);
    expect(result.status).toBe('ok');
    expect(requests).toHaveLength(1 + asked);
    expect(stored?.token).toBe(asked === 0 ? 'token-1' : 'token-2');
  });

  it('is stored bare, until it ends', async () => {
    const store = memoryTokens();
    await atDefender('getLibraryFiles', {}, { tokens: store, options: { expiresIn: 90 } });
    expect(await store.get()).toEqual({ token: 'token-1', expiresAt: at(90) });
  });

  it('that was revoked is replaced once, and the call repeated', async () => {
    await using vendor = await defender({ now: () => NOW });
    vendor.tokens.issue();
    vendor.tokens.revokeAll();
    const store = tokens(600);
    const { result } = await run(vendor.url, 'isolateHost', action, { tokens: store });
    expect(result.status).toBe('ok');
    expect(vendor.received.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/api/machines/1-2-3/isolate', 'Bearer token-1'],
      ['/tenant-1/oauth2/v2.0/token', undefined],
      ['/api/machines/1-2-3/isolate', 'Bearer token-2'],
    ]);
    expect((await store.get())?.token).toBe('token-2');
  });

  it('that is refused twice fails the call after one repeat', async () => {
    const answer = ({ url }: { url: string }) => (url.startsWith('/api') ? { status: 401 } : undefined);
    const { received, result, url } = await atDefender('getLibraryFiles', {}, { options: { answer } });
    expect(received.map(({ url }) => url)).toEqual([
      '/tenant-1/oauth2/v2.0/token',
      '/api/libraryfiles',
      '/tenant-1/oauth2/v2.0/token',
      '/api/libraryfiles',
    ]);
    expect(result).toMatchObject({
      serviceMessage: `Status code: 401. Message: Unauthorized API Error (401)\nURL called:[get] ${url}/api/libraryfiles\nResponse body: {}`,
      errorSource: 'user',
    });
  });

  it('is asked for once in a run', async () => {
    const { received } = await atDefender('testConnector');
    expect(received.filter(({ url }) => url.endsWith('/token'))).toHaveLength(1);
  });

  it('that is not in the answer is not available', async () => {
    const answer = () => ({ body: '{"token_type":"Bearer"}' });
    expect((await atDefender('getLibraryFiles', {}, { options: { answer } })).result.serviceMessage).toBe(
      'Access token for Microsoft Defend for Endpoint not available!',
    );
  });

  it('that is refused says why, and is not asked for again', async () => {
    const { result, received, url } = await atDefender(
      'getLibraryFiles',
      {},
      { config: { clientId: 'other' } },
    );
    expect(received).toHaveLength(1);
    expect(result.serviceMessage).toBe(
      `Status code: 401. Message: Unauthorized API Error (401)\nURL called:[post] ${url}/tenant-1/oauth2/v2.0/token\nResponse body: {"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret"}`,
    );
  });

  it('in an answer that is no success is not told', async () => {
    const answer = () => ({
      status: 302,
      headers: { location: '/elsewhere' },
      body: '{"access_token":"abc"}',
    });
    const { result, received, logged } = await atDefender('getLibraryFiles', {}, { options: { answer } });
    expect(received).toHaveLength(1);
    expect(JSON.stringify([result, logged])).not.toContain('abc');
    expect(result.serviceMessage).toMatch(
      /^Status code: 302\. Message: API Error: \[Found\] .*Response body: \{\}$/s,
    );
  });
});

describe('the test of a connector', () => {
  const results = [
    'API call to Machines API was successful',
    'API call to Machine Isolate was successful',
    'API call to Machine Release was successful',
    'API call to Machine Actions was successful',
    'API call to Machine RunScript was successful',
  ];

  it('uses each right on a machine that does not exist', async () => {
    const { result, calls, received } = await atDefender('testConnector');
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { results } });
    expect(calls).toEqual([
      'GET /api/machines/elastic-connector-test',
      'POST /api/machines/elastic-connector-test/isolate',
      'POST /api/machines/elastic-connector-test/unisolate',
      'GET /api/machineactions?$count=true&$top=1',
      'POST /api/machines/elastic-connector-test/runliveresponse',
    ]);
    expect(received.map(({ body }) => body).slice(2)).toEqual([
      '{"Comment":"connector test","IsolationType":"Full"}',
      '{"Comment":"connector test"}',
      '{}',
      '{"Comment":"connector test","Commands":[{"type":"RunScript","params":[{"key":"ScriptName","value":"test"},{"key":"Args","value":"--noargs"}]}]}',
    ]);
  });

  it('stops where a right is missing', async () => {
    const forbidden = { status: 403, body: '{"error":{"code":"Forbidden","message":"Missing roles"}}' };
    const answer = ({ url }: { url: string }) => (url.endsWith('/isolate') ? forbidden : undefined);
    const { result, calls } = await atDefender('testConnector', {}, { options: { answer } });
    expect(calls).toHaveLength(2);
    expect(result).toMatchObject({ status: 'error', errorSource: 'user' });
    expect(result.serviceMessage).toMatch(/^Status code: 403\. Message: API Error: \[Forbidden\] /);
  });

  it.each([null, undefined])('wants an object, not %j', async (given) => {
    await using vendor = await defender();
    const params = { subAction: 'testConnector', ...(given === null && { subActionParams: null }) };
    const { result } = await run(vendor.url, '', {}, { params });
    expect(result.serviceMessage).toMatch(/^Request validation failed \(/);
    expect(vendor.received).toEqual([]);
  });
});

describe('what Defender refuses', () => {
  const failing = (answer: { status: number; body?: string }) =>
    atDefender(
      'getAgentDetails',
      { id: '1-2-3' },
      {
        options: { answer: ({ url }) => (url.startsWith('/api') ? answer : undefined) },
      },
    );

  it.each<[number, string | undefined, string, string]>([
    [404, '{"error":{"code":"X","message":"m"}}', '[Not Found]', '{"error":{"code":"X","message":"m"}}'],
    [500, '<html>', '[Internal Server Error]', '"<html>"'],
    [500, '{"other":1}', '[Internal Server Error]', '{"other":1}'],
    [503, undefined, '[Service Unavailable]', '{}'],
    [400, '{"error":"text"}', '[Bad Request]', '{"error":"text"}'],
  ])('%i %j is told with what was called', async (status, body, phrase, told) => {
    const { result, url } = await failing({ status, ...(body !== undefined && { body }) });
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: `Status code: ${status}. Message: API Error: ${phrase} Request failed with status code ${status}\nURL called:[get] ${url}/api/machines/1-2-3\nResponse body: ${told}`,
      retry: true,
      errorSource: 'framework',
    });
  });

  it('a list is told without its query', async () => {
    const { result, url } = await atDefender(
      'getAgentList',
      {},
      {
        options: { answer: (request) => (request.url.startsWith('/api') ? { status: 500 } : undefined) },
      },
    );
    expect(result.serviceMessage).toContain(`URL called:[get] ${url}/api/machines\n`);
  });

  it('more calls than it takes are the user’s', async () => {
    const { result } = await atDefender('getLibraryFiles', {}, { options: { rateLimit: 0 } });
    expect(result).toMatchObject({ retry: true, errorSource: 'user' });
    expect(result.serviceMessage).toMatch(/^Status code: 429\. Message: API Error: \[Too Many Requests\] /);
  });

  it('nobody answers', async () => {
    const vendor: Defender = await defender();
    await vendor.close();
    const { result } = await run(vendor.url, 'getLibraryFiles');
    expect(result.serviceMessage).toBe(
      `Status code: undefined. Message: connect ECONNREFUSED ${new URL(vendor.url).host}\nURL called:[post] ${vendor.url}/tenant-1/oauth2/v2.0/token\nResponse body: {}`,
    );
  });
});

describe('refused before anything is sent', () => {
  it.each<[string, object, string]>([
    ['isolateHost', { id: '1' }, 'comment'],
    ['isolateHost', { id: '', comment: 'c' }, 'id'],
    ['isolateHost', { id: '..', comment: 'c' }, 'id'],
    ['releaseHost', { ...action, alertIds: [] }, 'alertIds'],
    ['getAgentDetails', {}, 'id'],
    ['getAgentDetails', { id: '.' }, 'id'],
    ['getAgentList', { healthStatus: 'Sick' }, 'healthStatus'],
    ['getAgentList', { id: [] }, 'id'],
    ['getAgentList', { page: 0 }, 'page'],
    ['getAgentList', { pageSize: 1001 }, 'pageSize'],
    ['getActions', { type: ['Isolate', 'Other'] }, 'type'],
    ['getActions', { sortDirection: 'up' }, 'sortDirection'],
    ['runScript', { id: '1' }, 'parameters'],
    ['runScript', { id: '1', parameters: { scriptName: 's', args: '' } }, 'args'],
    ['getActionResults', {}, 'id'],
    ['getLibraryFiles', { other: 1 }, 'other'],
  ])('%s %j', async (subAction, params, named) => {
    const { result, received } = await atDefender(subAction, params);
    expect(result).toMatchObject({ status: 'error', retry: true, errorSource: 'user' });
    expect(result.serviceMessage).toMatch(/^Request validation failed \(/);
    expect(result.serviceMessage).toContain(`"${named}"`);
    expect(received).toEqual([]);
  });

  it.each<[object, object, string]>([
    [
      { apiUrl: '' },
      { clientSecret: 's' },
      'config: ✖ Too small: expected string to have >=1 characters\n  → at apiUrl',
    ],
    [{ more: 1 }, { clientSecret: 's' }, 'config: ✖ Unrecognized key: "more"'],
    [
      { oAuthServerUrl: 'https://b.example', apiUrl: 'https://c.example' },
      { clientSecret: 's' },
      'config: error validating url: target url "https://b.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { apiUrl: 'https://c.example' },
      { clientSecret: 's' },
      'config: error validating url: target url "https://c.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [{}, {}, 'secrets: ✖ Invalid input: expected string, received undefined\n  → at clientSecret'],
  ])('the connector %j %j', async (config, secrets, reason) => {
    await expect(
      run('https://a.example', 'getLibraryFiles', {}, { config, secrets, allowedHosts: ['a.example'] }),
    ).rejects.toEqual(new ValidationError(`error validating connector type ${reason}`));
  });
});

it('whatever a value is, it arrives as data', async () => {
  await using vendor = await defender();
  const tokens = memoryTokens();
  await fc.assert(
    fc.asyncProperty(
      hostileText({ maxLength: 2000 }).filter((text) => text !== '.' && text !== '..'),
      async (text) => {
        vendor.received.length = 0;
        const known = text.toWellFormed();
        await run(vendor.url, 'isolateHost', { id: text, comment: text }, { tokens });
        const listed = await run(vendor.url, 'getAgentList', { id: [text, '1-2-3'] }, { tokens });
        const [isolate] = vendor.received.filter(({ url }) => url.endsWith('/isolate'));
        expect(isolate?.url.split('/').map(decodeURIComponent)).toEqual([
          '',
          'api',
          'machines',
          known,
          'isolate',
        ]);
        expect(JSON.parse(isolate?.body ?? '')).toEqual({ Comment: text, IsolationType: 'Full' });
        expect(listed.result).toMatchObject({ status: 'ok', data: { value: [{ id: '1-2-3' }], total: 1 } });
      },
    ),
    { numRuns: 30 },
  );
});

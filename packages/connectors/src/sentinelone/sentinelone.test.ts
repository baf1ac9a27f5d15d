import {
  createAllowedHosts,
  createRenderer,
  prepareVariables,
  type StreamedData,
  ValidationError,
  validateConfig,
  validateSecrets,
} from '@patchbay/kit';
import {
  hostileText,
  operatorSettings,
  type StandInAnswer,
  standIn,
  type TestRun,
  testAction,
} from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentinelone } from './sentinelone.ts';
import { type Console, HOST, managementConsole, resultStore, TOKEN } from './testing/management-console.ts';

const API = '/web/api/v2.1';

const run = (
  url: string,
  subAction: string,
  subActionParams?: unknown,
  { token = TOKEN, ...more }: Partial<TestRun> & { token?: string } = {},
) =>
  testAction(sentinelone, {
    config: { url },
    secrets: { token },
    params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
    ...more,
  });

/** One run against a console, and what arrived there: method, URL, body. */
async function ran(subAction: string, subActionParams?: unknown, console?: Console) {
  await using vendor = await managementConsole(console);
  const tested = await run(vendor.url, subAction, subActionParams);
  const logged = tested.logged.map(({ message }) => message.replaceAll(vendor.url, 'http://console'));
  const sent = vendor.received.map(({ method, url, body }) => [method, url, body]);
  return { ...tested, logged, sent, received: vendor.received };
}

async function answered(answer: StandInAnswer, subAction = 'getAgents', subActionParams: unknown = {}) {
  await using vendor = await standIn(() => answer);
  return (await run(vendor.url, subAction, subActionParams)).result;
}

async function read(data: unknown): Promise<[string, Buffer]> {
  const { body, contentType } = data as StreamedData;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return [contentType, Buffer.concat(chunks)];
}

const failed = (serviceMessage: unknown, errorSource = 'framework') => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});

const FILE = Buffer.from([80, 75, 3, 4, 0, 255, 254, 10, 13]);

describe('.sentinelone getAgents', () => {
  it('finds agents, the token in the query and nowhere else', async () => {
    const { result, received, requestBodyBytes } = await ran('getAgents', { computerName: 'host-1' });
    expect(received).toMatchObject([
      {
        method: 'GET',
        url: `${API}/agents?computerName=host-1&APIToken=token-abc`,
        headers: { 'content-type': 'application/json' },
        body: '{}',
      },
    ]);
    expect(received[0]?.headers).not.toHaveProperty('authorization');
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: { data: [HOST], pagination: { totalItems: 1, nextCursor: null }, errors: null },
    });
    expect(requestBodyBytes).toBe(2);
  });

  it('does not send what is null or left out, and sends alerts as a list', async () => {
    const { sent } = await ran('getAgents', { ids: null, cpuCount__gte: '2', alertIds: ['a', 'b&c'] });
    expect(sent).toEqual([
      ['GET', `${API}/agents?alertIds%5B%5D=a&alertIds%5B%5D=b%26c&cpuCount__gte=2&APIToken=token-abc`, '{}'],
    ]);
  });

  it('gives one page and its cursor, and asks for no other', async () => {
    const agents = Array.from({ length: 12 }, (_, at) => ({ ...HOST, id: `${at}` }));
    const { result, sent } = await ran('getAgents', {}, { agents });
    expect(sent).toHaveLength(1);
    expect(result.data).toMatchObject({ pagination: { totalItems: 12, nextCursor: '10' } });
  });

  it('takes a URL with a slash at its end', async () => {
    await using vendor = await managementConsole();
    await run(`${vendor.url}/`, 'getAgents', {});
    expect(vendor.received[0]?.url).toBe(`${API}/agents?APIToken=token-abc`);
  });

  it.each(['text', '[1]', '{"data":7,"more":{"a":null}}'])(
    'answers whatever is answered: %s',
    async (body) => {
      const { data } = await answered({ body });
      expect(data).toEqual(body === 'text' ? 'text' : JSON.parse(body));
    },
  );
});

describe('.sentinelone isolateHost', () => {
  it('takes the first agent that is found off the network', async () => {
    const others = [HOST, { ...HOST, id: '2' }];
    const params = { computerName: 'host-1', alertIds: ['a1'] };
    const { result, sent, received } = await ran('isolateHost', params, { agents: others });
    expect(sent).toEqual([
      ['GET', `${API}/agents?computerName=host-1&APIToken=token-abc`, '{}'],
      ['POST', `${API}/agents/actions/disconnect?APIToken=token-abc`, '{"filter":{"ids":"1234567890"}}'],
    ]);
    expect(received[1]?.headers['content-type']).toBe('application/json');
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { data: { affected: 1 }, errors: null } });
  });

  it('does nothing to one that is isolated', async () => {
    const agents = [{ ...HOST, networkStatus: 'disconnected' as const }];
    const { result, sent } = await ran('isolateHost', { ids: HOST.id }, { agents });
    expect(result).toEqual(failed('Agent already isolated'));
    expect(sent).toHaveLength(1);
  });
});

describe('.sentinelone releaseHost', () => {
  it('brings the first agent that is found back', async () => {
    const agents = [
      { ...HOST, networkStatus: 'disconnected' as const },
      { ...HOST, id: '2' },
    ];
    const { result, sent } = await ran('releaseHost', { uuid: 'any' }, { agents });
    expect(sent).toEqual([
      ['GET', `${API}/agents?uuid=any&APIToken=token-abc`, '{}'],
      ['POST', `${API}/agents/actions/connect?APIToken=token-abc`, '{"filter":{"ids":"1234567890"}}'],
    ]);
    expect(result.data).toEqual({ data: { affected: 1 }, errors: null });
  });

  it.each(['connected', 'connecting'] as const)('does nothing to one that is %s', async (networkStatus) => {
    const { result, sent } = await ran(
      'releaseHost',
      { ids: HOST.id },
      { agents: [{ ...HOST, networkStatus }] },
    );
    expect(result).toEqual(failed('Agent not isolated'));
    expect(sent).toHaveLength(1);
  });
});

describe.each(['isolateHost', 'releaseHost'])('.sentinelone %s', (subAction) => {
  it('acts on nothing where the filter finds nothing', async () => {
    const { result, sent } = await ran(subAction, { computerName: 'host-2' });
    expect(result).toEqual(failed('No agents found'));
    expect(sent.map(([method]) => method)).toEqual(['GET']);
  });

  it.each([{}, { computerName: null }, { computerName: '', alertIds: ['a1'] }])(
    'asks for nothing where the filter %j names nothing: that is every machine',
    async (filter) => {
      const { result, sent } = await ran(subAction, filter);
      expect(result).toEqual(failed('A filter must be defined'));
      expect(sent).toEqual([]);
    },
  );

  it.each([
    '',
    'text',
    'null',
    '[]',
    '{"data":{}}',
    '{"data":[{}]}',
    '{"data":[null]}',
    '{"data":[{"id":""}]}',
  ])('finds nothing in the answer %j', async (body) => {
    expect(await answered({ body }, subAction, { ids: '1' })).toEqual(failed('No agents found'));
  });
});

describe('.sentinelone executeScript', () => {
  it('runs a script on the agents, its output kept in the cloud', async () => {
    const { result, sent } = await ran('executeScript', { filter: { ids: '1' }, script: { scriptId: 's1' } });
    expect(sent).toEqual([
      [
        'POST',
        `${API}/remote-scripts/execute?APIToken=token-abc`,
        '{"data":{"outputDestination":"SentinelCloud","scriptId":"s1"},"filter":{"ids":"1"}}',
      ],
    ]);
    expect(result.data).toEqual({
      data: { pendingExecutionId: null, affected: 0, parentTaskId: 'p1', pending: false },
      errors: null,
    });
  });

  it('sends the output elsewhere where it says so, and all that the script is given', async () => {
    const script = {
      scriptId: 's1',
      outputDestination: 'Local',
      inputParams: '--all',
      passwordFromScope: { scopeLevel: 'site', scopeId: '7' },
      requiresApproval: true,
      scriptRuntimeTimeoutSeconds: '60',
    };
    const { sent } = await ran('executeScript', { filter: { uuids: 'uuid-1' }, script, alertIds: ['a1'] });
    expect(JSON.parse(sent[0]?.[2] ?? '')).toEqual({
      data: { ...script, scriptRuntimeTimeoutSeconds: 60 },
      filter: { uuids: 'uuid-1' },
    });
  });

  it('sends nothing where it names no agents', async () => {
    const { result, sent } = await ran('executeScript', { filter: {}, script: { scriptId: 's1' } });
    expect(result).toEqual(failed("A filter must be defined; either 'ids' or 'uuids'"));
    expect(sent).toEqual([]);
  });
});

describe('.sentinelone', () => {
  it.each<[string, unknown, unknown[]]>([
    [
      'getRemoteScripts',
      { query: 'tri age', osTypes: 'linux,macos', isAvailableForArs: false, limit: 1000, skip: null },
      [
        'GET',
        '/remote-scripts?query=tri+age&osTypes=linux%2Cmacos&isAvailableForArs=false&limit=1000&APIToken=token-abc',
        '{}',
      ],
    ],
    ['getRemoteScripts', {}, ['GET', '/remote-scripts?APIToken=token-abc', '{}']],
    [
      'getRemoteScriptStatus',
      { parentTaskId: 'p1', more: 'passed over' },
      ['GET', '/remote-scripts/status?parent_task_id=p1&APIToken=token-abc', '{}'],
    ],
    [
      'getRemoteScriptResults',
      { taskIds: ['t1', 't2'] },
      ['POST', '/remote-scripts/fetch-files?APIToken=token-abc', '{"data":{"taskIds":["t1","t2"]}}'],
    ],
    [
      'fetchAgentFiles',
      { agentId: HOST.id, zipPassCode: 'ten-letters', files: ['/etc/passwd', 'C:\\a b'] },
      [
        'POST',
        '/agents/1234567890/actions/fetch-files?APIToken=token-abc',
        '{"data":{"password":"ten-letters","files":["/etc/passwd","C:\\\\a b"]}}',
      ],
    ],
    ['getActivities', undefined, ['GET', '/activities?APIToken=token-abc', '{}']],
    [
      'getActivities',
      { activityTypes: '86', createdAt__gte: '2026-01-01T00:00:00Z', limit: 5, countOnly: true },
      [
        'GET',
        '/activities?activityTypes=86&countOnly=true&createdAt__gte=2026-01-01T00%3A00%3A00Z&limit=5&APIToken=token-abc',
        '{}',
      ],
    ],
  ])('%s of %j asks for it and answers what SentinelOne says', async (subAction, params, expected) => {
    const { result, sent } = await ran(subAction, params);
    const [method, path, body] = expected;
    expect(sent).toEqual([[method, `${API}${path}`, body]]);
    expect(result.status).toBe('ok');
    expect(result.data).toHaveProperty('data');
  });

  it.each([
    ['getRemoteScripts', { cursor: '10' }],
    ['getActivities', { cursor: '10' }],
  ])('%s passes a cursor on', async (subAction, params) => {
    expect((await ran(subAction, params)).sent[0]?.[1]).toMatch(/\?cursor=10&APIToken=token-abc$/);
  });

  it.each<[string, unknown, (string | number)[]]>([
    ['getAgents', undefined, []],
    ['getAgents', { computerName: 1 }, ['computerName']],
    ['getAgents', { host: 'a' }, []],
    ['isolateHost', { alertIds: 'a1' }, ['alertIds']],
    ['releaseHost', { other: 'a' }, []],
    ['executeScript', { filter: { ids: '' }, script: { scriptId: 's1' } }, ['filter', 'ids']],
    ['executeScript', { filter: { ids: '1', other: 1 }, script: { scriptId: 's1' } }, ['filter']],
    ['executeScript', { filter: { ids: '1' }, script: {} }, ['script', 'scriptId']],
    [
      'executeScript',
      { filter: { ids: '1' }, script: { scriptId: 's1', outputDestination: 'Mars' } },
      ['script', 'outputDestination'],
    ],
    [
      'executeScript',
      { filter: { ids: '1' }, script: { scriptId: 's1', passwordFromScope: { other: 1 } } },
      ['script', 'passwordFromScope'],
    ],
    ['executeScript', { filter: { ids: '1' }, script: { scriptId: 's1' }, computerName: 'a' }, []],
    ['getRemoteScripts', { limit: 0 }, ['limit']],
    ['getRemoteScripts', { limit: 1001 }, ['limit']],
    ['getRemoteScripts', { body: '{}' }, []],
    ['getRemoteScriptStatus', {}, ['parentTaskId']],
    ['getRemoteScriptResults', { taskIds: 't1' }, ['taskIds']],
    ['downloadRemoteScriptResults', { taskId: '' }, ['taskId']],
    ['fetchAgentFiles', { agentId: '', zipPassCode: '1234567890', files: [] }, ['agentId']],
    ['fetchAgentFiles', { agentId: '..', zipPassCode: '1234567890', files: [] }, ['agentId']],
    ['fetchAgentFiles', { agentId: '1', zipPassCode: '123456789', files: [] }, ['zipPassCode']],
    ['fetchAgentFiles', { agentId: '1', zipPassCode: '1234567890', files: [''] }, ['files', 0]],
    ['downloadAgentFile', { agentId: '1', activityId: '.' }, ['activityId']],
    ['downloadAgentFile', { agentId: '1' }, ['activityId']],
    ['getActivities', { ids: '' }, ['ids']],
    ['getActivities', { limit: '5' }, ['limit']],
    ['getActivities', null, []],
  ])('refuses %s of %j when it runs, sending nothing', async (subAction, params, path) => {
    const { result, sent } = await ran(subAction, params);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(.*\)$/s), 'user'));
    const issues = JSON.parse(result.serviceMessage?.slice('Request validation failed ('.length, -1) ?? '');
    expect(issues.map((issue: { path: unknown }) => issue.path)).toEqual([path]);
    expect(sent).toEqual([]);
  });

  it('takes ids as data, not as a way to another path', async () => {
    const ids = { agentId: '../a?b=c', activityId: 'd/e' };
    expect((await ran('downloadAgentFile', ids)).sent[0]?.[1]).toBe(
      `${API}/agents/..%2Fa%3Fb%3Dc/uploads/d%2Fe?APIToken=token-abc`,
    );
    const files = { agentId: 'a/b', zipPassCode: '1234567890', files: [] };
    expect((await ran('fetchAgentFiles', files)).sent[0]?.[1]).toBe(
      `${API}/agents/a%2Fb/actions/fetch-files?APIToken=token-abc`,
    );
  });

  it('sends whatever a value is as data', async () => {
    await using vendor = await managementConsole();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 500 }), async (text) => {
        vendor.received.length = 0;
        await run(vendor.url, 'getAgents', { query: text, alertIds: [text] });
        await run(vendor.url, 'executeScript', {
          filter: { ids: text },
          script: { scriptId: text, inputParams: text },
        });
        const [found, executed] = vendor.received;
        expect([...new URL(found?.url ?? '', vendor.url).searchParams]).toEqual([
          ['alertIds[]', text.toWellFormed()],
          ['query', text.toWellFormed()],
          ['APIToken', TOKEN],
        ]);
        expect(JSON.parse(executed?.body ?? '')).toEqual({
          data: { outputDestination: 'SentinelCloud', scriptId: text, inputParams: text },
          filter: { ids: text },
        });
      }),
      { numRuns: 20 },
    );
  });
});

describe('.sentinelone downloads', () => {
  it('a file that an agent has uploaded, as it arrives', async () => {
    await using vendor = await managementConsole({ uploads: { [`${HOST.id}/a1`]: FILE } });
    const { result } = await run(vendor.url, 'downloadAgentFile', { agentId: HOST.id, activityId: 'a1' });
    expect(result).toMatchObject({ actionId: 'test', status: 'ok' });
    expect(await read(result.data)).toEqual(['application/zip', FILE]);
    expect(vendor.received).toMatchObject([
      { method: 'GET', url: `${API}/agents/1234567890/uploads/a1?APIToken=token-abc` },
    ]);
  });

  it('the results of a script from where their link leads, without the token', async () => {
    await using store = await resultStore(FILE);
    const links = { t0: 'http://never.example', t1: `${store.url}/results/t1?X-Signature=s1gn%2F%2Fed` };
    await using vendor = await managementConsole({ links });
    const { result, logged } = await run(vendor.url, 'downloadRemoteScriptResults', { taskId: 't1' });
    expect(await read(result.data)).toEqual(['application/octet-stream', FILE]);
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: `${API}/remote-scripts/fetch-files?APIToken=token-abc`,
        body: '{"data":{"taskIds":["t1"]}}',
      },
    ]);
    expect(store.received).toMatchObject([{ method: 'GET', body: '' }]);
    expect(store.received[0]?.headers).not.toHaveProperty('content-type');
    expect(logged.at(-1)?.message).toBe(
      `Request to external service. Connector Id: test. Connector type: .sentinelone Method: get. URL: ${store.url}/[redacted]`,
    );
    expect(JSON.stringify(logged)).not.toContain('s1gn');
  });

  it.each<[string, StandInAnswer]>([
    ['of another task', { body: '{"data":{"download_links":[{"taskId":"t2","downloadUrl":"http://a"}]}}' }],
    ['without an address', { body: '{"data":{"download_links":[{"taskId":"t1","downloadUrl":null}]}}' }],
    ['that are none', { body: '{"data":{"download_links":null}}' }],
    ['in no JSON', { body: '<html>' }],
    ['in no answer', { body: '' }],
  ])('no results where there are only links %s', async (_, answer) => {
    expect(await answered(answer, 'downloadRemoteScriptResults', { taskId: 't1' })).toEqual(
      failed('Download URL for script results of task id [t1] not found'),
    );
  });

  it('nothing from a host that is not allowed', async () => {
    const links = { t1: 'https://elsewhere.example/results/t1' };
    await using vendor = await managementConsole({ links });
    const { result } = await run(
      vendor.url,
      'downloadRemoteScriptResults',
      { taskId: 't1' },
      { allowedHosts: ['127.0.0.1'] },
    );
    expect(result).toEqual(
      failed(
        'error configuring connector action: target url "https://elsewhere.example/[redacted]" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    );
  });

  it('nothing where the link is refused, and says what the store said', async () => {
    await using store = await resultStore(FILE);
    await using vendor = await managementConsole({
      links: { t1: `${store.url}/expired?X-Signature=s1gned` },
    });
    const { result } = await run(vendor.url, 'downloadRemoteScriptResults', { taskId: 't1' });
    expect(result).toEqual(
      failed(
        'Status code: 403. Message: API Error: [Forbidden] Request failed with status code 403\nResponse body: "<Error/>"',
        'user',
      ),
    );
  });

  it('nothing that the console does not have', async () => {
    const { result } = await ran('downloadAgentFile', { agentId: HOST.id, activityId: 'a2' });
    expect(result).toEqual(
      failed(
        'Status code: 404. Message: API Error: [Not Found] Request failed with status code 404\nResponse body: {"errors":[{"code":4040000,"title":"Not found","detail":null}]}',
      ),
    );
  });
});

describe('.sentinelone result', () => {
  it.each<[StandInAnswer, string, string]>([
    [
      { status: 401, body: '{"errors":[{"title":"Authentication Failed"}]}' },
      'Status code: 401. Message: Unauthorized API Error (401)\nResponse body: {"errors":[{"title":"Authentication Failed"}]}',
      'user',
    ],
    [
      { status: 400, body: '{"errors":[]}' },
      'Status code: 400. Message: API Error: [Bad Request] Request failed with status code 400\nResponse body: {"errors":[]}',
      'framework',
    ],
    [
      { status: 429, headers: { 'retry-after': '60' } },
      'Status code: 429. Message: API Error: [Too Many Requests] Request failed with status code 429\nResponse body: {}',
      'user',
    ],
    [
      { status: 500, body: '<html>' },
      'Status code: 500. Message: API Error: [Internal Server Error] Request failed with status code 500\nResponse body: "<html>"',
      'framework',
    ],
    [
      { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      'Status code: 302. Message: API Error: [Found] Request failed with status code 302\nResponse body: {}',
      'framework',
    ],
  ])('of the answer %j is %j', async (answer, message, source) => {
    for (const [subAction, params] of [
      ['getAgents', {}],
      ['isolateHost', { ids: '1' }],
      ['getActivities', {}],
      ['downloadAgentFile', { agentId: '1', activityId: '2' }],
      ['downloadRemoteScriptResults', { taskId: 't1' }],
    ] as const) {
      expect(await answered(answer, subAction, params), subAction).toEqual(failed(message, source));
    }
  });

  it('without an answer is the reason, without the URL', async () => {
    const vendor = await standIn();
    await vendor.close();
    const text = /^Status code: undefined\. Message: connect ECONNREFUSED [\d.:]+\nResponse body: \{\}$/;
    expect((await run(vendor.url, 'getAgents', {})).result).toEqual(failed(expect.stringMatching(text)));
    expect((await run(vendor.url, 'downloadAgentFile', { agentId: '1', activityId: '2' })).result).toEqual(
      failed(expect.stringMatching(text)),
    );
  });

  it('has the token in no text, and no log line has it', async () => {
    await using vendor = await managementConsole({ limit: 1 });
    const runs = [
      await run(vendor.url, 'getAgents', {}, { token: 'wr0ng' }),
      await run(vendor.url, 'isolateHost', { ids: HOST.id }),
      await run('no URL', 'getAgents', {}),
      await run('https://elsewhere.example', 'getAgents', {}, { allowedHosts: ['elsewhere.example'] }),
    ];
    expect(runs.map(({ result }) => result.status)).toEqual(['error', 'error', 'error', 'error']);
    expect(JSON.stringify(runs)).not.toMatch(/wr0ng|token-abc/);
    expect(runs[1]?.logged.map(({ message }) => message.replaceAll(vendor.url, 'http://console'))).toEqual([
      'Request to external service. Connector Id: test. Connector type: .sentinelone Method: get. URL: http://console/web/api/v2.1/agents',
      'Request to external service. Connector Id: test. Connector type: .sentinelone Method: post. URL: http://console/web/api/v2.1/agents/actions/disconnect',
      'Request to external service failed. Connector Id: test. Connector type: .sentinelone. Method: post. URL: http://console/web/api/v2.1/agents/actions/disconnect',
    ]);
  });

  it('of an unknown sub-action is its name', async () => {
    expect((await ran('shutdownHost', {})).result).toEqual(
      failed(
        'Sub action "shutdownHost" is not registered. Connector id: test. Connector name: Sentinel One. Connector type: .sentinelone',
      ),
    );
  });
});

describe('.sentinelone in a rule', () => {
  const alerts = [
    { _id: 'a1', host: { name: 'host-1' }, kibana: { alert: {} } },
    { _id: 'a2', host: { name: 'host-2' } },
  ];
  const rendered = (subAction: string, subActionParams: unknown, variables: Record<string, unknown> = {}) =>
    sentinelone.renderParams({ subAction, subActionParams }, createRenderer(prepareVariables({})), {
      connectorId: 'test',
      variables,
      now: () => new Date(),
    }).subActionParams;

  it.each(['isolateHost', 'releaseHost'])(
    '%s is about the host of its first alert, whatever it says',
    (subAction) => {
      const params = { computerName: 'other', ids: '{{id}}' };
      expect(rendered(subAction, params, { context: { alerts } })).toEqual({
        computerName: 'host-1',
        alertIds: ['a1', 'a2'],
      });
    },
  );

  it('isolates the host of its first alert', async () => {
    const { sent } = await ran('isolateHost', rendered('isolateHost', {}, { context: { alerts } }));
    expect(sent.map(([, url]) => url)).toEqual([
      `${API}/agents?computerName=host-1&APIToken=token-abc`,
      `${API}/agents/actions/disconnect?APIToken=token-abc`,
    ]);
  });

  it.each<Record<string, unknown>>([
    {},
    { context: null },
    { context: { alerts: [] } },
    { context: { alerts: [null] } },
    { context: { alerts: [{ _id: 'a1', host: {} }] } },
    { context: { alerts: [{ _id: 'a1', host: { name: '' } }, alerts[0]] } },
  ])('isolates nothing where %j has no host in its first alert', async (variables) => {
    const { result, sent } = await ran('isolateHost', rendered('isolateHost', { ids: '1' }, variables));
    expect(result).toEqual(failed('A filter must be defined'));
    expect(sent).toEqual([]);
  });

  it('executeScript is told the host beside what it says, which its params have no place for', async () => {
    const params = { filter: { ids: '1' }, script: { scriptId: '{{id}}' }, alertIds: ['other'] };
    const given = rendered('executeScript', params, { context: { alerts } });
    expect(given).toEqual({
      computerName: 'host-1',
      filter: { ids: '1' },
      script: { scriptId: '{{id}}' },
      alertIds: ['a1', 'a2'],
    });
    const { result, sent } = await ran('executeScript', given);
    expect(result.serviceMessage).toMatch(/^Request validation failed \(/);
    expect(sent).toEqual([]);
  });

  it('any other gets all that the rule knows, but for what alerts have below kibana', () => {
    const variables = { rule: { id: 'r1' }, context: { alerts } };
    const { body, ...rest } = rendered('getRemoteScriptStatus', { parentTaskId: '{{id}}' }, variables) as {
      body: string;
    };
    expect(rest).toEqual({ parentTaskId: '{{id}}' });
    expect(JSON.parse(body)).toEqual({
      rule: { id: 'r1' },
      context: { alerts: [{ _id: 'a1', host: { name: 'host-1' } }, alerts[1]] },
    });
  });

  it('says in the body why there is none', () => {
    const { body } = rendered('getAgents', null, { context: { big: 1n } }) as { body: string };
    expect(JSON.parse(body)).toEqual({ error: { message: 'Do not know how to serialize a BigInt' } });
  });
});

describe('.sentinelone input', () => {
  const context = {
    allowedHosts: createAllowedHosts(['acme.sentinelone.net']),
    settings: operatorSettings(),
  };

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at url'],
    [{ url: 'https://acme.sentinelone.net', other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { url: 'https://elsewhere.example' },
      'error validating url: target url "https://elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(sentinelone, config, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at token'],
    [{ token: 'a', other: 1 }, '✖ Unrecognized key: "other"'],
  ])('refuses the secrets %j', (secrets, reason) => {
    expect(() => validateSecrets(sentinelone, secrets, context)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });
});

import { setImmediate } from 'node:timers/promises';
import { ValidationError } from '@patchbay/kit';
import { hostileText, memoryTokens, type TestRun, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { crowdstrike } from './crowdstrike.ts';
import { crowdstrikeError, failureText } from './failure.ts';
import { CLIENT_ID, CLIENT_SECRET, type FalconOptions, falcon } from './testing/falcon.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const run = (url: string, subAction: string, subActionParams?: unknown, more: Partial<TestRun> = {}) =>
  testAction(crowdstrike, {
    config: { url },
    secrets: { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
    params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
    now: NOW,
    ...more,
  });

async function atFalcon(
  subAction: string,
  subActionParams?: unknown,
  { options, ...more }: Partial<TestRun> & { options?: FalconOptions } = {},
) {
  await using vendor = await falcon({ now: () => NOW, ...options });
  const ran = await run(vendor.url, subAction, subActionParams, more);
  return { ...ran, vendor, received: vendor.received, calls: vendor.calls(), url: vendor.url };
}

const contain = { command: 'contain', ids: ['id1', 'id2'], comment: 'from rule' };
const command = { command: "runscript -CloudFile='s1'", endpoint_ids: ['a1'] };

describe('containing hosts', () => {
  it('asks for a token, then for the action', async () => {
    const { received, result, requestBodyBytes } = await atFalcon('hostActions', contain);
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/oauth2/token',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          authorization: 'Basic MTIzOnNlY3JldA==',
        },
        body: '',
      },
      {
        method: 'POST',
        url: '/devices/entities/devices-actions/v2?action_name=contain',
        headers: { authorization: 'Bearer token-1', 'content-type': 'application/json' },
        body: '{"ids":["id1","id2"]}',
      },
    ]);
    expect(requestBodyBytes).toBe('{"ids":["id1","id2"]}'.length);
    expect(result).toMatchObject({
      status: 'ok',
      data: { resources: [{ id: 'id1', path: '/devices/id1' }, { id: 'id2' }], errors: [], meta: {} },
    });
  });

  it('sends the action’s parameters, and neither comment nor alerts', async () => {
    const { calls } = await atFalcon('hostActions', {
      ...contain,
      command: 'lift_containment',
      alertIds: ['alert'],
      actionParameters: { filter: 'x', deep: { n: 1 } },
    });
    expect(calls).toEqual([
      [
        'POST /devices/entities/devices-actions/v2?action_name=lift_containment',
        '{"ids":["id1","id2"],"action_parameters":[{"name":"filter","value":"x"},{"name":"deep","value":{"n":1}}]}',
      ],
    ]);
  });
});

describe('reading', () => {
  it.each<[string, unknown, string, object]>([
    [
      'getAgentDetails',
      { ids: ['id1', 'id2'] },
      '/devices/entities/devices/v2?ids=id1%2Cid2',
      { resources: [{ device_id: 'id1' }, { device_id: 'id2' }] },
    ],
    [
      'getAgentOnlineStatus',
      { ids: ['id1'] },
      '/devices/entities/online-state/v1?ids=id1',
      { resources: [{ id: 'id1', state: 'online' }] },
    ],
    ['getAgentDetails', { ids: [] }, '/devices/entities/devices/v2?ids=', { resources: [] }],
    [
      'getRTRCloudScripts',
      { any: 'thing' },
      '/real-time-response/entities/scripts/v1',
      { resources: [{ id: 's1' }] },
    ],
    [
      'getRTRCloudScripts',
      undefined,
      '/real-time-response/entities/scripts/v1',
      { resources: [{ id: 's1' }] },
    ],
  ])('%s of %j', async (subAction, params, path, data) => {
    const { calls, received, result } = await atFalcon(subAction, params);
    expect(calls).toEqual([[`GET ${path}`, '{}']]);
    expect(received[1]?.headers.authorization).toBe('Bearer token-1');
    expect(result).toMatchObject({ status: 'ok', data });
  });

  it('works with a slash at the end of the URL', async () => {
    await using vendor = await falcon();
    await run(`${vendor.url}/`, 'getAgentDetails', { ids: ['id1'] });
    expect(vendor.received.map(({ url }) => url)).toEqual([
      '/oauth2/token',
      '/devices/entities/devices/v2?ids=id1',
    ]);
  });

  it.each(['', '<html>', '[]', '7'])('takes the answer %j as it is', async (body) => {
    const answer = ({ url }: { url: string }) => (url.startsWith('/devices') ? { body } : undefined);
    const { result } = await atFalcon('getAgentDetails', { ids: ['id1'] }, { options: { answer } });
    expect(result.status).toBe('ok');
  });
});

describe('a command on hosts', () => {
  afterEach(() => vi.useRealTimers());

  it.each([
    ['executeRTRCommand', 'batch-command'],
    ['batchActiveResponderExecuteRTR', 'batch-active-responder-command'],
    ['batchAdminExecuteRTR', 'batch-admin-command'],
  ])('%s opens a session, then runs it as %s', async (subAction, role) => {
    const { calls, result } = await atFalcon(subAction, command);
    expect(calls).toEqual([
      ['POST /real-time-response/combined/batch-init-session/v1', '{"host_ids":["a1"]}'],
      [
        `POST /real-time-response/combined/${role}/v1`,
        `{"base_command":"runscript","command_string":"runscript -CloudFile='s1'","batch_id":"batch-1","hosts":["a1"],"persist_all":false}`,
      ],
    ]);
    expect(result).toMatchObject({
      status: 'ok',
      data: { combined: { resources: { a1: { complete: true } } } },
    });
  });

  it('has a session of its own in each run', async () => {
    await using vendor = await falcon();
    const tokens = memoryTokens();
    await run(vendor.url, 'batchAdminExecuteRTR', command, { tokens });
    await run(vendor.url, 'batchAdminExecuteRTR', command, { tokens });
    expect(vendor.calls().map(([, body]) => JSON.parse(body).batch_id)).toEqual([
      undefined,
      'batch-1',
      undefined,
      'batch-2',
    ]);
  });

  it.each(['ls', 'Runscript x', ' runscript', '', undefined, 7])(
    '%j is not supported, which is said after the session was opened',
    async (given) => {
      const { calls, result } = await atFalcon('executeRTRCommand', { ...command, command: given });
      expect(calls.map(([call]) => call)).toEqual([
        'POST /real-time-response/combined/batch-init-session/v1',
      ]);
      expect(result).toMatchObject({ serviceMessage: 'Command not supported', errorSource: 'framework' });
    },
  );

  it.each([undefined, null, {}])('of %j is refused by the service, in its words', async (given) => {
    await using vendor = await falcon();
    const params = { subAction: 'executeRTRCommand', ...(given !== undefined && { subActionParams: given }) };
    expect((await run(vendor.url, '', {}, { params })).result.serviceMessage).toBe('host_ids is required');
  });

  it('keeps its session open for ten minutes, and nothing is left of it afterwards', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    let now = NOW;
    const arrived = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const refreshed = Promise.withResolvers<void>();
    await using vendor = await falcon({
      now: () => now,
      commandTakes: () => {
        arrived.resolve();
        return done.promise;
      },
      answer: ({ url }) => {
        if (url.includes('refresh')) refreshed.resolve();
        return undefined;
      },
    });
    const running = run(vendor.url, 'batchAdminExecuteRTR', command);
    await arrived.promise;
    now = at(299);
    vi.advanceTimersByTime(299_000);
    expect(vendor.calls()).toHaveLength(2);
    now = at(300);
    vi.advanceTimersByTime(1000);
    await refreshed.promise;
    // The stand-in has seen the refresh; now it has worked on it too.
    await setImmediate();
    expect(vendor.calls()[2]).toEqual([
      'POST /real-time-response/combined/batch-refresh-session/v1',
      '{"batch_id":"batch-1"}',
    ]);
    now = at(899);
    vi.advanceTimersByTime(599_000);
    expect(vi.getTimerCount()).toBe(0);
    done.resolve();
    expect((await running).result.status).toBe('ok');
    expect(vendor.calls()).toHaveLength(3);
  });

  it('goes on when its session cannot be refreshed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const arrived = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    await using vendor = await falcon({
      commandTakes: () => {
        arrived.resolve();
        return done.promise;
      },
      answer: ({ url }) => {
        if (!url.includes('refresh')) return undefined;
        done.resolve();
        return { status: 500 };
      },
    });
    const running = run(vendor.url, 'batchAdminExecuteRTR', command);
    await arrived.promise;
    vi.advanceTimersByTime(300_000);
    expect((await running).result.status).toBe('ok');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('in a session that has ended fails in the service’s words', async () => {
    let now = NOW;
    await using vendor = await falcon({
      now: () => now,
      commandTakes: async () => {
        now = at(600);
      },
    });
    expect((await run(vendor.url, 'batchAdminExecuteRTR', command)).result.serviceMessage).toBe(
      'Could not find existing session',
    );
  });

  const rtr = [
    'executeRTRCommand',
    'batchActiveResponderExecuteRTR',
    'batchAdminExecuteRTR',
    'getRTRCloudScripts',
  ];
  const settings = { experimentalFeatures: new Set<never>() };

  it.each(rtr)('is unknown where commands are turned off: %s', async (subAction) => {
    const { result, received } = await atFalcon(subAction, command, { settings });
    expect(result).toMatchObject({
      serviceMessage: `Sub action "${subAction}" is not registered. Connector id: test. Connector name: CrowdStrike. Connector type: .crowdstrike`,
      retry: true,
      errorSource: 'framework',
    });
    expect(received).toEqual([]);
  });

  it.each(['getAgentDetails', 'getAgentOnlineStatus'])('turned off leaves %s', async (subAction) => {
    expect((await atFalcon(subAction, { ids: ['id1'] }, { settings })).result.status).toBe('ok');
  });
});

describe('the token', () => {
  it('that is stored is used, and nothing is written', async () => {
    await using vendor = await falcon({ now: () => NOW });
    vendor.tokens.issue();
    const updateOrReplace = vi.fn();
    const tokens = { ...memoryTokens({ token: 'token-1', expiresAt: at(60) }), updateOrReplace };
    const { result } = await run(vendor.url, 'getAgentDetails', { ids: ['id1'] }, { tokens });
    expect(result.status).toBe('ok');
    expect(vendor.received).toHaveLength(1);
    expect(updateOrReplace).not.toHaveBeenCalled();
  });

  it('is stored bare, until it ends', async () => {
    const tokens = memoryTokens();
    await atFalcon('getAgentDetails', { ids: ['id1'] }, { tokens });
    expect(await tokens.get()).toEqual({ token: 'token-1', expiresAt: at(1799) });
  });

  it.each([
    ['getAgentDetails', { ids: ['id1'] }, 1],
    ['getAgentOnlineStatus', { ids: ['id1'] }, 1],
    ['hostActions', contain, 1],
    ['executeRTRCommand', command, 2],
    ['getRTRCloudScripts', {}, 1],
  ])('that was revoked is replaced once: %s', async (subAction, params, calls) => {
    await using vendor = await falcon({ now: () => NOW });
    vendor.tokens.issue();
    vendor.tokens.revokeAll();
    const tokens = memoryTokens({ token: 'token-1', expiresAt: at(600) });
    const { result } = await run(vendor.url, subAction, params, { tokens });
    expect(result.status).toBe('ok');
    expect(vendor.tokens.issued).toEqual(['token-1', 'token-2']);
    expect(vendor.calls()).toHaveLength(calls + 1);
    expect(await tokens.get()).toMatchObject({ token: 'token-2' });
  });

  it('that is refused twice fails the call after one repeat', async () => {
    const answer = ({ url }: { url: string }) =>
      url.startsWith('/devices')
        ? { status: 401, body: '{"errors":[{"message":"access denied"}]}' }
        : undefined;
    const { received, result } = await atFalcon('getAgentDetails', { ids: ['id1'] }, { options: { answer } });
    expect(received.map(({ url }) => url.split('?')[0])).toEqual([
      '/oauth2/token',
      '/devices/entities/devices/v2',
      '/oauth2/token',
      '/devices/entities/devices/v2',
    ]);
    expect(result.serviceMessage).toBe('access denied');
  });

  it('that is refused to the client is not asked for again', async () => {
    const secrets = { clientId: CLIENT_ID, clientSecret: 'wrong' };
    const { received, result } = await atFalcon('getAgentDetails', { ids: ['id1'] }, { secrets });
    expect(received).toHaveLength(1);
    expect(result.serviceMessage).toBe('access denied, invalid client');
  });

  it('that is not in the answer is not available', async () => {
    const { result } = await atFalcon(
      'getAgentDetails',
      { ids: ['id1'] },
      { options: { answer: () => ({}) } },
    );
    expect(result.serviceMessage).toBe('Access token for CrowdStrike not available!');
  });

  it('in an answer that is no success is not told', async () => {
    const answer = () => ({ status: 400, body: '{"access_token":"abc"}' });
    const { result } = await atFalcon('getAgentDetails', { ids: ['id1'] }, { options: { answer } });
    expect(result.serviceMessage).toBe('API Error: {}');
  });
});

describe('what Falcon refuses', () => {
  const failing = (answer: { status: number; body?: string }) => ({
    options: { answer: ({ url }: { url: string }) => (url.startsWith('/oauth2') ? undefined : answer) },
  });

  it.each<[number, string | undefined, string]>([
    [400, '{"errors":[{"code":400,"message":"bad request"}]}', 'bad request'],
    [500, '{"errors":[{"message":"line\\nbreak"}]}', 'line\nbreak'],
    [500, undefined, 'API Error: {}'],
    [502, '<html>', 'API Error: "<html>"'],
    [404, '{"errors":[]}', 'API Error: {"errors":[]}'],
    [404, '{"errors":null}', 'API Error: {"errors":null}'],
    [400, '{"errors":[{}]}', 'API Error: {"errors":[{}]}'],
    [400, '{"errors":[{"message":""}]}', 'Unknown Crowdstrike error'],
  ])('%i %j is told in its words', async (status, body, serviceMessage) => {
    const answer = failing({ status, ...(body !== undefined && { body }) });
    const { result, calls } = await atFalcon('getAgentDetails', { ids: ['id1'] }, answer);
    expect(calls).toHaveLength(1);
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage,
      retry: true,
      errorSource: 'framework',
    });
  });

  it.each([
    ['getAgentDetails', { ids: ['id1'] }],
    ['getAgentOnlineStatus', { ids: ['id1'] }],
    ['hostActions', contain],
    ['executeRTRCommand', command],
    ['batchActiveResponderExecuteRTR', command],
    ['batchAdminExecuteRTR', command],
    ['getRTRCloudScripts', {}],
  ])('%s is told that it is forbidden, and asks for no other token', async (subAction, params) => {
    const answer = failing({ status: 403, body: '{"errors":[{"message":"Authentication failed"}]}' });
    const { result, received } = await atFalcon(subAction, params, answer);
    expect(result.serviceMessage).toBe('Authentication failed');
    expect(received).toHaveLength(2);
  });

  it('more calls than it takes', async () => {
    const { result } = await atFalcon('getAgentDetails', { ids: ['id1'] }, { options: { rateLimit: 0 } });
    expect(result).toMatchObject({ serviceMessage: 'API rate limit exceeded.', retry: true });
  });

  it('nobody answers', async () => {
    const vendor = await falcon();
    await vendor.close();
    const { result } = await run(vendor.url, 'getAgentDetails', { ids: ['id1'] });
    expect(result.serviceMessage).toBe(
      `Status code: undefined. Message: Connection Refused: ${new URL(vendor.url).host}`,
    );
  });

  it('nobody has the name', () => {
    const message = 'getaddrinfo ENOTFOUND falcon.example';
    expect(failureText({ response: undefined, message, code: 'ENOTFOUND' })).toBe(
      'URL not found: falcon.example',
    );
  });

  it('the run is given up', async () => {
    const given = new AbortController();
    given.abort();
    const { result } = await atFalcon('getAgentDetails', { ids: ['id1'] }, { signal: given.signal });
    expect(result.serviceMessage).toBe('Status code: undefined. Message: Unknown API Error: {}');
  });

  it.each([
    ['Status code: 418. Message: teapot', 418, 'teapot'],
    ['Status code: undefined. Message: nobody', 500, 'Status code: undefined. Message: nobody'],
    ['something else', 500, 'something else'],
    ['', 500, 'Unknown Crowdstrike error'],
  ])('%j has the code %i and says %j', (text, code, message) => {
    expect(crowdstrikeError(new Error(text))).toMatchObject({ code, message });
  });
});

describe('refused before anything is sent', () => {
  it.each<[string, object, string]>([
    ['hostActions', { ...contain, command: 'delete' }, 'command'],
    ['hostActions', { command: 'contain' }, 'ids'],
    ['hostActions', { ...contain, other: 1 }, 'other'],
    ['hostActions', { ...contain, actionParameters: 'x' }, 'actionParameters'],
    ['getAgentDetails', { ids: 'id1' }, 'ids'],
    ['getAgentOnlineStatus', {}, 'ids'],
  ])('%s %j', async (subAction, params, named) => {
    const { result, received } = await atFalcon(subAction, params);
    expect(result).toMatchObject({ status: 'error', retry: true, errorSource: 'user' });
    expect(result.serviceMessage).toMatch(/^Request validation failed \(/);
    expect(result.serviceMessage).toContain(`"${named}"`);
    expect(received).toEqual([]);
  });

  it.each<[object, object, string]>([
    [
      {},
      { clientId: 'a', clientSecret: 's' },
      'config: ✖ Invalid input: expected string, received undefined\n  → at url',
    ],
    [
      { url: 'https://b.example' },
      { clientId: 'a', clientSecret: 's' },
      'config: error validating url: target url "https://b.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { url: 'https://a.example' },
      { clientId: 'a' },
      'secrets: ✖ Invalid input: expected string, received undefined\n  → at clientSecret',
    ],
  ])('the connector %j %j', async (config, secrets, reason) => {
    await expect(
      run('', 'getRTRCloudScripts', {}, { config, secrets, allowedHosts: ['a.example'] }),
    ).rejects.toEqual(new ValidationError(`error validating connector type ${reason}`));
  });
});

it('whatever a value is, it arrives as data', async () => {
  await using vendor = await falcon();
  const tokens = memoryTokens();
  await fc.assert(
    fc.asyncProperty(hostileText({ maxLength: 2000 }), async (text) => {
      vendor.received.length = 0;
      const action = { command: 'contain', ids: [text], actionParameters: { [`p${text}`]: text } };
      await run(vendor.url, 'getAgentDetails', { ids: [text, 'id1'] }, { tokens });
      await run(vendor.url, 'hostActions', action, { tokens });
      const script = { command: `runscript ${text}`, endpoint_ids: [text] };
      await run(vendor.url, 'batchAdminExecuteRTR', script, { tokens });
      const [details, acted, opened, ran] = vendor.calls();
      const query = new URL(details?.[0].split(' ')[1] ?? '', vendor.url).searchParams;
      expect([...query]).toEqual([['ids', `${text},id1`.toWellFormed()]]);
      expect(JSON.parse(acted?.[1] ?? '')).toEqual({
        ids: [text],
        action_parameters: [{ name: `p${text}`, value: text }],
      });
      expect(JSON.parse(opened?.[1] ?? '')).toEqual({ host_ids: [text] });
      expect(JSON.parse(ran?.[1] ?? '')).toMatchObject({
        command_string: `runscript ${text}`,
        hosts: [text],
      });
    }),
    { numRuns: 30 },
  );
});

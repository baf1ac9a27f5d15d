import { type StandIn, type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sendRequest } from '../testing/send-request.ts';
import { FIRST_PASSWORD, testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const TOKEN = 's3cr3t/token+of=console';
const AGENT = { id: '7', networkStatus: 'connected' };

const server = await testServer({
  settings: { 'xpack.actions.maxResponseContentLength': 1000, 'logging.root.level': 'all' },
});
let answer: (url: string) => StandInAnswer;
const vendor: StandIn = await standIn(({ url }) => answer(url));
const elsewhere: StandIn = await standIn();
afterAll(() => Promise.all([server[Symbol.asyncDispose](), vendor.close(), elsewhere.close()]));

await server.call('POST', '/api/actions/connector/endpoints', {
  body: {
    name: 'Endpoints',
    connector_type_id: '.sentinelone',
    config: { url: vendor.url },
    secrets: { token: TOKEN },
  },
});
const analyst = await addUser(server, 'analyst', [
  { spaces: ['default'], feature: { actions: ['read', 'endpoint_security_execute'] } },
]);
const reader = await addUser(server, 'reader', [{ spaces: ['default'], feature: { actions: ['read'] } }]);

const run = (subAction: string, subActionParams: object, how: { as?: string; query?: string } = {}) =>
  server.call('POST', `/api/actions/connector/endpoints/_execute${how.query ?? ''}`, {
    body: { params: { subAction, subActionParams } },
    ...(how.as !== undefined && { as: how.as }),
  });

beforeEach(() => {
  vendor.received.length = 0;
  answer = (url) => ({
    body: JSON.stringify({ data: url.includes('/actions/') ? { affected: 1 } : [AGENT] }),
  });
});

describe('.sentinelone over the API', () => {
  it('lists agents for who has the privilege of endpoint security', async () => {
    expect((await run('getAgents', {}, { as: analyst })).body).toEqual({
      connector_id: 'endpoints',
      status: 'ok',
      data: { data: [AGENT] },
    });
    expect((await run('getAgents', {}, { as: reader })).status).toBe(403);
    expect(vendor.received).toHaveLength(1);
  });

  it.each([
    'isolateHost',
    'releaseHost',
    'executeScript',
    'getRemoteScripts',
    'getRemoteScriptStatus',
    'getRemoteScriptResults',
    'downloadRemoteScriptResults',
    'fetchAgentFiles',
    'downloadAgentFile',
    'getActivities',
    'none',
  ])('does not do %s for them', async (subAction) => {
    const { status, body } = await run(subAction, {}, { as: analyst });
    expect([status, body]).toEqual([
      403,
      { statusCode: 403, error: 'Forbidden', message: 'Unauthorized to execute a ".sentinelone" action' },
    ]);
    expect(vendor.received).toEqual([]);
  });

  it('isolates a host for a superuser', async () => {
    const { body } = await run('isolateHost', { computerName: 'host-1' });
    expect(body).toMatchObject({ status: 'ok', data: { data: { affected: 1 } } });
    expect(vendor.received.map(({ method, body: sent }) => [method, sent])).toEqual([
      ['GET', '{}'],
      ['POST', '{"filter":{"ids":"7"}}'],
    ]);
  });

  it('passes a file on, of any size', async () => {
    const file = 'PK\u0003\u0004'.repeat(50_000);
    answer = () => ({ headers: { 'content-type': 'application/zip' }, body: file });
    const params = { subAction: 'downloadAgentFile', subActionParams: { agentId: '7', activityId: 'a1' } };
    const { status, headers, body } = await sendRequest(server.url, {
      method: 'POST',
      path: '/api/actions/connector/endpoints/_execute',
      headers: {
        authorization: `Basic ${btoa(`elastic:${FIRST_PASSWORD}`)}`,
        'kbn-xsrf': 'true',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ params }),
    });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect(body === file).toBe(true);
  });

  it('answers in JSON where there is no file', async () => {
    answer = () => ({ status: 404, body: '{"errors":[]}' });
    expect((await run('downloadAgentFile', { agentId: '7', activityId: 'a1' })).body).toEqual({
      connector_id: 'endpoints',
      status: 'error',
      message: 'an error occurred while running the action',
      service_message:
        'Status code: 404. Message: API Error: [Not Found] Request failed with status code 404\nResponse body: {"errors":[]}',
      retry: true,
      errorSource: 'framework',
    });
  });

  it('tells the token to nobody, also where SentinelOne repeats it', async () => {
    answer = (url) => ({ status: 400, body: JSON.stringify({ errors: [{ detail: url }], raw: TOKEN }) });
    const { body } = await run('getAgents', {}, { as: analyst });
    expect(body.service_message).toContain('/web/api/v2.1/agents?APIToken=[redacted]');
    answer = () => ({ status: 307, headers: { location: `${elsewhere.url}/there` } });
    await run('getAgents', {});
    expect(elsewhere.received.map(({ url }) => url)).toEqual(['/there']);
    expect(vendor.received[0]?.url).toContain(encodeURIComponent(TOKEN));
    for (const text of [JSON.stringify(body), JSON.stringify(server.logged)]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(encodeURIComponent(TOKEN));
    }
  });

  it.each([TOKEN, 'e'])('shows in a dry run what would leave, without the token %s', async (token) => {
    await server.call('PUT', '/api/actions/connector/endpoints', {
      body: { name: 'Endpoints', config: { url: vendor.url }, secrets: { token } },
    });
    const { body } = await run('isolateHost', { computerName: 'host-1' }, { query: '?dry_run=true' });
    expect(body.data.requests).toMatchObject([{ method: 'GET' }]);
    expect(body.data.requests[0].url).toMatch(/&APIToken=\[redacted\]$/);
    expect(vendor.received).toEqual([]);
  });
});

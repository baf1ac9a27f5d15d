import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { openSqliteStore } from '@patchbay/engine/store';
import { testProxy } from '@patchbay/engine/testing';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { type McpServerOptions, mcpServer } from '../../../connectors/src/mcp/testing/mcp-server.ts';
import { type TestServer, temporaryFolder, testServer } from '../testing/test-server.ts';

const SEARCH = { name: 'search', arguments: { q: 'x' } };
const FOUND = { content: [{ type: 'text', text: 'found x' }] };
const HANDSHAKE = ['initialize', 'notifications/initialized'];
const path = '/api/actions/connector/tools';

const server = await testServer({
  settings: {
    'xpack.actions.allowedHosts': ['127.0.0.1', 'localhost'],
    'xpack.actions.maxResponseContentLength': 10_000,
    'logging.root.level': 'all',
  },
});
afterAll(() => server[Symbol.asyncDispose]());

/** What a run comes to of a new connector to that server. */
async function run(
  url: string,
  subAction: string,
  subActionParams: object,
  signal?: AbortSignal,
  by = server,
) {
  const id = await create(by, url);
  const { body } = await by.call('POST', `/api/actions/connector/${id}/_execute`, {
    body: { params: { subAction, subActionParams } },
    ...(signal && { signal }),
  });
  return body;
}

async function create(by: TestServer, serverUrl: string): Promise<string> {
  const { status, body } = await by.call('POST', '/api/actions/connector', {
    body: {
      name: 'Tools',
      connector_type_id: '.mcp',
      config: { serverUrl, authType: 'bearer' },
      secrets: { token: 's3cr3t-token', secretHeaders: { 'X-Tenant': 's3cr3t-tenant' } },
    },
  });
  expect([status, body.config]).toEqual([200, { serverUrl, hasAuth: true, authType: 'bearer' }]);
  return body.id as string;
}

const failed = (service_message: unknown) => ({
  status: 'error',
  message: 'an error occurred while running the action',
  service_message,
  retry: true,
});

/** Sends requests for one method on, before the server sees them. */
const redirecting = (method: string, status: number, location: () => string): McpServerOptions => ({
  instead({ url, body }, response: ServerResponse) {
    if (url !== '/mcp' || !body.includes(`"${method}"`)) return false;
    response.writeHead(status, { location: location() }).end();
    return true;
  },
});

describe('.mcp over the API', () => {
  it('lists and calls tools', async () => {
    await using tools = await mcpServer();
    expect(await run(tools.url, 'callTool', SEARCH)).toMatchObject({ status: 'ok', data: FOUND });
    expect(await run(tools.url, 'listTools', {})).toMatchObject({
      status: 'ok',
      data: { tools: expect.arrayContaining([expect.objectContaining({ name: 'search' })]) },
    });
    expect(tools.sessions()).toBe(0);
  });

  it('follows a redirect within the server with method and body', async () => {
    await using tools = await mcpServer(redirecting('tools/call', 307, () => '/mcp/'));
    expect(await run(tools.url, 'callTool', SEARCH)).toMatchObject({ status: 'ok', data: FOUND });
    const calls = tools.received.filter(({ body }) => body.includes('tools/call'));
    expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /mcp', 'POST /mcp/']);
    expect(calls[1]?.body).toBe(calls[0]?.body);
    expect(calls[1]?.headers.authorization).toBe('Bearer s3cr3t-token');
  });

  it('takes neither secrets nor its session to another server', async () => {
    await using elsewhere = await standIn(() => ({ status: 404, body: 'nothing here' }));
    const there = () => `${elsewhere.url.replace('127.0.0.1', 'localhost')}/mcp`;
    await using tools = await mcpServer(redirecting('tools/call', 307, there));
    expect(await run(tools.url, 'callTool', SEARCH)).toMatchObject(
      failed('Streamable HTTP error: Error POSTing to endpoint: nothing here'),
    );
    expect(elsewhere.received.map(({ method, body }) => [method, JSON.parse(body).method])).toEqual([
      ['POST', 'tools/call'],
    ]);
    expect(JSON.stringify(elsewhere.received)).not.toContain('s3cr3t');
    expect(elsewhere.received[0]?.headers).not.toHaveProperty('mcp-session-id');
    expect(tools.sessions()).toBe(0);
  });

  it('goes to no host that is not allowed', async () => {
    await using tools = await mcpServer(redirecting('tools/call', 308, () => 'http://elsewhere.example/'));
    expect(await run(tools.url, 'callTool', SEARCH)).toMatchObject(
      failed(
        'Redirected request failed: target hostname "elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    );
  });

  it('follows 20 redirects', async () => {
    let redirects = 0;
    await using tools = await mcpServer({
      instead({ body }, response) {
        if (!body.includes('"tools/call"') || redirects === 20) return false;
        response.writeHead(307, { location: `/mcp?${++redirects}` }).end();
        return true;
      },
    });
    expect(await run(tools.url, 'callTool', SEARCH)).toMatchObject({ status: 'ok', data: FOUND });
  });

  it('follows no more of them', async () => {
    await using tools = await mcpServer({
      instead({ body }, response) {
        if (!body.includes('"tools/call"')) return false;
        response.writeHead(307, { location: '/mcp' }).end();
        return true;
      },
    });
    expect(await run(tools.url, 'callTool', SEARCH)).toMatchObject(failed('Max redirects (20) exceeded'));
    expect(tools.asked()).toEqual([...HANDSHAKE, ...Array(21).fill('tools/call'), 'DELETE']);
  });

  it.each([false, true])('waits no longer than the operator lets it (JSON: %s)', async (answersJson) => {
    const gone = Promise.withResolvers<void>();
    await using tools = await mcpServer({ answersJson, onSlowGone: gone.resolve });
    await using impatient = await testServer({ settings: { 'xpack.actions.responseTimeout': 2_000 } });
    expect(await run(tools.url, 'callTool', { name: 'slow' }, undefined, impatient)).toMatchObject(
      failed('timeout of 2000ms exceeded'),
    );
    await gone.promise;
    expect(tools.asked()).toEqual([...HANDSHAKE, 'tools/call', 'DELETE']);
  });

  it.each([false, true])('ends a call whose caller is gone (JSON: %s)', async (answersJson) => {
    const caller = new AbortController();
    const gone = Promise.withResolvers<void>();
    await using tools = await mcpServer({
      answersJson,
      onSlow: () => caller.abort(),
      onSlowGone: gone.resolve,
    });
    await expect(run(tools.url, 'callTool', { name: 'slow' }, caller.signal)).rejects.toThrow();
    await gone.promise;
  });

  it.each([false, true])(
    'ends with the size of an answer that is too large (JSON: %s)',
    async (answersJson) => {
      await using tools = await mcpServer({ answersJson });
      const call = { name: 'search', arguments: { q: 'x'.repeat(20_000) } };
      expect(await run(tools.url, 'callTool', call)).toMatchObject(
        failed('maxContentLength size of 10000 exceeded'),
      );
    },
  );

  it('says so of a connection that breaks', async () => {
    await using tools = await mcpServer();
    expect(await run(tools.url, 'callTool', { name: 'drop' })).toMatchObject(failed('socket hang up'));
  });

  it('leaves by the proxy', async () => {
    await using tools = await mcpServer();
    await using proxy = await testProxy();
    await using proxied = await testServer({ settings: { 'xpack.actions.proxyUrl': proxy.url } });
    expect(await run(tools.url, 'test', {}, undefined, proxied)).toMatchObject({ status: 'ok' });
    expect(proxy.tunnels.length).toBeGreaterThan(0);
  });

  it('shows in a dry run what it would send first, without the secrets', async () => {
    await using tools = await mcpServer();
    const id = await create(server, tools.url);
    const { body } = await server.call('POST', `/api/actions/connector/${id}/_execute?dry_run=true`, {
      body: { params: { subAction: 'callTool', subActionParams: SEARCH } },
    });
    const { requests } = body.data as { requests: { method: string; url: string; body: string }[] };
    expect(requests.map((request) => JSON.parse(request.body).method)).toEqual(['initialize']);
    expect(JSON.stringify(requests)).not.toContain('s3cr3t');
    expect(tools.received).toEqual([]);
  });

  it('counts what was asked of the server in the event log', async () => {
    const dataPath = temporaryFolder();
    await using tools = await mcpServer();
    const counting = await testServer({ dataPath });
    await counting.call('POST', path, {
      body: { name: 'Tools', connector_type_id: '.mcp', config: { serverUrl: tools.url }, secrets: {} },
    });
    const params = { subAction: 'callTool', subActionParams: SEARCH };
    await counting.call('POST', `${path}/_execute`, { body: { params } });
    await counting.stop();
    const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
    const events = await store.events.find({ connectorIds: ['tools'] });
    await store.close();
    const bytes = '{"name":"search","arguments":{"q":"x"}}'.length;
    expect(events.map(({ document }) => document)).toMatchObject([
      { kibana: { action: { execution: { usage: { request_body_bytes: bytes } } } } },
      { event: { action: 'execute-start' } },
    ]);
  });

  it('says at no level of the log, and in no result, what a server repeats of its secrets', async () => {
    await using tools = await standIn(({ headers }) => ({ status: 403, body: JSON.stringify(headers) }));
    const result = await run(tools.url, 'callTool', SEARCH);
    expect(result).toMatchObject(failed(expect.stringContaining('Error POSTing to endpoint')));
    expect(JSON.stringify(result)).not.toContain('s3cr3t');
    expect(server.logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(server.logged)).not.toContain('s3cr3t');
  });
});

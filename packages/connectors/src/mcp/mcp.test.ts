import { createAllowedHosts, ValidationError, validateConfig, validateSecrets } from '@patchbay/kit';
import { hostileText, operatorSettings, type TestRun, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mcp, mcpType } from './mcp.ts';
import { type McpServerOptions, mcpServer } from './testing/mcp-server.ts';
import { toolCache } from './tool-cache.ts';

const TOKEN = { config: { authType: 'bearer' }, secrets: { token: 't0ken' } };
const HANDSHAKE = ['initialize', 'notifications/initialized'];
const INITIALIZE =
  '{"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"kibana-mcp-connector-test","version":"1.0.0"}},"jsonrpc":"2.0","id":0}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

interface Given extends Pick<TestRun, 'signal' | 'now'> {
  config?: object;
  secrets?: object;
}

function run(url: string, subAction: string, subActionParams?: unknown, given: Given = {}, type = newType()) {
  return testAction(type, {
    ...given,
    config: { serverUrl: url, ...given.config },
    secrets: given.secrets ?? {},
    params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
  });
}

/** One that has not listed any tools yet. */
const newType = () => mcpType(toolCache());

/** One run against a server, what it was asked, and how many sessions it was left with. */
async function ran(options: McpServerOptions, subAction: string, subActionParams?: unknown, given?: Given) {
  await using server = await mcpServer(options);
  const tested = await run(server.url, subAction, subActionParams, given);
  return { ...tested, received: server.received, asked: server.asked(), sessions: server.sessions() };
}

const failed = (serviceMessage: unknown, errorSource = 'framework') => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});
const ok = (data: unknown) => ({ actionId: 'test', status: 'ok', data });

/** Answers the first request for a method as it is told, and takes the others. */
function answering(method: string, answer: (response: Parameters<Answer>[1]) => void, times = 1): Answer {
  let left = times;
  return ({ method: http, body }, response) => {
    const isIt = body === '' ? method === http : JSON.parse(body).method === method;
    if (!isIt || left-- <= 0) return false;
    answer(response);
    return true;
  };
}
type Answer = NonNullable<McpServerOptions['instead']>;

describe.each<[string, McpServerOptions, string[]]>([
  ['with sessions that streams', {}, ['DELETE']],
  ['with sessions that answers with JSON', { answersJson: true }, ['DELETE']],
  ['without sessions that streams', { hasSessions: false }, []],
  ['without sessions that answers with JSON', { hasSessions: false, answersJson: true }, []],
])('.mcp and a server %s', (_, options, goodbye) => {
  it('shake hands, and part', async () => {
    const { result, asked, sessions, requestBodyBytes } = await ran(options, 'test', {});
    expect(result).toEqual(ok({ connected: true, capabilities: { tools: { listChanged: true } } }));
    expect(asked).toEqual([...HANDSHAKE, ...goodbye]);
    expect([sessions, requestBodyBytes]).toEqual([0, 0]);
  });

  it('tell of its tools by name, description and input', async () => {
    const { result, asked, sessions, requestBodyBytes } = await ran(options, 'listTools', {});
    const tools = (result.data as { tools: { name: string }[] }).tools;
    expect(tools.map(({ name }) => name)).toEqual([
      'search',
      'echo',
      'count',
      'fail',
      'slow',
      'drop',
      'detach',
    ]);
    expect(tools[0]).toEqual({
      name: 'search',
      description: 'Finds runbooks.',
      inputSchema: expect.objectContaining({ properties: { q: { type: 'string' } }, required: ['q'] }),
    });
    expect(tools[2]).toEqual({ name: 'count', inputSchema: { type: 'object', properties: {} } });
    expect(asked).toEqual([...HANDSHAKE, 'tools/list', ...goodbye]);
    expect([sessions, requestBodyBytes]).toEqual([0, '{}'.length]);
  });

  it('ask for every page of them', async () => {
    const { result, received } = await ran({ ...options, toolsOnAPage: 2 }, 'listTools', {});
    const names = (result.data as { tools: { name: string }[] }).tools.map(({ name }) => name);
    expect(names).toEqual(['tool-0', 'tool-1', 'tool-2', 'tool-3', 'tool-4', 'tool-5']);
    expect(received.map(({ body }) => body).filter((body) => body.includes('tools/list'))).toEqual([
      '{"method":"tools/list","jsonrpc":"2.0","id":1}',
      '{"method":"tools/list","params":{"cursor":"2"},"jsonrpc":"2.0","id":2}',
      '{"method":"tools/list","params":{"cursor":"4"},"jsonrpc":"2.0","id":3}',
    ]);
  });

  it('do not turn pages for ever', async () => {
    const { result, asked } = await ran({ ...options, toolsOnAPage: 0 }, 'listTools', {});
    expect(result).toEqual(failed('The MCP server has more than 64 pages of tools'));
    expect(asked).toEqual([...HANDSHAKE, ...Array(64).fill('tools/list'), ...goodbye]);
  });

  it('call a tool', async () => {
    const call = { name: 'search', arguments: { q: 'x' } };
    const { result, asked, sessions, requestBodyBytes } = await ran(options, 'callTool', call);
    expect(result).toEqual(ok({ content: [{ type: 'text', text: 'found x' }] }));
    expect(asked).toEqual([...HANDSHAKE, 'tools/call', ...goodbye]);
    expect([sessions, requestBodyBytes]).toEqual([0, '{"name":"search","arguments":{"q":"x"}}'.length]);
  });

  it('give what a tool returned beside its text', async () => {
    const { result } = await ran(options, 'callTool', { name: 'count' });
    expect(result).toEqual(ok({ content: [{ type: 'text', text: '3' }], structuredContent: { count: 3 } }));
  });

  it('take a tool that fails for a run that went well', async () => {
    const { result, sessions } = await ran(options, 'callTool', { name: 'fail' });
    expect(result).toEqual(ok({ content: [{ type: 'text', text: 'disk full' }], isError: true }));
    expect(sessions).toBe(0);
  });

  it('end their session after an error, too', async () => {
    const { result, asked, sessions } = await ran(options, 'callTool', { name: 'none' });
    expect(result).toEqual(failed('MCP error -32602: Tool none not found'));
    expect(asked).toEqual([...HANDSHAKE, 'tools/call', ...goodbye]);
    expect(sessions).toBe(0);
  });

  it('fail at once when the connection breaks during a call, which is not repeated', async () => {
    const { result, asked, sessions } = await ran(options, 'callTool', { name: 'drop' });
    // Node's words for it, before the headers of the answer and after them.
    expect(result).toEqual(failed(expect.stringMatching(/^(socket hang up|aborted)$/)));
    expect(asked).toEqual([...HANDSHAKE, 'tools/call', ...goodbye]);
    expect(sessions).toBe(0);
  });

  it('let go of a slow tool when nobody waits for it any more', async () => {
    const caller = new AbortController();
    const gone = Promise.withResolvers<void>();
    const { result } = await ran(
      { ...options, onSlow: () => caller.abort(), onSlowGone: gone.resolve },
      'callTool',
      { name: 'slow' },
      { signal: caller.signal },
    );
    expect(result).toEqual(failed('canceled'));
    await gone.promise;
  });
});

describe('.mcp on the wire', () => {
  it('is the JSON-RPC of the protocol, with the credentials on every request', async () => {
    const call = { name: 'search', arguments: { q: 'x' } };
    const { received } = await ran({}, 'callTool', call, TOKEN);
    expect(received.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/mcp', INITIALIZE],
      ['POST', '/mcp', INITIALIZED],
      [
        'POST',
        '/mcp',
        '{"method":"tools/call","params":{"name":"search","arguments":{"q":"x"}},"jsonrpc":"2.0","id":1}',
      ],
      ['DELETE', '/mcp', ''],
    ]);
    for (const { headers, method } of received) {
      expect(headers).toMatchObject({
        authorization: 'Bearer t0ken',
        'user-agent': 'test',
        ...(method === 'POST' && {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
        }),
      });
    }
  });

  it('names session and version once they are known', async () => {
    const { received } = await ran({}, 'callTool', { name: 'search', arguments: { q: 'x' } });
    const [first, ...others] = received.map(({ headers }) => headers);
    expect(first).not.toHaveProperty('mcp-session-id');
    expect(new Set(others.map((headers) => headers['mcp-session-id']))).toEqual(
      new Set([expect.stringMatching(/^[0-9a-f-]{36}$/)]),
    );
    expect(others.map((headers) => headers['mcp-protocol-version'])).toEqual(Array(3).fill('2025-11-25'));
  });

  it('takes up a stream that was ended before the answer', async () => {
    const { result, asked, received } = await ran({ isResumable: true }, 'callTool', { name: 'detach' });
    expect(result).toEqual(ok({ content: [{ type: 'text', text: 'to who came back' }] }));
    expect(asked).toEqual([...HANDSHAKE, 'tools/call', 'GET', 'DELETE']);
    expect(received[3]?.headers).toMatchObject({
      accept: 'text/event-stream',
      'last-event-id': expect.any(String),
      'mcp-session-id': received[2]?.headers['mcp-session-id'],
    });
  });

  it('keeps credentials and session at their origin', async () => {
    const given = { ...TOKEN, secrets: { token: 't0ken', secretHeaders: { 'X-Tenant': 'acme' } } };
    const { sensitiveHeaders } = await ran({}, 'test', {}, given);
    expect(sensitiveHeaders).toEqual(['Authorization', 'X-Tenant', 'mcp-session-id']);
  });

  it('carries arguments as they are, whatever is in them', async () => {
    await using server = await mcpServer({ hasSessions: false });
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (rogue) => {
        const given = { [`a${rogue}`]: [rogue] };
        const { result } = await run(server.url, 'callTool', { name: 'echo', arguments: given });
        const { content } = result.data as { content: { text: string }[] };
        expect(JSON.parse(content[0]?.text ?? '')).toEqual(given);
      }),
      { numRuns: 20 },
    );
  });

  it('carries the name of a tool as it is, whatever is in it', async () => {
    await using server = await mcpServer({ hasSessions: false });
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (name) => {
        server.received.length = 0;
        await run(server.url, 'callTool', { name });
        expect(JSON.parse(server.received[2]?.body ?? '').params).toEqual({ name });
      }),
      { numRuns: 10 },
    );
  });
});

describe('.mcp credentials', () => {
  /** Lets in who shows this header, on every request. */
  const demanding = (name: string, value: string): McpServerOptions => ({
    instead({ headers }, response) {
      if (headers[name] === value) return false;
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end('{"error":"invalid_token"}');
      return true;
    },
  });

  it.each<[string, object, object, string, string]>([
    ['a token', { authType: 'bearer' }, { token: 't' }, 'authorization', 'Bearer t'],
    ['an API key', { authType: 'apiKey' }, { apiKey: 'k' }, 'x-api-key', 'k'],
    ['an API key elsewhere', { authType: 'apiKey', apiKeyHeaderName: 'X-K' }, { apiKey: 'k' }, 'x-k', 'k'],
    [
      'an API key in a template',
      {
        authType: 'apiKey',
        apiKeyHeaderName: 'Authorization',
        apiKeyHeaderValue: 'ApiKey {{apiKey}}:{{apiKey}}',
      },
      { apiKey: '$&$1' },
      'authorization',
      'ApiKey $&$1:$&$1',
    ],
    ['a user', { authType: 'basic' }, { user: 'u', password: 'p' }, 'authorization', 'Basic dTpw'],
    ['a header', { headers: { 'X-Tenant': 'acme' } }, {}, 'x-tenant', 'acme'],
    ['a secret header', {}, { secretHeaders: { 'X-Key': 's' } }, 'x-key', 's'],
    ['a secret header without more', { authType: 'none' }, { secretHeaders: { 'X-Key': 's' } }, 'x-key', 's'],
    [
      'a token rather than a header',
      { authType: 'bearer', headers: { authorization: 'h' } },
      { token: 't' },
      'authorization',
      'Bearer t',
    ],
    [
      'a secret header rather than a token',
      { authType: 'bearer' },
      { token: 't', secretHeaders: { AUTHORIZATION: 's' } },
      'authorization',
      's',
    ],
    [
      'headers without authentication',
      { hasAuth: false, headers: { 'X-Tenant': 'acme' } },
      {},
      'x-tenant',
      'acme',
    ],
  ])('let in with %s', async (_, config, secrets, name, value) => {
    const { result, asked } = await ran(demanding(name, value), 'listTools', {}, { config, secrets });
    expect(result.status).toBe('ok');
    expect(asked).toEqual([...HANDSHAKE, 'tools/list', 'DELETE']);
  });

  it.each<[string, object, object]>([
    ['is to be none', { authType: 'none' }, { token: 't', apiKey: 'k', user: 'u', password: 'p' }],
    ['has not been chosen', {}, { token: 't', apiKey: 'k', user: 'u', password: 'p' }],
    ['lacks its token', { authType: 'bearer' }, { apiKey: 'k' }],
    ['lacks its password', { authType: 'basic' }, { user: 'u' }],
    ['lacks its key', { authType: 'apiKey', apiKeyHeaderValue: 'ApiKey {{apiKey}}' }, {}],
    [
      'is switched off',
      { hasAuth: false, authType: 'bearer' },
      { token: 't', secretHeaders: { 'X-API-Key': 's' } },
    ],
  ])('are not sent where the authentication %s', async (_, config, secrets) => {
    const { received } = await ran({}, 'test', {}, { config, secrets });
    expect(received).toHaveLength(3);
    for (const { headers } of received) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('x-api-key');
    }
  });

  it('that are wrong are told of in the words of the server', async () => {
    const { result, asked, logged } = await ran(
      demanding('authorization', 'Bearer x'),
      'test',
      {},
      { ...TOKEN },
    );
    expect(result).toEqual(
      failed('Streamable HTTP error: Error POSTing to endpoint: {"error":"invalid_token"}'),
    );
    expect(asked).toEqual(['initialize']);
    expect(JSON.stringify([result, logged])).not.toContain('t0ken');
  });
});

describe('.mcp connecting', () => {
  const unavailable = (times: number) =>
    answering('initialize', (response) => response.writeHead(503).end('busy'), times);

  it.each([
    ['listTools', {}],
    ['callTool', { name: 'search', arguments: { q: 'x' } }],
  ])('is tried again before %s', async (subAction, params) => {
    const { result, asked, logged } = await ran({ instead: unavailable(3) }, subAction, params);
    expect(result.status).toBe('ok');
    expect(asked.slice(0, 5)).toEqual([...Array(3).fill('initialize'), ...HANDSHAKE]);
    expect(logged).toEqual(
      Array(3).fill({
        level: 'debug',
        message:
          'Failed to connect to the MCP server, connecting again: Streamable HTTP error: Error POSTing to endpoint: busy',
      }),
    );
  });

  it('is tried no more than four times', async () => {
    const { result, asked } = await ran({ instead: unavailable(4) }, 'listTools', {});
    expect(result).toEqual(failed('Streamable HTTP error: Error POSTing to endpoint: busy'));
    expect(asked).toEqual(Array(4).fill('initialize'));
  });

  it('is tried again when the connection breaks', async () => {
    const instead = answering('initialize', (response) => response.destroy());
    const { result, asked } = await ran({ instead }, 'listTools', {});
    expect(result.status).toBe('ok');
    expect(asked.slice(0, 3)).toEqual(['initialize', ...HANDSHAKE]);
  });

  it('is tried again when it is refused', async () => {
    const server = await mcpServer();
    await server[Symbol.asyncDispose]();
    const { result, logged } = await run(server.url, 'listTools', {});
    expect(result).toEqual(failed(expect.stringMatching(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/)));
    expect(logged).toHaveLength(3);
  });

  it('is tried once to test it', async () => {
    const { result, asked } = await ran({ instead: unavailable(1) }, 'test', {});
    expect(result).toEqual(failed('Streamable HTTP error: Error POSTing to endpoint: busy'));
    expect(asked).toEqual(['initialize']);
  });

  it.each([
    [
      '{"jsonrpc":"2.0","id":0,"error":{"code":-32603,"message":"out of order"}}',
      'MCP error -32603: out of order',
    ],
    [
      '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"1999-01-01","capabilities":{},"serverInfo":{"name":"a","version":"1"}}}',
      "Server's protocol version is not supported: 1999-01-01",
    ],
  ])('is not tried again when the server answers %s', async (body, text) => {
    const instead = answering('initialize', (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const { result, asked } = await ran({ instead }, 'listTools', {});
    expect(result).toEqual(failed(text));
    expect(asked).toEqual(['initialize']);
  });

  it('is given up when nobody waits for it any more', async () => {
    const caller = new AbortController();
    const { result, asked } = await ran(
      { instead: () => caller.abort() === undefined },
      'listTools',
      {},
      {
        signal: caller.signal,
      },
    );
    expect(result).toEqual(failed('canceled'));
    expect(asked).toEqual(['initialize']);
  });
});

describe('.mcp and an answer to a call', () => {
  const stream = { 'content-type': 'text/event-stream' };
  const json = { 'content-type': 'application/json' };

  it.each<[string, (response: Parameters<Answer>[1]) => void, unknown]>([
    [
      'that is an error',
      (response) => response.writeHead(500).end('out of order'),
      'Streamable HTTP error: Error POSTing to endpoint: out of order',
    ],
    [
      'that is a page',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'Streamable HTTP error: Unexpected content type: text/html',
    ],
    ['that is empty', (response) => response.end(), 'Streamable HTTP error: Unexpected content type: null'],
    [
      'that is no content',
      (response) => response.writeHead(204).end(),
      expect.stringContaining('Unexpected content type'),
    ],
    [
      'that is not JSON',
      (response) => response.writeHead(200, json).end('<html>'),
      expect.stringContaining('is not valid JSON'),
    ],
    ['that is other JSON', (response) => response.writeHead(200, json).end('{"a":1}'), expect.any(String)],
    [
      'to something else',
      (response) => response.writeHead(200, json).end('{"jsonrpc":"2.0","id":99,"result":{"content":[]}}'),
      'Connection closed before the server answered tools/call',
    ],
    [
      'that says it will be dealt with',
      (response) => response.writeHead(202).end(),
      'Connection closed before the server answered tools/call',
    ],
    [
      'that is no result of a tool',
      (response) => response.writeHead(200, json).end('{"jsonrpc":"2.0","id":1,"result":{"content":"text"}}'),
      expect.stringContaining('Invalid result for tools/call'),
    ],
    [
      'that ends before it says anything',
      (response) => response.writeHead(200, stream).end(': hello\n\n'),
      'Connection closed before the server answered tools/call',
    ],
    [
      'that is no JSON in its stream',
      (response) => response.writeHead(200, stream).end('data: <html>\n\n'),
      'Connection closed before the server answered tools/call',
    ],
    [
      'that breaks off in its stream',
      (response) => {
        response.writeHead(200, stream);
        response.write('data: {"jsonrpc":', () => response.destroy());
      },
      'aborted',
    ],
    [
      'that leads nowhere',
      (response) => response.writeHead(307).end(),
      'Redirect response 307 missing Location header',
    ],
  ])('%s ends with what is wrong with it, and ends the session', async (_, answer, text) => {
    const instead = answering('tools/call', answer);
    const { result, asked, sessions } = await ran({ instead }, 'callTool', { name: 'search' });
    expect(result).toEqual(failed(text));
    expect(asked).toEqual([...HANDSHAKE, 'tools/call', 'DELETE']);
    expect(sessions).toBe(0);
  });

  it('in a stream that is not ended does not keep the connection', async () => {
    const closed = Promise.withResolvers<void>();
    const instead = answering('tools/call', (response) => {
      response.on('close', closed.resolve);
      response.writeHead(200, stream).write('data: {"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n\n');
    });
    await using server = await mcpServer({ instead });
    const { result } = await run(server.url, 'callTool', { name: 'search' });
    expect(result).toEqual(ok({ content: [] }));
    await closed.promise;
  });
});

describe('.mcp parting', () => {
  afterEach(() => void vi.useRealTimers());

  it('says in the debug log alone that the session could not be ended', async () => {
    const instead = answering('DELETE', (response) => response.writeHead(500).end());
    const { result, logged } = await ran({ instead }, 'test', {});
    expect(result.status).toBe('ok');
    expect(logged).toEqual([
      {
        level: 'debug',
        message:
          'Failed to end the session with the MCP server: Failed to terminate session: Internal Server Error',
      },
    ]);
  });

  it('is all right with a server that has no end of sessions', async () => {
    const instead = answering('DELETE', (response) => response.writeHead(405).end());
    const { result, logged } = await ran({ instead }, 'test', {});
    expect([result.status, logged]).toEqual(['ok', []]);
  });

  it('does not wait long for a server to answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const instead = answering('DELETE', () => void vi.advanceTimersByTime(5_000));
    const { result, logged } = await ran({ instead }, 'test', {});
    expect(result.status).toBe('ok');
    expect(logged).toMatchObject([
      { level: 'debug', message: expect.stringContaining('Failed to end the session') },
    ]);
  });
});

describe('.mcp tools', () => {
  const LISTED = [...HANDSHAKE, 'tools/list', 'DELETE'];

  /** Runs after each other by connectors of one process; what each of them asked. */
  async function inTurn(...runs: [subAction: string, params: object, given?: Given][]) {
    await using server = await mcpServer();
    const type = newType();
    const asked: string[][] = [];
    const bytes: number[] = [];
    for (const [subAction, params, given] of runs) {
      server.received.length = 0;
      const { result, requestBodyBytes } = await run(server.url, subAction, params, given, type);
      expect(result.status).toBe('ok');
      asked.push(server.asked());
      bytes.push(requestBodyBytes);
    }
    return { asked, bytes };
  }

  it('are remembered, and then nothing is asked or counted', async () => {
    const { asked, bytes } = await inTurn(['listTools', {}], ['listTools', { forceRefresh: false }]);
    expect(asked).toEqual([LISTED, []]);
    expect(bytes).toEqual(['{}'.length, 0]);
  });

  it('are the same when they are remembered', async () => {
    await using server = await mcpServer();
    const type = newType();
    const first = await run(server.url, 'listTools', {}, {}, type);
    expect((await run(server.url, 'listTools', {}, {}, type)).result).toEqual(first.result);
  });

  it('are asked for anew for who wants that, and remembered for the others', async () => {
    const { asked, bytes } = await inTurn(
      ['listTools', { forceRefresh: true }, { now: new Date(0) }],
      ['listTools', { forceRefresh: true }, { now: new Date(600_000) }],
      ['listTools', {}, { now: new Date(1_499_999) }],
    );
    expect(asked).toEqual([LISTED, LISTED, []]);
    expect(bytes).toEqual(['{"forceRefresh":true}'.length, '{"forceRefresh":true}'.length, 0]);
  });

  it('are forgotten after 15 minutes', async () => {
    const { asked } = await inTurn(
      ['listTools', {}, { now: new Date(0) }],
      ['listTools', {}, { now: new Date(899_999) }],
      ['listTools', {}, { now: new Date(900_000) }],
    );
    expect(asked).toEqual([LISTED, [], LISTED]);
  });

  it.each<[string, Given]>([
    ['token', { ...TOKEN, secrets: { token: 'another' } }],
    ['headers', { ...TOKEN, config: { ...TOKEN.config, headers: { 'X-Tenant': 'acme' } } }],
    ['secret headers', { ...TOKEN, secrets: { ...TOKEN.secrets, secretHeaders: { 'X-Tenant': 'acme' } } }],
    ['way of authentication', { ...TOKEN, config: { authType: 'none' } }],
    ['choice to authenticate', { ...TOKEN, config: { ...TOKEN.config, hasAuth: false } }],
  ])('are asked for anew with another %s', async (_, given) => {
    const { asked } = await inTurn(['listTools', {}, TOKEN], ['listTools', {}, given]);
    expect(asked).toEqual([LISTED, LISTED]);
  });

  it('are neither looked up nor remembered by a test or a call', async () => {
    const call = { name: 'search', arguments: { q: 'x' } };
    const { asked } = await inTurn(['test', {}], ['callTool', call], ['listTools', {}], ['test', {}]);
    expect(asked.map((methods) => methods.length)).toEqual([3, 4, 4, 3]);
  });

  it('that could not be listed are asked for anew', async () => {
    const instead = answering('tools/list', (response) => response.writeHead(500).end('busy'));
    await using server = await mcpServer({ instead });
    const type = newType();
    const first = await run(server.url, 'listTools', {}, {}, type);
    expect(first.result).toEqual(failed('Streamable HTTP error: Error POSTing to endpoint: busy'));
    expect((await run(server.url, 'listTools', {}, {}, type)).result.status).toBe('ok');
  });
});

describe('.mcp input', () => {
  const context = { allowedHosts: createAllowedHosts(['mcp.example.com']), settings: operatorSettings() };

  it('has a host that is allowed', () => {
    expect(() => validateConfig(mcp, { serverUrl: 'https://elsewhere.example/mcp' }, context)).toThrow(
      new ValidationError(
        'error validating connector type config: error validating url: target url "https://elsewhere.example/mcp" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at serverUrl'],
    [
      { serverUrl: 'https://mcp.example.com', authType: 'customHeaders' },
      '✖ Invalid option: expected one of "none"|"bearer"|"apiKey"|"basic"\n  → at authType',
    ],
    [
      { serverUrl: 'https://mcp.example.com', apiKeyHeaderName: '' },
      '✖ Too small: expected string to have >=1 characters\n  → at apiKeyHeaderName',
    ],
    [
      { serverUrl: 'https://mcp.example.com', headers: { a: 1 } },
      '✖ Invalid input: expected string, received number\n  → at headers.a',
    ],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(mcp, config, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it('drops keys that it does not know, and authenticates if nothing else is said', () => {
    const serverUrl = 'https://mcp.example.com';
    expect(validateConfig(mcp, { serverUrl, service: {} }, context)).toEqual({ serverUrl, hasAuth: true });
    expect(validateSecrets(mcp, { token: 't', other: 1 }, context)).toEqual({ token: 't' });
  });

  it('refuses secrets that are no text', () => {
    expect(() => validateSecrets(mcp, { token: 1 }, context)).toThrow(
      new ValidationError(
        'error validating connector type secrets: ✖ Invalid input: expected string, received number\n  → at token',
      ),
    );
  });

  it.each<[string, unknown, string]>([
    ['test', { a: 1 }, '"keys"'],
    ['test', undefined, '"path": []'],
    ['listTools', { forceRefresh: 'yes' }, '"forceRefresh"'],
    ['listTools', undefined, '"path": []'],
    ['callTool', {}, '"name"'],
    ['callTool', { name: 'search', arguments: ['x'] }, '"arguments"'],
  ])('refuses %s of %j before anything is sent', async (subAction, params, where) => {
    const { result, received } = await ran({}, subAction, params);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(/), 'user'));
    expect(result.serviceMessage).toContain(where);
    expect(received).toEqual([]);
  });

  it('has no sub-action initialize', async () => {
    expect((await ran({}, 'initialize', {})).result).toEqual(
      failed(
        'Sub action "initialize" is not registered. Connector id: test. Connector name: MCP. Connector type: .mcp',
      ),
    );
  });

  it('of a server that has no URL ends the run', async () => {
    expect((await run('not a URL', 'test', {})).result).toEqual(failed('Invalid URL'));
  });
});

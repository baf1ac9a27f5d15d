import { once } from 'node:events';
import { request } from 'node:http';
import { standIn } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { type OtlpCollector, otlpCollector, type ReceivedSpan } from '../testing/otlp-collector.ts';
import { type TestServer, type TestServerOptions, testServer } from '../testing/test-server.ts';

const TRACE = 'a'.repeat(32);
const PARENT = 'b'.repeat(16);
const traceparent = `00-${TRACE}-${PARENT}-01`;

function tracedServer(collector: OtlpCollector, options: TestServerOptions = {}): Promise<TestServer> {
  return testServer({
    ...options,
    settings: { 'patchbay.tracing.endpoint': collector.url, ...options.settings },
  });
}

async function webhook(server: TestServer, url: string, settings?: object): Promise<void> {
  const connector = { name: 'w', connector_type_id: '.webhook', config: { url, hasAuth: false } };
  await server.call('POST', '/api/actions/connector/w', {
    body: connector,
    headers: { traceparent: UNTRACED },
  });
  if (settings !== undefined) {
    const answer = await server.call('PUT', '/api/patchbay/connectors/w/settings', {
      body: settings,
      headers: { traceparent: UNTRACED },
    });
    expect(answer.status).toBe(200);
  }
}

/** A caller that records nothing: what it asks for is not recorded either. */
const UNTRACED = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`;

const execute = (server: TestServer, headers: Record<string, string> = {}) =>
  server.call('POST', '/api/actions/connector/w/_execute', {
    body: { params: { body: '{}' } },
    headers,
  });

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const only = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const [first, ...more] = named(spans, name);
  if (first === undefined || more.length > 0)
    throw new Error(
      `${more.length + Number(first !== undefined)} spans ${name} of ${spans.map((one) => one.name)}`,
    );
  return first;
};

/** The names from a span to the beginning of its trace. */
function pathOf(spans: readonly ReceivedSpan[], span: ReceivedSpan): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [span.name, ...(parent === undefined ? [] : pathOf(spans, parent))];
}

describe('traces', () => {
  it('follow a run from the request to what leaves, on from the caller’s trace', async () => {
    await using collector = await otlpCollector();
    await using remote = await standIn(({ url }) =>
      url === '/hook?key=sesame' ? { status: 302, headers: { location: '/there' } } : { status: 200 },
    );
    const server = await tracedServer(collector);
    await webhook(server, `${remote.url}/hook?key=sesame`);
    await execute(server, { traceparent, tracestate: 'vendor=x' });
    await server.stop();

    const { spans } = collector;
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    const request = only(spans, 'POST /api/actions/connector/:id/_execute');
    expect(request).toMatchObject({
      kind: 'server',
      parentSpanId: PARENT,
      hasFailed: false,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/actions/connector/:id/_execute',
        'http.response.status_code': 200,
      },
      resource: { 'service.name': 'patchbay', 'service.version': expect.any(String) },
    });
    expect(only(spans, 'run .webhook')).toMatchObject({
      parentSpanId: request.spanId,
      attributes: {
        'patchbay.connector.id': 'w',
        'patchbay.connector.type': '.webhook',
        'patchbay.space': 'default',
        'patchbay.execution.source': 'http_request',
      },
    });
    expect(pathOf(spans, only(spans, 'validate'))).toEqual(['validate', 'run .webhook', request.name]);
    expect(named(spans, 'resolve').every(({ traceId }) => traceId === TRACE)).toBe(true);
    const { hostname, port } = new URL(remote.url);
    const hop = {
      kind: 'client',
      attributes: {
        'http.request.method': 'POST',
        'server.address': hostname,
        'server.port': Number(port),
        'url.scheme': 'http',
        'http.response.status_code': 302,
      },
    };
    expect(only(spans, 'POST')).toMatchObject(hop);
    expect(pathOf(spans, only(spans, 'GET'))).toEqual(['GET', 'run .webhook', request.name]);
    // Each is over before the one that it is in.
    expect(only(spans, 'GET').durationNs).toBeLessThan(request.durationNs);
  });

  it('follow it also where the body of the request comes in parts', async () => {
    await using collector = await otlpCollector();
    await using remote = await standIn(() => ({ status: 200 }));
    const server = await tracedServer(collector);
    await webhook(server, remote.url);
    const headers = {
      authorization: `Basic ${Buffer.from('elastic:changeme').toString('base64')}`,
      'kbn-xsrf': 'true',
      'content-type': 'application/json',
      traceparent,
    };
    const sent = request(`${server.url}/api/actions/connector/w/_execute`, { method: 'POST', headers });
    sent.write('{"params":');
    // The server has read the first part when it answers another request.
    await server.call('GET', '/livez');
    sent.end('{"body":"{}"}}');
    await once(sent, 'response');
    await server.stop();
    const { spans } = collector;
    expect(pathOf(spans, only(spans, 'POST'))).toEqual([
      'POST',
      'run .webhook',
      'POST /api/actions/connector/:id/_execute',
    ]);
  });

  it('tell what went wrong in a word, and nothing of URLs, bodies, or what a remote said', async () => {
    await using collector = await otlpCollector();
    await using remote = await standIn(() => ({ status: 500, body: 'said-by-the-remote' }));
    const server = await tracedServer(collector);
    await webhook(server, `${remote.url}/path-secret?query-secret`);
    await execute(server, { traceparent });
    await server.stop();
    expect(only(collector.spans, 'POST')).toMatchObject({
      hasFailed: true,
      statusMessage: '',
      attributes: { 'error.type': '500' },
    });
    expect(only(collector.spans, 'run .webhook')).toMatchObject({
      hasFailed: true,
      statusMessage: '',
      attributes: { 'error.type': 'user_error' },
    });
    const sent = Buffer.concat(collector.bytes).toString('latin1');
    for (const text of ['path-secret', 'query-secret', 'said-by', 'changeme'])
      expect(sent).not.toContain(text);
  });

  it('go with a delivery: its first attempt is in the enqueuer’s trace, a later one links to it', async () => {
    await using collector = await otlpCollector();
    let calls = 0;
    await using remote = await standIn(() => ({ status: calls++ === 0 ? 503 : 200 }));
    const server = await tracedServer(collector);
    await webhook(server, remote.url, {
      delivery: { retry: { backoff: { initial: '1ms', max: '1ms' } } },
    });
    await server.call('POST', '/api/patchbay/deliveries', {
      body: { connector_id: 'w', params: { body: '{}' } },
      headers: { traceparent },
    });
    await expect.poll(() => remote.received.length, { timeout: 10_000 }).toBe(2);
    await server.stop();

    const { spans } = collector;
    const enqueue = only(spans, 'enqueue');
    expect(enqueue).toMatchObject({ traceId: TRACE, kind: 'producer' });
    const [first, second] = named(spans, 'deliver');
    expect(first).toMatchObject({
      kind: 'consumer',
      traceId: TRACE,
      parentSpanId: enqueue.spanId,
      links: [],
      hasFailed: true,
      attributes: { 'patchbay.delivery.attempt': 1, 'patchbay.delivery.outcome': 'failed' },
    });
    const toEnqueuer = { traceId: TRACE, spanId: enqueue.spanId };
    expect(second).toMatchObject({
      parentSpanId: '',
      links: [toEnqueuer],
      hasFailed: false,
      attributes: { 'patchbay.delivery.attempt': 2, 'patchbay.delivery.outcome': 'delivered' },
    });
    expect(second?.traceId).not.toBe(TRACE);
    expect(named(spans, 'run .webhook').map((span) => pathOf(spans, span).at(1))).toEqual([
      'deliver',
      'deliver',
    ]);
    for (const name of ['claim', 'settle']) {
      const batches = named(spans, name).filter(({ links }) => links.length > 0);
      expect(batches.length).toBeGreaterThan(0);
      for (const batch of batches) expect(batch).toMatchObject({ parentSpanId: '', links: [toEnqueuer] });
    }
  });

  it('are carried to the remote where the connector’s settings ask for it, and nowhere else', async () => {
    await using collector = await otlpCollector();
    await using remote = await standIn(() => ({ status: 200 }));
    const server = await tracedServer(collector);
    await webhook(server, remote.url);
    await execute(server, { traceparent, tracestate: 'vendor=x' });
    await webhook(server, remote.url, { propagate_trace_context: true });
    await execute(server, { traceparent, tracestate: 'vendor=x' });
    await server.stop();
    const [without, with_] = remote.received;
    expect(without?.headers.traceparent).toBeUndefined();
    const [, hop] = named(collector.spans, 'POST');
    expect(with_?.headers).toMatchObject({
      traceparent: `00-${TRACE}-${hop?.spanId}-01`,
      tracestate: 'vendor=x',
    });
  });

  it('do not take the place of a trace that the connector sends itself', async () => {
    await using collector = await otlpCollector();
    await using remote = await standIn(() => ({ status: 200 }));
    const server = await tracedServer(collector);
    const config = { url: remote.url, hasAuth: false, headers: { Traceparent: 'own' } };
    const connector = { name: 'w', connector_type_id: '.webhook', config };
    await server.call('POST', '/api/actions/connector/w', { body: connector });
    const body = { propagate_trace_context: true };
    await server.call('PUT', '/api/patchbay/connectors/w/settings', { body });
    await execute(server);
    await server.stop();
    expect(remote.received[0]?.headers.traceparent).toBe('own');
  });

  it('are what callers record, and of those that begin here as many as a setting says', async () => {
    await using collector = await otlpCollector();
    await using remote = await standIn(() => ({ status: 200 }));
    const server = await tracedServer(collector, { settings: { 'patchbay.tracing.sampleRatio': 0 } });
    await webhook(server, remote.url);
    await execute(server);
    await execute(server, { traceparent: UNTRACED });
    await execute(server, { traceparent });
    await server.stop();
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  });

  it('have health checks left out', async () => {
    await using collector = await otlpCollector();
    const server = await tracedServer(collector);
    await server.call('GET', '/livez', { headers: { traceparent } });
    await server.stop();
    expect(collector.spans).toEqual([]);
  });

  it('are named in log lines', async () => {
    await using collector = await otlpCollector();
    await using remote = await standIn(() => ({ status: 500 }));
    const server = await tracedServer(collector, { settings: { 'patchbay.logging.format': 'ecs' } });
    await webhook(server, remote.url);
    await execute(server, { traceparent });
    await server.stop();
    const run = only(collector.spans, 'run .webhook');
    expect(server.logged).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining('action execution failure'),
        'trace.id': TRACE,
        'span.id': expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    );
    expect(run.traceId).toBe(TRACE);
  });
});

describe('sending spans', () => {
  it('is told once when it fails and once when it works again, with no header in it', async () => {
    await using collector = await otlpCollector();
    await using server = await tracedServer(collector, {
      settings: { 'patchbay.tracing.headers': { authorization: 'Bearer sesame-token' } },
    });
    const ofTracing = () => server.logged.filter(({ logger }) => logger === 'tracing').map(({ msg }) => msg);
    collector.answer(400);
    await server.call('GET', '/api/status', { headers: { traceparent } });
    await expect
      .poll(ofTracing, { timeout: 10_000 })
      .toEqual([
        expect.stringMatching(/^spans cannot be sent to patchbay.tracing.endpoint, and are dropped: /),
      ]);
    collector.answer(200);
    await server.call('GET', '/api/status', { headers: { traceparent } });
    await expect.poll(() => ofTracing().at(-1), { timeout: 10_000 }).toBe('spans are sent again');
    expect(collector.requests.at(-1)).toMatchObject({ authorization: 'Bearer sesame-token' });
    expect(server.logLines.join('')).not.toContain('sesame-token');
  });

  it('holds up neither a run nor the stop when nobody answers', async () => {
    await using remote = await standIn(() => ({ status: 200 }));
    const gone = await standIn(() => ({ status: 200 }));
    await gone[Symbol.asyncDispose]();
    const server = await testServer({ settings: { 'patchbay.tracing.endpoint': gone.url } });
    await webhook(server, remote.url);
    expect((await execute(server, { traceparent })).body.status).toBe('ok');
    await server.stop();
  });
});

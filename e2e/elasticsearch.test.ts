import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { tempFolder, testCa } from '../packages/engine/src/testing/index.ts';
import { type TestServer, testServer } from '../packages/server/src/testing/test-server.ts';
import { until } from './checkout.ts';
import { type SearchNode, startNode } from './elasticsearch/node.ts';

/** `.index` connectors, from our HTTP API to a real node. */

let started: SearchNode | string = 'not started';
let server: TestServer;

beforeAll(async () => {
  started = await startNode();
  if (typeof started === 'string') {
    console.error(`SKIPPED: the tests against a real node did not run: ${started}`);
    return;
  }
  server = await testServer({
    settings: {
      'elasticsearch.hosts': ['http://127.0.0.1:1', started.url],
      'xpack.actions.preconfiguredAlertHistoryEsIndex': true,
      'patchbay.events.elasticsearch.enabled': true,
      // OpenSearch has no data streams with a dot in front.
      'patchbay.events.elasticsearch.dataStream': 'kibana-event-log-ds',
    },
  });
});

afterAll(async () => {
  await server?.stop();
  if (typeof started !== 'string') started.stop();
});

function nodeFor({ skip }: TestContext): SearchNode {
  return typeof started === 'string' ? skip(started) : started;
}

/** Asks the node itself. */
async function ask({ url }: SearchNode, method: string, path: string, body?: unknown) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer's body is what a test is about to look into
  return { status: answer.status, body: (await answer.json()) as any };
}

async function sourcesIn(node: SearchNode, index: string): Promise<unknown[]> {
  const { body } = await ask(node, 'GET', `/${index}/_search`);
  return body.hits.hits.map(({ _source }: { _source: unknown }) => _source);
}

/** Creates a connector and runs it. */
async function index(config: object, documents: object[], at = server) {
  const made = await at.call('POST', '/api/actions/connector', {
    body: { name: 'Index', connector_type_id: '.index', config },
  });
  expect(made.status).toBe(200);
  return execute(made.body.id, { documents }, at);
}

async function execute(id: string, params: object, at = server) {
  const { status, body } = await at.call('POST', `/api/actions/connector/${id}/_execute`, {
    body: { params },
  });
  expect(status).toBe(200);
  return body;
}

it('indexes documents that can be searched at once, though the first host is down', async (context) => {
  const node = nodeFor(context);
  const answer = await index({ index: 'plain', refresh: true }, [{ testing: [1, 2, 3] }, { b: { c: 'd' } }]);
  expect(answer).toMatchObject({
    status: 'ok',
    data: { errors: false, items: [{ create: { status: 201 } }, { create: { status: 201 } }] },
  });
  expect(await sourcesIn(node, 'plain')).toEqual([{ testing: [1, 2, 3] }, { b: { c: 'd' } }]);
});

it('sets the time field to the time of the run', async (context) => {
  const node = nodeFor(context);
  await index({ index: 'timed', refresh: true, executionTimeField: 'timestamp' }, [{ timestamp: 'mine' }]);
  const [source] = (await sourcesIn(node, 'timed')) as { timestamp: string }[];
  expect(Date.now() - Date.parse(source?.timestamp ?? '')).toBeLessThan(60_000);
  const { body } = await ask(node, 'GET', '/timed/_mapping');
  expect(body.timed.mappings.properties.timestamp.type).toBe('date');
});

it('writes to a data stream', async (context) => {
  const node = nodeFor(context);
  await ask(node, 'PUT', '/_index_template/streams', { index_patterns: ['stream-*'], data_stream: {} });
  const config = { index: 'stream-a', refresh: true, executionTimeField: '@timestamp' };
  expect(await index(config, [{ message: 'hello' }])).toMatchObject({
    status: 'ok',
    data: { items: [{ create: { _index: '.ds-stream-a-000001' } }] },
  });
  expect(await sourcesIn(node, 'stream-a')).toMatchObject([{ message: 'hello' }]);
});

it('says why a document was refused, and leaves those that were not', async (context) => {
  const node = nodeFor(context);
  await ask(node, 'PUT', '/mapped', { mappings: { properties: { n: { type: 'integer' } } } });
  const answer = await index({ index: 'mapped', refresh: true }, [{ n: 1 }, { n: 'many' }, { n: 3 }]);
  expect(answer).toMatchObject({ status: 'error', message: 'error indexing documents' });
  expect(answer.service_message).toMatch(
    /^failed to parse field \[n\] of type \[integer\].* \(For input string: "many"\)$/,
  );
  expect(await sourcesIn(node, 'mapped')).toEqual([{ n: 1 }, { n: 3 }]);
});

it('says that an index is not there where none is created on its own', async (context) => {
  const node = nodeFor(context);
  const autoCreate = (value: string) =>
    ask(node, 'PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': value } });
  await autoCreate('false');
  const answer = await index({ index: 'absent' }, [{}]);
  await autoCreate('true');
  expect(answer).toMatchObject({ status: 'error', message: 'error indexing documents' });
  expect(answer.service_message).toMatch(/^no such index \[absent\]/);
});

it('keeps alerts by the preconfigured connector, under a template made at the start', async (context) => {
  const node = nodeFor(context);
  const template = () => ask(node, 'GET', '/_index_template/kibana-alert-history-template');
  await until(
    () => JSON.stringify(server.logged),
    async () => (await template()).status === 200,
    20_000,
  );
  const { body } = await server.call('GET', '/api/actions/connectors');
  expect(body[0]).toMatchObject({
    id: 'preconfigured-alert-history-es-index',
    name: 'Alert history Elasticsearch index',
    connector_type_id: '.index',
    is_preconfigured: true,
  });
  const documents = [{ '@timestamp': '2026-01-01T00:00:00.000Z', kibana: { alert: { id: 'host-1' } } }];
  const answer = await execute('preconfigured-alert-history-es-index', { documents });
  expect(answer.status).toBe('ok');
  const mapping = await ask(node, 'GET', '/kibana-alert-history-default/_mapping');
  expect(mapping.body['kibana-alert-history-default'].mappings.properties.kibana).toEqual({
    properties: {
      alert: {
        properties: {
          id: { type: 'keyword' },
          actionGroup: { type: 'keyword' },
          actionGroupName: { type: 'keyword' },
          context: { type: 'object', enabled: false },
        },
      },
    },
  });
});

it('reaches a node behind TLS of a private authority, and no other', async (context) => {
  const node = nodeFor(context);
  const ca = testCa();
  using folder = tempFolder();
  writeFileSync(folder.file('ca.pem'), ca.cert);
  const front = createServer(ca.issue(), (incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    const inner = httpRequest(node.url + url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(inner);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const hosts = `https://localhost:${(front.address() as AddressInfo).port}`;
  try {
    await using trusting = await testServer({
      settings: {
        'elasticsearch.hosts': hosts,
        'elasticsearch.ssl.certificateAuthorities': folder.file('ca.pem'),
      },
    });
    expect(await index({ index: 'tls', refresh: true }, [{ a: 1 }], trusting)).toMatchObject({
      status: 'ok',
    });
    await using doubting = await testServer({ settings: { 'elasticsearch.hosts': hosts } });
    expect(await index({ index: 'tls', refresh: true }, [{ a: 2 }], doubting)).toMatchObject({
      status: 'error',
      message: 'error indexing documents',
      service_message: expect.stringMatching(/certificate/),
    });
    expect(await sourcesIn(node, 'tls')).toEqual([{ a: 1 }]);
  } finally {
    front.close();
    front.closeAllConnections();
  }
});

it('exports the event log into a data stream, under a template made for it, each event once', async (context) => {
  const node = nodeFor(context);
  const { data } = await index({ index: 'exported' }, [{ a: 1 }]);
  expect(data).toBeDefined();
  const inSpace = {
    query: {
      nested: { path: 'kibana.saved_objects', query: { term: { 'kibana.saved_objects.type': 'action' } } },
    },
  };
  const count = async (query: object) => {
    await ask(node, 'POST', '/kibana-event-log-ds/_refresh');
    return (await ask(node, 'POST', '/kibana-event-log-ds/_count', query)).body.count as number;
  };
  const inLog = async () =>
    (await server.call('GET', '/api/patchbay/events?per_page=1000')).body.data as { id: string }[];
  await until(
    () => JSON.stringify(server.logged),
    async () => (await count(inSpace)) === (await inLog()).length,
    20_000,
  );
  const [event] = await inLog();
  const { body } = await ask(node, 'POST', '/kibana-event-log-ds/_search', {
    query: { ids: { values: [event?.id] } },
  });
  expect({ id: body.hits.hits[0]._id, ...body.hits.hits[0]._source }).toEqual(event);
  const failures = { query: { range: { 'event.duration': { gte: 0 } } } };
  expect(await count(failures)).toBe(await count({ query: { term: { 'event.action': 'execute' } } }));
});

it('says which setting is missing where no hosts are set', async () => {
  await using plain = await testServer();
  expect(await index({ index: 'any' }, [{}], plain)).toMatchObject({
    status: 'error',
    message: 'error indexing documents',
    service_message: 'Elasticsearch is not configured: set elasticsearch.hosts to the URL of a node',
  });
});

import { type ReceivedRequest, standIn } from '@patchbay/kit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createElasticsearch } from '../../elasticsearch/index.ts';
import { openSqliteStore, type Store } from '../../store/index.ts';
import { logLines, type TempFolder, tempFolder, testEgress } from '../../testing/index.ts';
import { type EventExport, type EventExportOptions, startEventExport } from './index.ts';

const STREAM = '.kibana-event-log-ds';

let folder: TempFolder;
let store: Store;
let node: Awaited<ReturnType<typeof cluster>>;
let exporting: EventExport | undefined;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-01-05T10:00:00.000Z');
  folder = tempFolder();
  store = openSqliteStore(folder.file('patchbay.sqlite'));
  node = await cluster();
});
afterEach(async () => {
  await exporting?.stop();
  exporting = undefined;
  await node.vendor.close();
  await store.close();
  folder[Symbol.dispose]();
});

/** A cluster that takes documents by `_bulk` as Elasticsearch does: into a data stream, by `create` alone, each id once. */
async function cluster() {
  const state = {
    documents: new Map<string, string>(),
    template: undefined as unknown,
    /** What it answers in place of taking anything, one after the other. */
    refusals: [] as number[],
    /** Ids that it has no room for, and those that it never takes. */
    full: new Set<string>(),
    unfit: new Set<string>(),
    /** Why there can be no such data stream. */
    reason: undefined as string | undefined,
    bulks: 0,
  };
  const bulk = ({ body, headers }: ReceivedRequest) => {
    state.bulks++;
    if (headers['content-type'] !== 'application/x-ndjson' || !body.endsWith('\n')) return { status: 406 };
    const refusal = state.refusals.shift();
    if (refusal !== undefined)
      return { status: refusal, body: '{"error":{"type":"es_rejected_execution_exception"}}' };
    const lines = body.trimEnd().split('\n');
    const items = [];
    for (let n = 0; n < lines.length; n += 2) {
      const { _id: id } = JSON.parse(lines[n] ?? '').create;
      const document = JSON.parse(lines[n + 1] ?? '');
      if (document['@timestamp'] === undefined) throw new Error('a data stream has a time for each document');
      if (state.reason !== undefined) {
        items.push({
          create: { status: 400, error: { type: 'illegal_argument_exception', reason: state.reason } },
        });
        continue;
      }
      const status = state.full.has(id)
        ? 429
        : state.unfit.has(id)
          ? 400
          : state.documents.has(id)
            ? 409
            : 201;
      if (status === 201) state.documents.set(id, lines[n + 1] ?? '');
      items.push({
        create: {
          status,
          ...(status === 400 && { error: { type: 'mapper_parsing_exception', reason: 'no' } }),
        },
      });
    }
    return {
      body: JSON.stringify({ took: 1, errors: items.some(({ create }) => create.status > 201), items }),
    };
  };
  const vendor = await standIn((received) => {
    const { method, url, body } = received;
    if (method === 'GET' && url === `/_data_stream/${STREAM}`)
      return { status: state.documents.size > 0 ? 200 : 404 };
    if (method === 'PUT' && url === '/_index_template/patchbay-event-log') {
      state.template = JSON.parse(body);
      return { body: '{"acknowledged":true}' };
    }
    return method === 'POST' && url === `/${STREAM}/_bulk` ? bulk(received) : { status: 404 };
  });
  return { ...state, vendor, state };
}

let written = 0;
async function append(count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => ({
    timestamp: now.toISOString(),
    action: 'execute',
    spaceId: 'default',
    connectorId: 'c1',
    typeId: '.webhook',
    executionUuid: `e${++written}`,
    outcome: 'success',
    source: 'http_request',
    durationMs: 1,
    deliveryId: null,
    attempt: null,
    document: Buffer.from(JSON.stringify({ '@timestamp': now.toISOString(), message: `run\n${written}` })),
  }));
  await store.events.append(events);
  return events.map(({ executionUuid }) => `${executionUuid}:execute`);
}

function start({ owner = 'me', isShared = false, on = store as EventExportOptions['store'] } = {}) {
  const { lines, logger } = logLines();
  const waits: number[] = [];
  const elasticsearch = createElasticsearch(
    { hosts: [node.vendor.url], requestTimeoutMs: 5000, customHeaders: {}, tls: {} },
    { egress: testEgress(), now: () => now },
  );
  const started = startEventExport({
    store: on,
    isShared,
    owner,
    elasticsearch,
    dataStream: STREAM,
    log: logger('event-log'),
    now: () => now,
    async wait(ms) {
      waits.push(ms);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  });
  exporting = started;
  return {
    waits,
    logged: () => lines.map(({ level, message }) => `${level}: ${message}`),
    stop: started.stop,
  };
}

const reaches = (ids: string[]) =>
  vi.waitFor(() => expect([...node.state.documents.keys()].sort()).toEqual([...ids].sort()), 5000);

it('writes what is there and what comes, each as it is kept, under a template that was missing', async () => {
  const ids = await append(1201);
  start();
  await reaches(ids);
  expect(node.state.bulks).toBe(3);
  const [first = ''] = ids;
  expect(JSON.parse(node.state.documents.get(first) ?? '')).toEqual({
    '@timestamp': '2026-01-05T10:00:00.000Z',
    message: `run\n${/\d+/.exec(first)}`,
  });
  expect(node.state.template).toMatchObject({
    index_patterns: [STREAM],
    data_stream: {},
    template: { mappings: { properties: { kibana: { properties: { saved_objects: { type: 'nested' } } } } } },
  });
  await reaches([...ids, ...(await append(3))]);
});

it('goes on where it was after a stop, and sends again at most what it had not written down', async () => {
  const first = await append(10);
  const { stop } = start();
  await reaches(first);
  await stop();
  const bulks = node.state.bulks;
  const second = await append(10);
  start();
  await reaches([...first, ...second]);
  expect(node.state.bulks).toBe(bulks + 1);
  const last = node.vendor.received.at(-1)?.body ?? '';
  expect(last.split('\n').filter((line) => line.startsWith('{"create"'))).toHaveLength(10);
});

it('sends again after a crash, and nothing is there twice', async () => {
  const ids = await append(10);
  let isCrashed = false;
  const meta = {
    ...store.meta,
    async change(...[name, step]: Parameters<Store['meta']['change']>) {
      if (node.state.documents.size > 0) isCrashed = true;
      if (isCrashed) throw new Error('the process is gone');
      return store.meta.change(name, step);
    },
  };
  const { stop } = start({ on: { events: store.events, meta } });
  await reaches(ids);
  await stop();
  const bulks = node.state.bulks;
  start();
  await vi.waitFor(() => expect(node.state.bulks).toBe(bulks + 1));
  await reaches([...ids, ...(await append(1))]);
});

describe('when Elasticsearch refuses', () => {
  it('all of it, waits longer each time, says so once, and sends it then', async () => {
    node.state.refusals = [429, 503, 429];
    const ids = await append(2);
    const { waits, logged } = start();
    await reaches(ids);
    expect(waits.slice(0, 3)).toEqual([1000, 2000, 4000]);
    await vi.waitFor(() =>
      expect(logged()).toEqual([
        expect.stringMatching(/^error: event log: the export to Elasticsearch waits: /),
        'info: event log: exported to Elasticsearch again',
      ]),
    );
  });

  it('some, since it has no room, sends those alone again and goes no further meanwhile', async () => {
    const ids = await append(501);
    const full = ids.slice(5, 8);
    node.state.full = new Set(full);
    start();
    await vi.waitFor(() => expect(node.state.bulks).toBeGreaterThan(2));
    expect(node.state.documents.size).toBe(497);
    const last = node.vendor.received.at(-1)?.body ?? '';
    expect(last.split('\n').filter((line) => line.startsWith('{"create"'))).toHaveLength(3);
    node.state.full = new Set();
    await reaches(ids);
  });

  it('some for good, leaves those out and says which', async () => {
    const ids = await append(5);
    node.state.unfit = new Set(ids.slice(1, 3));
    const { logged } = start();
    await reaches([...ids.slice(0, 1), ...ids.slice(3)]);
    expect(logged()).toEqual([
      `error: event log: Elasticsearch refused 2 events, which are left out of the export; ${ids[1]}: mapper_parsing_exception: no`,
    ]);
    await reaches([...ids.slice(0, 1), ...ids.slice(3), ...(await append(1))]);
  });

  it('each one, since there can be no such data stream, leaves none out', async () => {
    node.state.reason = 'no such stream';
    const ids = await append(3);
    const { waits, logged } = start();
    await vi.waitFor(() => expect(waits.slice(0, 2)).toEqual([1000, 2000]));
    expect(logged()).toEqual([
      'error: event log: the export to Elasticsearch waits: illegal_argument_exception: no such stream',
    ]);
    node.state.reason = undefined;
    await reaches(ids);
  });

  it('a request since it is too large, sends less at a time', async () => {
    node.state.refusals = [413, 413];
    const ids = await append(400);
    start();
    await reaches(ids);
    const sizes = node.vendor.received
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => body.split('\n').filter((line) => line.startsWith('{"create"')).length);
    expect(sizes).toEqual([400, 250, 125, 125, 125, 25]);
  });
});

describe('of several processes', () => {
  it('one exports, and another one goes on when it is gone', async () => {
    const first = await append(3);
    const { stop } = start({ owner: 'one' });
    await reaches(first);
    const { stop: stopOther } = start({ owner: 'two' });
    await reaches([...first, ...(await append(2))]);
    await stop();
    const all = [...node.state.documents.keys(), ...(await append(2))];
    await reaches(all);
    await stopOther();
  });

  it('what a transaction that is not over yet may still write is waited for, a minute at most', async () => {
    const ids = await append(6);
    const [first] = await store.events.written(0, 1);
    /** The third is not there yet. */
    let isHidden = true;
    const events = {
      last: store.events.last,
      written: async (after: number, limit: number) =>
        (await store.events.written(after, limit)).filter(
          ({ seq }) => !isHidden || seq !== (first?.seq ?? 0) + 2,
        ),
    };
    start({ isShared: true, on: { events, meta: store.meta } });
    await reaches(ids.slice(0, 2));
    now = new Date(now.getTime() + 30_000);
    isHidden = false;
    await reaches(ids);
    isHidden = true;
    const more = await append(3);
    const last = await store.events.last();
    isHidden = false;
    const gone = {
      ...events,
      written: async (after: number, limit: number) =>
        (await store.events.written(after, limit)).filter(({ seq }) => seq !== last - 1),
    };
    await exporting?.stop();
    now = new Date(now.getTime() + 100_000);
    start({ isShared: true, on: { events: gone, meta: store.meta } });
    await reaches([...ids, ...more.slice(0, 1)]);
    now = new Date(now.getTime() + 59_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await reaches([...ids, ...more.slice(0, 1)]);
    now = new Date(now.getTime() + 1_000);
    await reaches([...ids, ...more.slice(0, 1), ...more.slice(2)]);
  });
});

import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CallOptions, type TestServer, testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;
let reader: string;
let isRefusing = false;

beforeAll(async () => {
  remote = await standIn(() => (isRefusing ? { status: 500 } : {}));
  server = await testServer({ settings: { 'xpack.actions.run.maxAttempts': 2 } });
  await server.call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
  for (const [space, id] of [
    ['', 'first'],
    ['', 'second'],
    ['/s/other', 'third'],
  ]) {
    await server.call('POST', `${space}/api/actions/connector/${id}`, {
      body: { name: `The ${id}`, connector_type_id: '.webhook', config: { url: remote.url, hasAuth: false } },
    });
  }
  reader = await addUser(server, 'reader', [{ spaces: ['default'], feature: { actions: ['read'] } }]);
  for (let n = 0; n < 3; n++) await run('first');
  isRefusing = true;
  await run('first');
  await run('second');
  isRefusing = false;
  await run('third', '/s/other');
}, 30_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

async function run(id: string, space = ''): Promise<void> {
  const { status } = await server.call('POST', `${space}/api/actions/connector/${id}/_execute`, {
    body: { params: { body: 'hello' } },
  });
  expect(status).toBe(200);
}

const logs = (body: object, options: CallOptions = {}) =>
  server.call('POST', '/internal/actions/_global_connector_execution_logs', {
    body: { date_start: 'now-1d', ...body },
    ...options,
  });
const kpi = (body: object, options: CallOptions = {}) =>
  server.call('POST', '/internal/actions/_global_connector_execution_kpi', {
    body: { date_start: 'now-1d', ...body },
    ...options,
  });

describe('GET /api/patchbay/events', () => {
  const find = async (query: string, options: CallOptions = {}) =>
    server.call('GET', `/api/patchbay/events?${query}`, options);
  const messages = async (query: string) =>
    (await find(query)).body.data.map(({ message }: { message: string }) => message);

  it('gives documents as they were written, the newest first', async () => {
    const { status, body } = await find('per_page=1');
    expect(status).toBe(200);
    const [event] = body.data;
    const { uuid } = event.kibana.action.execution;
    expect(event).toMatchObject({
      id: `${uuid}:execute`,
      event: { provider: 'actions', action: 'execute', outcome: 'failure' },
      message: 'action execution failure: .webhook:second: The second',
      user: { name: 'elastic' },
      kibana: { space_ids: ['default'], action: { id: 'second' } },
    });
    expect((await find(`execution_uuid=${uuid}`)).body).toMatchObject({
      cursor: null,
      data: [{ id: `${uuid}:execute` }, { id: `${uuid}:execute-start` }],
    });
  });

  it.each([
    ['action=execute', 5],
    ['action=execute&action=execute-start', 10],
    ['action=execute&outcome=failure', 2],
    ['action=execute&connector_id=first', 4],
    ['connector_type_id=.slack', 0],
    ['source=http_request&action=execute', 5],
    ['source=alert', 0],
    ['delivery_id=none', 0],
    ['from=now-1h&to=now%2B1h&action=execute', 5],
    ['to=now-1h', 0],
    [`filter=${encodeURIComponent('event.outcome: success')}`, 3],
    [`filter=${encodeURIComponent('message: failure and kibana.action.name: The*')}`, 2],
    [`filter=${encodeURIComponent('kibana.saved_objects: { id: second }')}&action=execute`, 1],
  ])('finds by %s', async (query, count) => {
    expect(await messages(query)).toHaveLength(count);
  });

  it('goes on at a cursor, whatever has happened since, in both orders', async () => {
    for (const order of ['desc', 'asc']) {
      const rest = `action=execute&connector_id=first&sort_order=${order}&per_page=3`;
      const all = (await find(rest.replace('3', '4'))).body.data;
      const first = (await find(rest)).body;
      expect(first.data).toEqual(all.slice(0, 3));
      if (order === 'desc') await run('second');
      const second = (await find(`${rest}&cursor=${first.cursor}`)).body;
      expect(second).toEqual({ cursor: null, data: all.slice(3) });
    }
  });

  it.each([
    ['per_page=1001', '[request query.per_page]: '],
    ['from=yesterday', '[request query.from]: expected a date or date math such as now-1h'],
    ['cursor=abc', '[request query.cursor]: expected the cursor of an answer'],
    ['filter=a%3A', 'Invalid kuery syntax for filter a:'],
    ['nothing=1', '[request query.nothing]: '],
  ])('refuses %s', async (query, message) => {
    expect(await find(query)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    });
  });
});

describe('the execution log', () => {
  it('lists runs with what they came to', async () => {
    const { status, body } = await logs({ filter: 'event.outcome: failure', per_page: 1 });
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 2,
      data: [
        {
          id: expect.stringMatching(/^[\da-f-]{36}$/),
          timestamp: expect.any(String),
          duration_ms: expect.any(Number),
          status: 'failure',
          message: expect.stringMatching(
            /^action execution failure: \.webhook:second: The second - error calling webhook, retry later: \[500\]/,
          ),
          version: expect.stringMatching(/^9\./),
          source: 'http_request',
          schedule_delay_ms: 0,
          space_ids: ['default'],
          connector_name: 'The second',
          connector_id: 'second',
          timed_out: false,
        },
      ],
    });
  });

  it('sorts and pages', async () => {
    const { body: all } = await logs({ per_page: 100, sort: [{ timestamp: { order: 'asc' } }] });
    const times = all.data.map(({ timestamp }: { timestamp: string }) => timestamp);
    expect(times).toEqual([...times].sort());
    const { body } = await logs({ per_page: 2, page: 2, sort: [{ timestamp: { order: 'asc' } }] });
    expect(body).toEqual({ total: all.total, data: all.data.slice(2, 4) });
    const { body: slowest } = await logs({
      sort: [{ execution_duration: { order: 'desc' } }, { schedule_delay: { order: 'asc' } }],
    });
    const durations = slowest.data.map(({ duration_ms }: { duration_ms: number }) => duration_ms);
    expect(durations).toEqual([...durations].sort((a, b) => b - a));
    expect((await logs({ page: 1000 })).body.data).toEqual([]);
  });

  it('is of the space of the request, or of those named in which the caller reads connectors', async () => {
    const ids = async (body: object, options?: CallOptions) => {
      const answer = await logs({ per_page: 100, ...body }, options);
      return new Set(answer.body.data.map(({ connector_id }: { connector_id: string }) => connector_id));
    };
    expect(await ids({})).toEqual(new Set(['first', 'second']));
    expect(await ids({ namespaces: ['other'] })).toEqual(new Set(['third']));
    expect(await ids({ namespaces: ['*'] })).toEqual(new Set(['first', 'second', 'third']));
    expect(await ids({ namespaces: ['default', 'other'] }, { as: reader })).toEqual(
      new Set(['first', 'second']),
    );
    expect(await logs({ namespaces: ['other'] }, { as: reader })).toMatchObject({
      status: 403,
      body: { message: 'Unauthorized to get actions' },
    });
    expect((await logs({ namespaces: [] })).body).toEqual({ total: 0, data: [] });
  });

  it('says nothing where there is nothing', async () => {
    expect((await logs({ date_start: '1h', date_end: '30m' })).body).toEqual({ total: 0, data: [] });
    expect((await logs({ date_start: '1h' })).body.total).toBeGreaterThan(0);
    expect((await logs({ date_start: '2020-01-01', date_end: '2020-01-02' })).body).toEqual({
      total: 0,
      data: [],
    });
  });

  it.each([
    [
      { date_start: undefined },
      '[request body.date_start]: expected value of type [string] but got [undefined]',
    ],
    [{ date_start: 'never' }, 'Invalid date for parameter dateStart: "never"'],
    [{ date_end: '0m' }, 'Invalid date for parameter dateEnd: "0m"'],
    [{ page: 0 }, 'Invalid page field "0" - must be greater than 0'],
    [{ per_page: -1 }, 'Invalid perPage field "-1" - must be greater than 0'],
    [{ per_page: 101 }, '[request body.per_page]: '],
    [{ page: 1001 }, '[request body.page]: '],
    [
      { sort: [{ name: { order: 'asc' } }] },
      'Invalid sort field "name" - must be one of [timestamp,execution_duration,schedule_delay]',
    ],
    [{ filter: 'a: (' }, 'Invalid kuery syntax for filter a: ('],
  ])('refuses %j', async (body, message) => {
    const answer = await logs(body);
    expect(answer.status).toBe(400);
    expect(answer.body.message.startsWith(message)).toBe(true);
  });

  it('takes no more than so many spaces and ways to sort', async () => {
    for (const [name, most] of [
      ['namespaces', 1000],
      ['sort', 10],
    ] as const) {
      const each = name === 'sort' ? { timestamp: { order: 'asc' } } : 'default';
      const list = (length: number) => ({ [name]: Array.from({ length }, () => each) });
      expect((await logs(list(most))).status).toBe(200);
      expect(await logs(list(most + 1))).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining(`[request body.${name}]: `) },
      });
    }
  });

  it('counts how runs ended', async () => {
    const { body } = await kpi({ filter: 'kibana.action.id: (first or second)', date_end: 'now/d' });
    expect(body).toMatchObject({ failure: 2, unknown: 0, warning: 0 });
    expect(body.success).toBeGreaterThanOrEqual(3);
    expect((await kpi({ filter: 'message: failure', namespaces: ['*'] })).body).toMatchObject({
      success: 0,
      failure: 2,
    });
    expect(await kpi({ filter: 'a'.repeat(8193) })).toMatchObject({ status: 400 });
  });
});

describe('GET /api/patchbay/connectors/_failure_rate', () => {
  it('counts a delivery once by how it ended, and each of its attempts', async () => {
    await server.call('POST', '/api/actions/connector/counted', {
      body: { name: 'Counted', connector_type_id: '.webhook', config: { url: remote.url, hasAuth: false } },
    });
    await run('counted');
    await run('counted');
    isRefusing = true;
    await run('counted');
    isRefusing = false;
    const body = { connector_id: 'counted', params: { body: 'x' } };
    const { body: made } = await server.call('POST', '/api/patchbay/deliveries', { body });
    await vi.waitFor(async () => {
      const { body: found } = await server.call('GET', `/api/patchbay/deliveries/${made.id}`);
      expect(found.state).toBe('delivered');
    });
    const { status, body: rates } = await server.call(
      'GET',
      '/api/patchbay/connectors/_failure_rate?from=now-1h&to=now%2B1m',
    );
    expect(status).toBe(200);
    const counted = rates.connectors.find((one: { connector_id: string }) => one.connector_id === 'counted');
    expect(counted).toEqual({
      connector_id: 'counted',
      name: 'Counted',
      connector_type_id: '.webhook',
      runs: { total: 4, failed: 1, failure_rate: 0.25 },
      attempts: { total: 4, failed: 1, failure_rate: 0.25 },
      latency_ms: {
        mean: expect.any(Number),
        p50: expect.any(Number),
        p95: expect.any(Number),
        p99: expect.any(Number),
      },
    });
    expect(rates.connectors.map((one: { connector_id: string }) => one.connector_id)).not.toContain('third');
    expect(rates.all.runs.total).toBeGreaterThan(4);
    const nothing = await server.call('GET', '/api/patchbay/connectors/_failure_rate?from=2020&to=2021');
    expect(nothing.body).toMatchObject({
      all: { runs: { total: 0, failed: 0, failure_rate: null }, latency_ms: null },
      connectors: [],
    });
  });

  it.each(['from=never', 'from=now&to=now-1h'])('refuses %s', async (query) => {
    expect(await server.call('GET', `/api/patchbay/connectors/_failure_rate?${query}`)).toMatchObject({
      status: 400,
    });
  });
});

import { execFileSync } from 'node:child_process';
import { standIn } from '@patchbay/kit/testing';
import parse from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../testing/test-server.ts';
import { addApiKey, addUser } from '../testing/users.ts';
import { METRICS } from './definitions.ts';
import { metricsReference } from './reference.ts';

type Labels = Record<string, string>;

/** The answer as a parser reads it that has nothing to do with the library that wrote it. */
async function scraped(server: TestServer) {
  const { status, headers, body } = await server.call('GET', '/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const families = parse(body);
  // Of a histogram with labels this parser keeps one series: read as plain samples each is there.
  const samples = parse(String(body).replaceAll(/^# TYPE \w+ histogram$/gm, ''));
  const samplesOf = (name: string) => samples.find((family) => family.name === name)?.metrics ?? [];
  return {
    text: String(body),
    families,
    /** Of the series that has these labels, whatever others. */
    value(name: string, labels: Labels = {}): number | undefined {
      const found = samplesOf(name).filter((sample) => isWith(sample.labels ?? {}, labels));
      expect(found.length).toBeLessThan(2);
      const [only] = found;
      return only && Number(only.value);
    },
    labels: (name: string) => samplesOf(name).map((sample) => sample.labels ?? {}),
  };
}

function isWith(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

async function webhook(server: TestServer, id: string, url: string): Promise<void> {
  const connector = { name: id, connector_type_id: '.webhook', config: { url, hasAuth: false } };
  const { status } = await server.call('POST', `/api/actions/connector/${id}`, { body: connector });
  expect(status).toBe(200);
}

const run = (server: TestServer, id: string) =>
  server.call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: { body: '{}' } } });

/** Enqueues one and waits until its end is counted, which is a moment after it can be seen. */
async function delivered(server: TestServer, id: string, state = 'delivered'): Promise<void> {
  await server.call('POST', '/api/patchbay/deliveries', {
    body: { connector_id: id, params: { body: '{}' } },
  });
  const counted = new RegExp(`^patchbay_deliveries_ended_total\\{.*state="${state}"`, 'm');
  await expect
    .poll(async () => (await server.call('GET', '/metrics')).body, { timeout: 10_000 })
    .toMatch(counted);
}

describe('/metrics', () => {
  it('counts runs by type, connector, space and outcome, and what left by host', async () => {
    await using works = await standIn(() => ({ status: 200 }));
    await using fails = await standIn(() => ({ status: 500 }));
    await using server = await testServer();
    await webhook(server, 'works', `${works.url}/hook?key=sesame`);
    await webhook(server, 'fails', fails.url);
    for (const id of ['works', 'works', 'fails']) await run(server, id);
    const { value } = await scraped(server);
    const labels = { type: '.webhook', space: 'default' };
    const executions = 'patchbay_executions_total';
    expect(value(executions, { ...labels, connector_id: 'works', outcome: 'success' })).toBe(2);
    expect(value(executions, { ...labels, connector_id: 'fails', outcome: 'user_error' })).toBe(1);
    expect(value('patchbay_execution_duration_seconds_count', { type: '.webhook' })).toBe(3);
    expect(value('patchbay_executions_in_flight')).toBe(0);
    const host = new URL(works.url).hostname;
    expect(value('patchbay_egress_requests_total', { host, status: '2xx' })).toBe(2);
    expect(value('patchbay_egress_requests_total', { host, status: '5xx' })).toBe(1);
    expect(value('patchbay_egress_request_duration_seconds_count', { host })).toBe(3);
  });

  it('tells requests without an answer by what went wrong, and those that were kept in', async () => {
    const gone = await standIn(() => ({ status: 200 }));
    await gone[Symbol.asyncDispose]();
    await using server = await testServer({
      settings: { 'xpack.actions.allowedHosts': [new URL(gone.url).hostname] },
    });
    await webhook(server, 'gone', gone.url);
    await run(server, 'gone');
    const elsewhere = { connector_type_id: '.http', config: { url: gone.url }, secrets: {} };
    await server.call('POST', '/api/patchbay/connectors/_test', {
      body: { ...elsewhere, params: { url: 'http://elsewhere.example/secret', method: 'GET' } },
    });
    const { value, text } = await scraped(server);
    const host = new URL(gone.url).hostname;
    expect(value('patchbay_egress_failures_total', { host, kind: 'connection_refused' })).toBe(1);
    expect(value('patchbay_egress_requests_total', { host, status: 'failed' })).toBe(1);
    expect(text).not.toContain('elsewhere.example');
  });

  it('counts deliveries by how they were accepted, tried and ended', async () => {
    await using works = await standIn(() => ({ status: 200 }));
    await using refuses = await standIn(() => ({ status: 400 }));
    await using server = await testServer({ settings: { 'xpack.actions.run.maxAttempts': 1 } });
    await webhook(server, 'works', works.url);
    await webhook(server, 'refuses', refuses.url);
    await delivered(server, 'works');
    await delivered(server, 'refuses', 'dead');
    const { value } = await scraped(server);
    const ofWorks = { type: '.webhook', connector_id: 'works', space: 'default' };
    const ofRefuses = { ...ofWorks, connector_id: 'refuses' };
    expect(value('patchbay_deliveries_enqueued_total', { ...ofWorks, outcome: 'queued' })).toBe(1);
    expect(value('patchbay_delivery_attempts_total', { ...ofWorks, outcome: 'delivered' })).toBe(1);
    expect(value('patchbay_delivery_attempts_total', { ...ofRefuses, outcome: 'failed' })).toBe(1);
    expect(value('patchbay_deliveries_ended_total', { ...ofWorks, state: 'delivered' })).toBe(1);
    expect(value('patchbay_deliveries_ended_total', { ...ofRefuses, state: 'dead' })).toBe(1);
    expect(value('patchbay_delivery_latency_seconds_count', { type: '.webhook' })).toBe(1);
    expect(value('patchbay_deliveries_pending')).toBe(0);
    expect(value('patchbay_deliveries_running')).toBe(0);
  });

  it('tells what waits, for how long, and whose breaker is open', async () => {
    const gone = await standIn(() => ({ status: 200 }));
    await gone[Symbol.asyncDispose]();
    let at = new Date();
    await using server = await testServer({
      settings: { 'patchbay.delivery.breaker.failures': 1, 'patchbay.delivery.breaker.cooldown': '1h' },
      now: () => at,
    });
    await webhook(server, 'gone', gone.url);
    await server.call('POST', '/api/patchbay/deliveries', {
      body: { connector_id: 'gone', params: { body: '{}' } },
    });
    const open = { connector_id: 'gone', state: 'open' };
    await expect
      .poll(async () => (await scraped(server)).value('patchbay_delivery_breaker_state', open), {
        timeout: 10_000,
      })
      .toBe(1);
    at = new Date(at.getTime() + 600_000);
    const { value } = await scraped(server);
    expect(value('patchbay_delivery_queue_depth', { connector_id: 'gone' })).toBe(1);
    // It was put off by 30 seconds.
    expect(value('patchbay_delivery_oldest_due_seconds', { connector_id: 'gone' })).toBeCloseTo(570, -1);
    expect(value('patchbay_deliveries_pending')).toBe(1);
    expect(value('patchbay_delivery_breaker_opened_total', { connector_id: 'gone' })).toBe(1);
    expect(value('patchbay_delivery_retries_total', { connector_id: 'gone' })).toBe(1);
  });

  it('counts answers by route, never by path', async () => {
    await using server = await testServer();
    await server.call('GET', '/api/actions/connector/some-id');
    await server.call('GET', '/nowhere/at/all');
    const { value, text } = await scraped(server);
    const route = '/api/actions/connector/:id';
    expect(value('patchbay_http_requests_total', { method: 'GET', route, status: '404' })).toBe(1);
    expect(value('patchbay_http_requests_total', { route: '_none', status: '404' })).toBe(1);
    expect(value('patchbay_http_request_duration_seconds_count', { route })).toBe(1);
    expect(text).not.toContain('some-id');
    expect(text).not.toContain('nowhere');
  });

  it('tells of the store and of the event log', async () => {
    await using works = await standIn(() => ({ status: 200 }));
    await using server = await testServer();
    await webhook(server, 'works', works.url);
    await run(server, 'works');
    const written = async () => (await scraped(server)).value('patchbay_event_log_written_total');
    await expect.poll(written).toBe(2);
    const { value } = await scraped(server);
    expect(value('patchbay_store_up', { driver: 'sqlite' })).toBe(1);
    expect(value('patchbay_store_size_bytes')).toBeGreaterThan(10_000);
    expect(value('patchbay_store_transactions_total', { outcome: 'committed' })).toBeGreaterThan(0);
    expect(value('patchbay_event_log_waiting')).toBe(0);
    expect(value('patchbay_event_log_dropped_total')).toBe(0);
  });

  it('has every metric that the page names, and no other', async () => {
    await using server = await testServer();
    const { families } = await scraped(server);
    const told = families.map(({ name }) => name);
    const documented = [...metricsReference().matchAll(/^\| `((?:patchbay|process|nodejs)_\w+)` \|/gm)].map(
      ([, name]) => name ?? '',
    );
    expect(told.filter((name) => !documented.includes(name))).toEqual([]);
    const ours = Object.values(METRICS).map(({ name }) => name);
    expect(documented.filter((name) => name.startsWith('patchbay_')).sort()).toEqual([...ours].sort());
    expect(told.filter((name) => name.startsWith('patchbay_')).sort()).toEqual([...ours].sort());
  });

  it('has the labels that the page names', async () => {
    await using works = await standIn(() => ({ status: 200 }));
    await using server = await testServer();
    await webhook(server, 'works', works.url);
    await delivered(server, 'works');
    const { labels } = await scraped(server);
    for (const { name, labels: documented } of Object.values(METRICS)) {
      for (const given of labels(name))
        expect(documented).toEqual(expect.arrayContaining(Object.keys(given)));
    }
  });

  it.skipIf(!hasPromtool())('is what promtool accepts (skipped where there is no promtool)', async () => {
    await using works = await standIn(() => ({ status: 200 }));
    await using server = await testServer();
    await webhook(server, 'works', works.url);
    await delivered(server, 'works');
    const { text } = await scraped(server);
    // It finds fault with the names of prom-client's own.
    const input = text.replace(/^(# (HELP|TYPE) )?nodejs_.*\n/gm, '');
    expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
  });
});

describe('who may read /metrics', () => {
  it('is whoever may read connectors in all spaces', async () => {
    await using server = await testServer();
    const everywhere = await addUser(server, 'everywhere', [
      { spaces: ['*'], feature: { actions: ['read'] } },
    ]);
    const somewhere = await addUser(server, 'somewhere', [
      { spaces: ['default'], feature: { actions: ['all'] } },
    ]);
    const key = await addApiKey(server, everywhere, { name: 'prometheus' });
    const statusFor = async (as: string | null) => (await server.call('GET', '/metrics', { as })).status;
    expect(await statusFor(null)).toBe(401);
    expect(await statusFor('elastic:wrong')).toBe(401);
    expect(await statusFor(somewhere)).toBe(403);
    expect(await statusFor(everywhere)).toBe(200);
    expect(await statusFor(key)).toBe(200);
  });

  it('is anybody, where a setting says so', async () => {
    await using server = await testServer({ settings: { 'patchbay.metrics.allowAnonymous': true } });
    expect((await server.call('GET', '/metrics', { as: null })).status).toBe(200);
  });

  it('is anybody at the port that it has for itself, which answers nothing else', async () => {
    await using server = await testServer({ settings: { 'patchbay.metrics.port': 0 } });
    const answer = await fetch(`${server.metricsUrl}/metrics`);
    expect([answer.status, parse(await answer.text()).length > 20]).toEqual([200, true]);
    expect((await fetch(`${server.metricsUrl}/api/status`)).status).toBe(404);
    expect((await fetch(`${server.metricsUrl}/metrics`, { method: 'POST' })).status).toBe(404);
    expect((await server.call('GET', '/metrics', { as: null })).status).toBe(401);
  });

  it('is nobody, where nothing is counted', async () => {
    await using server = await testServer({ settings: { 'patchbay.metrics.enabled': false } });
    expect((await server.call('GET', '/metrics')).status).toBe(404);
  });

  it('sees no connector where series are by type only', async () => {
    await using works = await standIn(() => ({ status: 200 }));
    await using server = await testServer({ settings: { 'patchbay.metrics.connectorLabels': false } });
    await webhook(server, 'works', works.url);
    await delivered(server, 'works');
    const { value, text } = await scraped(server);
    expect(value('patchbay_delivery_attempts_total', { type: '.webhook', outcome: 'delivered' })).toBe(1);
    expect(text).not.toContain('"works"');
  });
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

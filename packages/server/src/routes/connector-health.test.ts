import { testCa } from '@patchbay/engine/testing';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestServer, temporaryFolder, testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
const DAY = 24 * 3_600_000;

let now = Date.now();
let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;
let status = 200;

beforeAll(async () => {
  remote = await standIn(() => ({ status }));
  server = await testServer({
    now: () => new Date(now),
    settings: {
      'patchbay.expiryWarning': '7d',
      'xpack.actions.preconfigured': {
        fixed: { name: 'Fixed', actionTypeId: '.server-log', config: {}, secrets: {} },
      },
    },
  });
  await server.call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

const create = (id: string, facts: object = {}) =>
  server.call('POST', `/api/actions/connector/${id}`, {
    body: {
      name: id,
      connector_type_id: '.webhook',
      config: { url: remote.url, hasAuth: false },
      secrets: {},
      ...facts,
    },
  });

async function run(id: string, expected: number) {
  status = expected;
  await server.call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: { body: 'x' } } });
}

const healthOf = async (id: string) =>
  (await server.call('GET', `/api/patchbay/connectors/${id}/health`)).body;

const window = (runs: number, failures: number) => ({
  runs,
  failures,
  success_ratio: runs === 0 ? null : (runs - failures) / runs,
  latency_ms:
    runs === 0
      ? null
      : {
          mean: expect.any(Number),
          p50: expect.any(Number),
          p95: expect.any(Number),
          p99: expect.any(Number),
        },
});

describe('the health of a connector', () => {
  it('is its last runs, its windows, its breaker and its deliveries', async () => {
    await create('mixed');
    await run('mixed', 500);
    now += 2 * DAY;
    await run('mixed', 200);
    expect(await healthOf('mixed')).toEqual({
      id: 'mixed',
      name: 'mixed',
      connector_type_id: '.webhook',
      is_preconfigured: false,
      is_missing_secrets: false,
      status: 'healthy',
      refusal: null,
      last_success: { at: TIME, execution_uuid: expect.any(String), reason: null },
      last_failure: {
        at: TIME,
        execution_uuid: expect.any(String),
        reason: 'error calling webhook, retry later: [500] Internal Server Error; retry: true',
      },
      windows: { '1h': window(1, 0), '24h': window(1, 0), '7d': window(2, 1) },
      breaker: { state: 'closed', failures: 0, failing_since: null },
      is_rate_limited: false,
      holds: [],
      deliveries: { ready: 0, blocked: 0, running: 0, dead: 0, first_due_at: null },
      expiring: [],
    });
  });

  it('fails with its last run, and is unused before its first', async () => {
    await create('new');
    expect(await healthOf('new')).toMatchObject({ status: 'unused', last_success: null, last_failure: null });
    await run('new', 500);
    expect(await healthOf('new')).toMatchObject({ status: 'failing', windows: { '1h': window(1, 1) } });
  });

  it('tells of an open breaker, a used rate limit, and what waits for them', async () => {
    await create('held');
    await server.call('PUT', '/api/patchbay/connectors/held/settings', {
      body: {
        delivery: {
          breaker: { failures: 1, cooldown: '10m' },
          rate_limit: { limit: 1, window: '1h', burst: 1 },
        },
      },
    });
    status = 503;
    await server.call('POST', '/api/patchbay/deliveries', {
      body: { connector_id: 'held', params: { body: 'x' } },
    });
    await vi.waitFor(async () =>
      expect(await healthOf('held')).toMatchObject({
        status: 'failing',
        breaker: { state: 'open', failures: 1, failing_since: TIME },
        is_rate_limited: true,
        holds: [
          { kind: 'breaker_open', until: TIME },
          { kind: 'rate_limited', until: TIME },
        ],
        deliveries: { ready: 1, dead: 0, first_due_at: TIME },
      }),
    );
  });

  it('warns of certificates that end soon', async () => {
    const { cert, key } = testCa().issue({ commonName: 'client.example' });
    await create('certified', {
      config: {
        url: remote.url,
        hasAuth: true,
        authType: 'webhook-authentication-ssl',
        certType: 'ssl-crt-key',
      },
      secrets: { crt: Buffer.from(cert).toString('base64'), key: Buffer.from(key).toString('base64') },
    });
    const known = await healthOf('certified');
    expect(known.expiring).toEqual([]);
    now += 25 * DAY;
    const [warning, ...more] = (await healthOf('certified')).expiring;
    expect(warning).toEqual({
      what: 'secrets.crt',
      kind: 'certificate',
      expires_at: TIME,
      subject: 'CN=client.example',
    });
    expect(more).toEqual([]);
  });

  it('is unusable without its secrets, or with a type that is not enabled', async () => {
    const dataPath = temporaryFolder();
    const first = await testServer({ dataPath });
    await first.call('POST', '/api/actions/connector/hook', {
      body: { name: 'x', connector_type_id: '.webhook', config: { url: remote.url, hasAuth: false } },
    });
    await first.stop();
    await using again = await testServer({
      dataPath,
      settings: { 'xpack.actions.enabledActionTypes': ['.server-log'] },
    });
    const { body } = await again.call('GET', '/api/patchbay/connectors/hook/health');
    expect(body).toMatchObject({
      status: 'unusable',
      refusal: expect.stringContaining('is not enabled in the Kibana config'),
    });
  });
});

describe('the health of all connectors', () => {
  it('is that of each in the space, and of those that the configuration brings', async () => {
    const ids = async (space: string) =>
      (await server.call('GET', `${space}/api/patchbay/connectors/_health`)).body.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids('')).toEqual(expect.arrayContaining(['mixed', 'new', 'fixed']));
    expect(await ids('/s/other')).toEqual(['fixed']);
    const { body } = await server.call('GET', '/api/patchbay/connectors/_health');
    expect(body.find(({ id }: { id: string }) => id === 'mixed')).toEqual(await healthOf('mixed'));
  });

  it('is for those who may read connectors there', async () => {
    const stranger = await addUser(server, 'stranger', [
      { spaces: ['other'], feature: { actions: ['all'] } },
    ]);
    for (const path of ['_health', 'mixed/health']) {
      const answer = await server.call('GET', `/api/patchbay/connectors/${path}`, { as: stranger });
      expect([answer.status, answer.body.message]).toEqual([403, 'Unauthorized to get actions']);
    }
    const missing = await server.call('GET', '/api/patchbay/connectors/nowhere/health');
    expect([missing.status, missing.body.message]).toEqual([404, 'Saved object [action/nowhere] not found']);
  });
});

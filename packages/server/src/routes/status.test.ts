import { loadSettings } from '@patchbay/engine/config';
import { createLogger } from '@patchbay/kit';
import { afterAll, describe, expect, it } from 'vitest';
import { createApp } from '../app.ts';
import type { System } from '../system.ts';
import { testServer } from '../testing/test-server.ts';
import { PATCHBAY_VERSION } from '../version.ts';

const server = await testServer({ settings: { 'server.name': 'my-patchbay' } });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

describe('GET /api/status', () => {
  it('tells name, version and state', async () => {
    const { status, headers, body } = await call('GET', '/api/status');
    expect(status).toBe(200);
    expect(headers.get('kbn-name')).toBe('my-patchbay');
    const available = { level: 'available', summary: 'All services and plugins are available' };
    const storeAnswers = { level: 'available', summary: 'The store answers' };
    expect(body).toMatchObject({
      name: 'my-patchbay',
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: {
        overall: available,
        core: { elasticsearch: storeAnswers, savedObjects: storeAnswers },
        plugins: { actions: available, spaces: available },
      },
    });
    expect(body.version).toEqual({
      number: '9.4.0',
      build_hash: `patchbay-${PATCHBAY_VERSION}`,
      build_number: expect.any(Number),
      build_snapshot: false,
      build_flavor: 'traditional',
      build_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('measures the process and what it answered', async () => {
    await call('GET', '/api/nowhere');
    const before = (await call('GET', '/api/status')).body.metrics;
    expect(before).toMatchObject({
      last_updated: expect.stringMatching(/Z$/),
      collection_interval_in_millis: expect.any(Number),
      os: { platform: process.platform },
      process: { pid: process.pid, memory: { resident_set_size_in_bytes: expect.any(Number) } },
      processes: [{ pid: process.pid }],
      response_times: { avg_in_millis: expect.any(Number), max_in_millis: expect.any(Number) },
      concurrent_connections: expect.any(Number),
      requests: { disconnects: 0, total: expect.any(Number), status_codes: { 404: expect.any(Number) } },
      elasticsearch_client: {},
    });
    const after = (await call('GET', '/api/status')).body.metrics;
    expect(after.requests.total).toBe(before.requests.total + 1);
    expect(after.response_times.max_in_millis).toBeGreaterThan(0);
  });

  it.each([
    ['nobody', null],
    ['a wrong password', 'elastic:wrong'],
    ['an unknown API key', 'ApiKey bm86bm8='],
  ])('tells %s no more than the level', async (_, as) => {
    const { status, body } = await call('GET', '/api/status', { as });
    expect([status, body]).toEqual([200, { status: { overall: { level: 'available' } } }]);
  });

  it('is the same below a space', async () => {
    expect((await call('GET', '/s/default/api/status')).body.version.number).toBe('9.4.0');
  });

  it.each(['v7format=true', 'v8format=false', 'unknown=1'])('takes the query %s', async (query) => {
    expect((await call('GET', `/api/status?${query}`)).status).toBe(200);
  });

  it.each([
    ['v7format=true&v8format=true', '[request query]: provide only one format option: v7format or v8format'],
    ['v7format=false&v8format=true', '[request query]: provide only one format option: v7format or v8format'],
    ['v7format=maybe', expect.stringMatching(/^\[request query\.v7format\]: /)],
  ])('refuses the query %s', async (query, message) => {
    const { status, body } = await call('GET', `/api/status?${query}`);
    expect([status, body]).toEqual([400, { statusCode: 400, error: 'Bad Request', message }]);
  });

  it('tells everybody everything where the configuration allows it', async () => {
    await using open = await testServer({ settings: { 'status.allowAnonymous': true } });
    const { body } = await open.call('GET', '/api/status', { as: null });
    expect(body).toMatchObject({ name: 'patchbay', version: { number: '9.4.0' } });
  });

  it('keeps its uuid over restarts', async () => {
    const { uuid } = (await call('GET', '/api/status')).body;
    await server.stop();
    await using again = await testServer({ dataPath: server.dataPath });
    expect((await again.call('GET', '/api/status')).body.uuid).toBe(uuid);
  });

  it('answers 503 when the store does not', async () => {
    const overrides = { 'server.name': 'x', 'status.allowAnonymous': true };
    const { settings } = loadSettings({ files: [], environment: {}, overrides });
    const log = createLogger(() => {});
    const store = { ping: () => Promise.reject(new Error('disk I/O error')) };
    const access = { authenticate: async () => ({}) };
    const facts = { settings, store, access, log, uuid: 'u', now: () => new Date() };
    const system = { ...facts, catalog: {}, spaces: {} };
    await using app = await createApp(system as unknown as System);
    const response = await app.inject('/api/status');
    expect(response.statusCode).toBe(503);
    expect(response.json().status).toMatchObject({
      overall: { level: 'critical', summary: 'The store is critical: disk I/O error' },
      core: { savedObjects: { level: 'critical', summary: 'disk I/O error' } },
    });
  });
});

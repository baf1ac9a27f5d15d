import { describeOnPostgres, testDatabase } from '@patchbay/engine/testing/postgres';
import { standIn } from '@patchbay/kit/testing';
import { expect, it, vi } from 'vitest';
import { testServer } from './testing/test-server.ts';

const describe = await describeOnPostgres();

it('a process that only runs deliveries tells how it is, and nothing else', async () => {
  await using server = await testServer({ settings: { 'patchbay.roles': ['worker'] } });
  for (const path of ['/livez', '/readyz', '/api/status'])
    expect((await server.call('GET', path)).status).toBe(200);
  for (const [method, path] of [
    ['GET', '/api/actions/connectors'],
    ['POST', '/api/patchbay/deliveries'],
    ['GET', '/api/openapi.json'],
    ['POST', '/api/encrypted_saved_objects/_rotate_key'],
  ] as const)
    expect([path, (await server.call(method, path)).status]).toEqual([path, 404]);
});

describe('several processes on one database', () => {
  it('enqueue in one that answers, and run in one that works', async () => {
    await using database = await testDatabase();
    await using remote = await standIn();
    const settings = {
      'patchbay.store.url': database.url,
      'xpack.encryptedSavedObjects.encryptionKey': 'k'.repeat(32),
    };
    await using api = await testServer({ settings: { ...settings, 'patchbay.roles': ['api'] } });
    await api.call('POST', '/api/actions/connector/hook', {
      body: { name: 'Hook', connector_type_id: '.webhook', config: { url: remote.url, hasAuth: false } },
    });
    const item = { connector_id: 'hook', params: { body: 'hello' } };
    const { body } = await api.call('POST', '/api/patchbay/deliveries', { body: item });
    const stateOf = async () => (await api.call('GET', `/api/patchbay/deliveries/${body.id}`)).body.state;
    expect(await stateOf()).toBe('ready');
    await using _worker = await testServer({ settings: { ...settings, 'patchbay.roles': ['worker'] } });
    await vi.waitFor(async () => expect(await stateOf()).toBe('delivered'), 10_000);
    expect(remote.received.map((each) => each.body)).toEqual(['hello']);
  });
});

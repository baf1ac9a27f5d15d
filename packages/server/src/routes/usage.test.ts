import { expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

it('tells what the installation is used for, to those who manage security', async () => {
  await using server = await testServer({
    settings: {
      'xpack.actions.preconfigured': {
        fixed: { name: 'Fixed', actionTypeId: '.server-log', config: {}, secrets: {} },
      },
    },
  });
  await server.call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
  const log = { name: 'Log', connector_type_id: '.server-log' };
  await server.call('POST', '/api/actions/connector/one', { body: log });
  await server.call('POST', '/s/other/api/actions/connector/two', { body: log });
  const hook = { connector_type_id: '.webhook', config: { url: 'http://127.0.0.1:1', hasAuth: false } };
  await server.call('POST', '/api/actions/connector/hook', { body: { name: 'Hook', ...hook } });
  const run = (path: string, params: object) => server.call('POST', `${path}/_execute`, { body: { params } });
  await run('/api/actions/connector/one', { message: 'x' });
  await run('/s/other/api/actions/connector/fixed', { message: 'x' });
  await run('/api/actions/connector/hook', { body: 'x' });
  await server.call('DELETE', '/api/actions/connector/one');
  await server.call('POST', '/api/patchbay/deliveries', {
    body: { connector_id: 'hook', params: { body: 'x' }, run_at: '2099-01-01T00:00:00Z' },
  });
  const reader = await addUser(server, 'reader', [{ spaces: ['*'], base: ['all'] }]);

  const executions = {
    total: { success: 2, failure: 1 },
    by_type: {
      deleted: { success: 1, failure: 0 },
      '.server-log': { success: 1, failure: 0 },
      '.webhook': { success: 0, failure: 1 },
    },
  };
  expect((await server.call('GET', '/api/patchbay/usage')).body).toEqual({
    version: expect.any(String),
    api_level: expect.any(String),
    store: 'sqlite',
    at: expect.any(String),
    spaces: 2,
    users: 2,
    roles: 1,
    connectors: {
      total: 3,
      preconfigured: 1,
      missing_secrets: 0,
      by_type: { '.server-log': 2, '.webhook': 1 },
    },
    executions: { '24h': executions, '7d': executions, '30d': executions },
    deliveries: { ready: 1, blocked: 0, running: 0, dead: 0 },
    event_log: { events: expect.any(Number), bytes: expect.any(Number) },
  });
  expect((await server.call('GET', '/api/patchbay/usage', { as: reader })).status).toBe(403);
});

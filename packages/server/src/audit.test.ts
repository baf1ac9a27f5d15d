import { mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '@patchbay/engine/errors';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { addRoutes } from './app.ts';
import type { App } from './http/app-type.ts';
import type { System } from './system.ts';
import { temporaryFolder, testServer } from './testing/test-server.ts';
import { addUser } from './testing/users.ts';

const connector = { name: 'x', connector_type_id: '.server-log' };

describe('every route of an unsafe method', () => {
  it('says what the audit log calls it, or that it changes nothing', async () => {
    const app = fastify();
    const unsafe: { route: string; audit: unknown }[] = [];
    app.addHook('onRoute', ({ method, url, config }) => {
      if (['GET', 'HEAD'].includes(String(method))) return;
      unsafe.push({ route: `${method} ${url}`, audit: config?.audit });
    });
    app.setValidatorCompiler(() => () => true);
    addRoutes(app as unknown as App, { catalog: {}, settings: {}, store: {} } as unknown as System);
    expect(unsafe.length).toBeGreaterThan(10);
    expect(unsafe.filter(({ audit }) => audit === undefined)).toEqual([]);
    await app.close();
  });
});

describe('the audit log', () => {
  it('tells which API keys were ended, and that none was', async () => {
    const path = join(temporaryFolder(), 'audit.log');
    await using server = await testServer({ settings: { 'patchbay.audit.file': path } });
    const { id } = (await server.call('POST', '/internal/security/api_key', { body: { name: 'k' } })).body;
    const invalidate = (key: string) =>
      server.call('POST', '/internal/security/api_key/invalidate', {
        body: { apiKeys: [{ id: key, name: 'k' }] },
      });
    await invalidate(id);
    await invalidate('nowhere');
    const events = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.slice(-2)).toMatchObject([
      { kibana: { saved_object: { type: 'api_key', id } }, event: { outcome: 'success' } },
      { message: 'elastic: api_key_invalidate: failure', event: { outcome: 'failure' } },
    ]);
  });

  it('tells who ran, tested and enqueued what, where the settings ask for it', async () => {
    const run = async (withRuns: boolean) => {
      const path = join(temporaryFolder(), 'audit.log');
      await using server = await testServer({
        settings: { 'patchbay.audit.file': path, 'patchbay.audit.runs': withRuns },
      });
      await server.call('POST', '/api/actions/connector/c1', { body: connector });
      const params = { message: 'canary-body' };
      await server.call('POST', '/api/actions/connector/c1/_execute', { body: { params } });
      const test = { connector_type_id: '.server-log', params };
      await server.call('POST', '/api/patchbay/connectors/_test', { body: test });
      const item = { connector_id: 'c1', params };
      const one = await server.call('POST', '/api/patchbay/deliveries', { body: item });
      const two = await server.call('POST', '/api/patchbay/deliveries', {
        body: { deliveries: [item, item] },
      });
      const written = readFileSync(path, 'utf8');
      expect(written).not.toContain('canary-body');
      const events = written
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map(({ event, kibana }) => [event.action, kibana.saved_object.id]);
      const ids = [one.body.id, two.body.deliveries.map(({ id }: { id: string }) => id).join(',')];
      return { events, ids };
    };
    const { events, ids } = await run(true);
    expect(events).toEqual([
      ['connector_create', 'c1'],
      ['connector_execute', 'c1'],
      ['connector_test', undefined],
      ['delivery_enqueue', ids[0]],
      ['delivery_enqueue', ids[1]],
    ]);
    expect((await run(false)).events).toEqual([['connector_create', 'c1']]);
  });

  it('tells who changed what, in a file of its owner’s', async () => {
    const path = join(temporaryFolder(), 'audit.log');
    await using server = await testServer({ settings: { 'patchbay.audit.file': path } });
    const reader = await addUser(server, 'reader', [{ spaces: ['*'], feature: { actions: ['read'] } }]);
    await server.call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
    const url = '/s/team/api/actions/connector';
    const created = await server.call('POST', `${url}?canary-query`, {
      body: { ...connector, name: 'canary-body' },
      headers: { 'x-request-id': 'trace-1' },
    });
    await server.call('DELETE', `${url}/${created.body.id}`, { as: reader });
    await server.call('GET', '/api/actions/connectors', { as: 'elastic:canary-password' });
    await server.call('GET', '/api/actions/connectors');
    await server.call('DELETE', `${url}/nowhere`);

    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('canary');
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const saved = { type: 'action', id: created.body.id };
    expect(events.slice(-4)).toEqual([
      {
        '@timestamp': expect.stringMatching(/Z$/),
        event: {
          action: 'connector_create',
          category: ['database'],
          type: ['creation'],
          outcome: 'success',
        },
        user: { name: 'elastic', roles: ['superuser'] },
        kibana: { space_id: 'team', saved_object: saved },
        http: { request: { method: 'POST' } },
        url: { path: url },
        client: { ip: '127.0.0.1' },
        trace: { id: 'trace-1' },
        message: `elastic: connector_create [${saved.id}]: success`,
      },
      expect.objectContaining({
        event: expect.objectContaining({ type: ['deletion', 'denied'], outcome: 'failure' }),
        user: { name: 'reader', roles: expect.any(Array) },
        error: { code: '403', message: 'Forbidden' },
        message: `reader: connector_delete [${saved.id}]: denied`,
      }),
      expect.objectContaining({
        event: { action: 'http_request', category: ['web'], type: ['access', 'denied'], outcome: 'failure' },
        error: { code: '401', message: 'Unauthorized' },
        message: 'nobody: http_request: denied',
      }),
      expect.objectContaining({
        error: { code: '404', message: 'Not Found' },
        message: 'elastic: connector_delete [nowhere]: failure',
      }),
    ]);
    expect(events.map(({ event }) => event.action)).toEqual(
      expect.arrayContaining(['role_put', 'user_put', 'space_create']),
    );
  });

  it('is part of the process log where no file is named, and off where it is turned off', async () => {
    await using server = await testServer();
    await using silent = await testServer({ settings: { 'patchbay.audit.enabled': false } });
    for (const { call } of [server, silent]) {
      await call('POST', '/api/actions/connector/one', { body: connector });
    }
    const audited = (logged: Record<string, unknown>[]) => logged.filter(({ logger }) => logger === 'audit');
    expect(audited(server.logged)).toMatchObject([{ event: { action: 'connector_create' } }]);
    expect(audited(silent.logged)).toEqual([]);
  });

  it('stops the start when its file cannot be opened', async () => {
    const start = testServer({
      settings: { 'patchbay.audit.file': join(temporaryFolder(), 'no', 'folder') },
    });
    await expect(start).rejects.toEqual(
      new StartupError('patchbay.audit.file: cannot open the file (ENOENT).'),
    );
  });

  it('goes on in a new file when the one of before was moved away, and stays in it when none can be opened', async () => {
    const path = join(temporaryFolder(), 'audit.log');
    await using server = await testServer({ settings: { 'patchbay.audit.file': path } });
    const denied = () => server.call('GET', '/api/actions/connectors', { as: null });
    const lines = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n').length;
    await denied();
    renameSync(path, `${path}.1`);
    await denied();
    server.reload();
    await denied();
    expect([lines(`${path}.1`), lines(path)]).toEqual([2, 1]);
    expect(statSync(path).mode & 0o777).toBe(0o600);

    renameSync(path, `${path}.2`);
    mkdirSync(path);
    server.reload();
    await denied();
    expect(lines(`${path}.2`)).toBe(2);
    expect(server.logged).toContainEqual(
      expect.objectContaining({
        level: 50,
        msg: 'patchbay.audit.file: cannot open the file (EISDIR). The audit log goes on where it was.',
      }),
    );
  });
});

import type { IncomingMessage } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';
import { createSpacePath } from './space-path.ts';

const rewritten = (basePath: string, url: string) => {
  const request = { url } as IncomingMessage;
  const spacePath = createSpacePath(basePath);
  return [spacePath.rewrite(request), spacePath.spaceOf(request)];
};

describe('the path of a request', () => {
  it.each([
    ['', '/api/status', '/api/status', 'default'],
    ['', '/s/team/api/status?a=/s/b', '/api/status?a=/s/b', 'team'],
    ['', '/s/default/api', '/api', 'default'],
    ['', '/s/a-b_1/api', '/api', 'a-b_1'],
    ['', '/s/team', '/', 'team'],
    ['', '/s/team?a=1', '/?a=1', 'team'],
    ['', '/s/Team/api', '/s/Team/api', 'default'],
    ['', '/s//api', '/s//api', 'default'],
    ['', '/s/te%61m/api', '/s/te%61m/api', 'default'],
    ['', '/api/s/team', '/api/s/team', 'default'],
    ['/base', '/base/api', '/api', 'default'],
    ['/base', '/base/s/team/api', '/api', 'team'],
    ['/base', '/base', '/', 'default'],
    ['/base', '/base?a=1', '/?a=1', 'default'],
    ['/base', '/basement/api', '/basement/api', 'default'],
    ['/base', '/s/team/base/api', '/base/api', 'team'],
  ])('below %j, %s leads to %s in the space %s', (basePath, url, path, space) => {
    expect(rewritten(basePath, url)).toEqual([path, space]);
  });
});

describe('server.basePath', async () => {
  const settings = { 'server.basePath': '/tools/patchbay' };
  const rewriting = await testServer({ settings: { ...settings, 'server.rewriteBasePath': true } });
  const behindProxy = await testServer({ settings });
  afterAll(() => Promise.all([rewriting, behindProxy].map((each) => each[Symbol.asyncDispose]())));
  const body = { name: 'x', connector_type_id: '.server-log' };

  it('is taken off where the server is asked to, also before a space', async () => {
    const path = '/tools/patchbay/api/actions/connector';
    expect((await rewriting.call('POST', `${path}/one`, { body })).status).toBe(200);
    expect((await rewriting.call('GET', `/tools/patchbay/s/default/api/actions/connector/one`)).status).toBe(
      200,
    );
    const slashed = await rewriting.call('GET', '/tools/patchbay/api/actions/connectors/');
    expect(slashed.headers.get('location')).toBe('/tools/patchbay/api/actions/connectors');
    const internal = await rewriting.call('GET', '/tools/patchbay/internal/actions/connectors', {
      headers: { 'x-elastic-internal-origin': null },
    });
    expect(internal.body.message).toContain('uri [/tools/patchbay/internal/actions/connectors]');
  });

  it('is the proxy’s to take off otherwise', async () => {
    expect((await behindProxy.call('GET', '/tools/patchbay/api/status')).status).toBe(404);
    expect((await behindProxy.call('GET', '/api/status')).status).toBe(200);
  });
});

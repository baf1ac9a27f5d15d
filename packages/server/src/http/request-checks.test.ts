import { afterAll, describe, expect, it } from 'vitest';
import { type CallOptions, FIRST_PASSWORD, testServer } from '../testing/test-server.ts';
import { addApiKey } from '../testing/users.ts';

const badRequest = (message: string) => ({ statusCode: 400, error: 'Bad Request', message });

const server = await testServer();
const relaxed = await testServer({
  settings: {
    'server.xsrf.allowedSchemes': ['apikey'],
    'server.xsrf.allowlist': ['/api/spaces/space'],
    'server.restrictInternalApis': false,
  },
});
const open = await testServer({ settings: { 'server.xsrf.disableProtection': true } });
const servers = [server, relaxed, open];
afterAll(() => Promise.all(servers.map((each) => each[Symbol.asyncDispose]())));

/** A write without the header that protects it. */
const write = (on: typeof server, path: string, options: CallOptions = {}) =>
  on.call('POST', path, { body: {}, ...options, headers: { 'kbn-xsrf': null, ...options.headers } });

const missing = badRequest('Request must contain a kbn-xsrf header.');
const passed = expect.objectContaining({ message: expect.stringMatching(/^\[request body/) });

describe('kbn-xsrf', () => {
  const path = '/api/actions/connector';

  it.each([
    ['POST', '/api/actions/connector'],
    ['PUT', '/api/actions/connector/x'],
    ['DELETE', '/api/actions/connector/x'],
    ['POST', '/api/actions/connector/x/_execute'],
    ['POST', '/api/spaces/space'],
    ['DELETE', '/api/security/role/x'],
    ['POST', '/internal/security/api_key'],
  ])('is asked of %s %s', async (method, url) => {
    const answer = await server.call(method, url, { headers: { 'kbn-xsrf': null } });
    expect([answer.status, answer.body]).toEqual([400, missing]);
  });

  it.each(['true', 'reporting', ''])('may be %j', async (value) => {
    expect((await write(server, path, { headers: { 'kbn-xsrf': value } })).body).toEqual(passed);
  });

  it('is not asked of a GET', async () => {
    expect((await server.call('GET', '/api/actions/connectors')).status).toBe(200);
  });

  it('is not asked where the client names its version', async () => {
    expect((await write(server, path, { headers: { 'kbn-version': '9.4.0' } })).body).toEqual(passed);
  });

  it('is not asked where the configuration turns it off', async () => {
    expect((await write(open, path)).body).toEqual(passed);
  });

  it('is not asked on the paths that the configuration lists, in any space', async () => {
    expect((await write(relaxed, '/api/spaces/space')).body).toEqual(passed);
    expect((await write(relaxed, '/s/default/api/spaces/space?x=1')).body).toEqual(passed);
    expect((await write(relaxed, path)).body).toEqual(missing);
  });

  it('is not asked of the schemes that the configuration lists', async () => {
    for (const [on, expected] of [
      [relaxed, passed],
      [server, missing],
    ] as const) {
      const key = await addApiKey(on, `elastic:${FIRST_PASSWORD}`, { name: 'k' });
      expect((await write(on, path, { as: key })).body).toEqual(expected);
    }
  });
});

describe('kbn-version', () => {
  it('must be this server’s', async () => {
    const { status, body } = await server.call('GET', '/api/actions/connectors', {
      headers: { 'kbn-version': '8.0.0' },
    });
    expect(status).toBe(400);
    expect(body).toEqual({
      ...badRequest(
        'Browser client is out of date, please refresh the page ("kbn-version" header was "8.0.0" but should be "9.4.0")',
      ),
      attributes: { expected: '9.4.0', got: '8.0.0' },
    });
  });

  it('may be left out', async () => {
    const { status } = await server.call('GET', '/api/status', { headers: { 'kbn-version': '9.4.0' } });
    expect(status).toBe(200);
  });
});

describe('an internal route', () => {
  const outside = { headers: { 'x-elastic-internal-origin': null } };

  it.each([
    ['GET', '/internal/actions/connectors', 'get'],
    ['GET', '/s/default/internal/actions/connector_types', 'get'],
    ['GET', '/internal/security/users', 'get'],
    ['POST', '/internal/security/api_key', 'post'],
    ['DELETE', '/internal/security/users/x', 'delete'],
  ])('does not answer those from outside: %s %s', async (method, path, lowerCase) => {
    const { status, body } = await server.call(method, `${path}?x=1`, outside);
    expect([status, body]).toEqual([
      400,
      badRequest(
        `uri [${path}] with method [${lowerCase}] exists but is not available with the current configuration`,
      ),
    ]);
  });

  it.each(['Kibana', ''])('answers those with the header, whatever it says: %j', async (value) => {
    const headers = { 'x-elastic-internal-origin': value };
    expect((await server.call('GET', '/internal/actions/connectors', { headers })).status).toBe(200);
  });

  it.each(['/internal/actions/connectors', '/internal/actions/connector_types', '/internal/security/me'])(
    'answers those with the query parameter: %s',
    async (path) => {
      const { status } = await server.call('GET', `${path}?elasticInternalOrigin=true`, outside);
      expect(status).toBe(200);
      expect((await server.call('GET', `${path}?elasticInternalOrigin=false`, outside)).status).toBe(400);
    },
  );

  it('answers everybody where the configuration says so, and logs a warning', async () => {
    expect((await relaxed.call('GET', '/internal/actions/connectors', outside)).status).toBe(200);
    const warnings = relaxed.logged.filter(({ level }) => level === 40);
    expect(warnings).toMatchObject([
      {
        logger: 'server',
        msg: 'uri [/internal/actions/connectors] with method [get] is an internal route, called from outside: it may change without notice',
      },
    ]);
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plain } from './testing/made-up-types.ts';
import { type CallOptions, testServer } from './testing/test-server.ts';
import { addUser } from './testing/users.ts';

const badRequest = (message: string) => ({ statusCode: 400, error: 'Bad Request', message });
const unauthorized = { statusCode: 401, error: 'Unauthorized', message: 'Unauthorized' };
const forbidden = (message: string) => ({ statusCode: 403, error: 'Forbidden', message });
const notFound = { statusCode: 404, error: 'Not Found', message: 'Not Found' };
const tooLarge = {
  statusCode: 413,
  error: 'Request Entity Too Large',
  message: 'Payload content length greater than maximum allowed: 1048576',
};
const unsupported = { statusCode: 415, error: 'Unsupported Media Type', message: 'Unsupported Media Type' };

const server = await testServer();
const { call } = server;
const expired = await testServer({ settings: { 'patchbay.licenseStatus': 'expired' } });
afterAll(() => Promise.all([server, expired].map((each) => each[Symbol.asyncDispose]())));

const connectors = '/api/actions/connector';
const oversized = JSON.stringify({ name: 'x'.repeat(1_048_577) });

describe('the order of checks', async () => {
  const [none, noneExpired] = await Promise.all([addUser(server, 'none', []), addUser(expired, 'none', [])]);
  const unregistered = { name: 'x', connector_type_id: '.unregistered' };
  const noXsrf = { 'kbn-xsrf': null };
  const noRoute = '/api/actions/nothing';

  // Each request mends the first fault of the one before, and has all the others still.
  it.each<[string, typeof server, string, CallOptions, object]>([
    ['an unknown route', expired, noRoute, { as: null, body: '{', headers: noXsrf }, notFound],
    ['no credentials', expired, connectors, { as: null, body: '{', headers: noXsrf }, unauthorized],
    [
      'a malformed body',
      expired,
      connectors,
      { as: noneExpired, body: '{', headers: noXsrf },
      badRequest('Invalid request payload JSON format'),
    ],
    [
      'no kbn-xsrf',
      expired,
      connectors,
      { as: noneExpired, body: {}, headers: noXsrf },
      badRequest('Request must contain a kbn-xsrf header.'),
    ],
    [
      'a body that the schema refuses',
      expired,
      connectors,
      { as: noneExpired, body: {} },
      badRequest('[request body.name]: expected value of type [string] but got [undefined]'),
    ],
    [
      'an expired licence',
      expired,
      connectors,
      { as: noneExpired, body: unregistered },
      forbidden('You cannot use actions because your enterprise license has expired.'),
    ],
    [
      'a missing privilege',
      server,
      `/s/nowhere${connectors}`,
      { as: none, body: unregistered },
      forbidden('Unauthorized to create a ".unregistered" action'),
    ],
    [
      'a missing space',
      server,
      `/s/nowhere${connectors}`,
      { body: unregistered },
      { ...notFound, message: 'Saved object [space/nowhere] not found' },
    ],
    [
      'what the route itself refuses',
      server,
      connectors,
      { body: unregistered },
      badRequest('Action type ".unregistered" is not registered.'),
    ],
  ])('comes to %s', async (_, { call }, path, options, expected) => {
    expect((await call('POST', path, options)).body).toEqual(expected);
  });

  it.each<[string, CallOptions, object]>([
    ['no credentials', { as: null }, unauthorized],
    ['a type that is not JSON', { headers: { 'content-type': 'text/plain' } }, unsupported],
    ['too long a body', { body: oversized, headers: noXsrf }, tooLarge],
    ['no kbn-xsrf', { body: {}, headers: noXsrf }, badRequest('Request must contain a kbn-xsrf header.')],
  ])('comes to %s before anything that is wrong with the body', async (_, options, expected) => {
    expect((await call('POST', connectors, { body: oversized, ...options })).body).toEqual(expected);
  });

  it.each([
    ['POST', connectors],
    ['POST', `${connectors}/some-id`],
    ['PUT', `${connectors}/some-id`],
    ['POST', `${connectors}/some-id/_execute`],
    ['POST', '/api/spaces/space'],
  ])('refuses an empty body before the caller: %s %s', async (method, path) => {
    expect((await call(method, path, { as: none, body: {} })).status).toBe(400);
    expect((await call(method, path, { as: null, body: {} })).status).toBe(401);
  });
});

describe('the licence', () => {
  it.each([
    ['expired', 'You cannot use actions because your enterprise license has expired.'],
    ['unavailable', 'Actions is unavailable - license information is not available at this time.'],
  ])('that is %s shuts the routes of connectors, and no other', async (status, message) => {
    await using gated = await testServer({ settings: { 'patchbay.licenseStatus': status } });
    const body = { name: 'x', connector_type_id: '.server-log' };
    for (const [method, path, sent] of [
      ['GET', '/api/actions/connectors'],
      ['GET', '/api/actions/connector_types'],
      ['GET', '/internal/actions/connectors'],
      ['GET', '/internal/actions/connector_types'],
      ['GET', `${connectors}/x`],
      ['DELETE', `${connectors}/x`],
      ['POST', connectors, body],
      ['PUT', `${connectors}/x`, { name: 'x' }],
      ['POST', `${connectors}/x/_execute`, { params: {} }],
    ] as const) {
      expect((await gated.call(method, path, { body: sent })).body).toEqual(forbidden(message));
    }
    for (const path of ['/api/status', '/api/spaces/space', '/api/security/role', '/internal/security/me']) {
      expect((await gated.call('GET', path)).status).toBe(200);
    }
  });
});

describe('authentication', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['a wrong password', basic('elastic:wrong')],
    ['an empty password', basic('elastic:')],
    ['no colon', basic('elastic')],
    ['an unknown user', basic('nobody:changeme')],
    ['a user’s name in another case', basic('ELASTIC:changeme')],
    ['no credentials', 'Basic'],
    ['something that is not base64', 'Basic !!!'],
    ['an unknown API key', 'ApiKey bm86bm8='],
    ['another scheme', 'Bearer abc'],
  ])('refuses the header with %s', async (_, authorization) => {
    const answer = await call('GET', '/api/actions/connectors', { as: null, headers: { authorization } });
    expect([answer.status, answer.body]).toEqual([401, unauthorized]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+", charset="UTF-8", ApiKey$/);
  });
});

describe('a request that no route takes', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/api'],
    ['GET', '/api/actions'],
    ['POST', '/api/actions/action'],
    ['GET', '/api/actions/list_action_types'],
    ['GET', '/api/actions/action/x'],
    ['PATCH', `${connectors}/x`],
    ['OPTIONS', `${connectors}/x`],
    ['GET', '/s/default'],
    ['GET', '/s/Default/api/actions/connectors'],
    ['GET', '/s/a/s/b/api/actions/connectors'],
    ['GET', '*'],
  ])('is answered 404: %s %s', async (method, path) => {
    for (const as of [undefined, null]) {
      const answer = await call(method, path, as === null ? { as } : {});
      expect([answer.status, answer.body]).toEqual([404, notFound]);
    }
  });

  it.each(['{', oversized, 'text'])('is answered 404 whatever its body', async (body) => {
    const answer = await call('POST', '/api/nothing', { body, headers: { 'content-type': 'text/plain' } });
    expect([answer.status, answer.body]).toEqual([404, notFound]);
  });

  it.each([`${connectors}/%E0%A4%A`, '/api/%zz', '/%'])(
    'is answered 400 when its URL cannot be decoded: %s',
    async (path) => {
      const answer = await call('GET', path);
      expect([answer.status, answer.body]).toEqual([400, badRequest('Bad Request')]);
    },
  );
});

describe('a trailing slash', () => {
  it.each([
    ['/api/actions/connectors/', '/api/actions/connectors'],
    ['/api/actions/connector_types/?feature_id=a?b', '/api/actions/connector_types?feature_id=a?b'],
    ['/s/default/api/actions/connectors/', '/s/default/api/actions/connectors'],
    ['/api/spaces/space/', '/api/spaces/space'],
    ['/api/security/role/', '/api/security/role'],
    [`${connectors}/some-id/`, `${connectors}/some-id`],
    ['/api/nothing/', '/api/nothing'],
  ])('sends a GET of %s to %s', async (path, location) => {
    const { status, headers } = await call('GET', path);
    expect([status, headers.get('location')]).toEqual([302, location]);
  });

  it.each(['//elsewhere.example/', '/\\elsewhere.example/', '//', '/', '/api/nothing//'])(
    'sends nobody to another host, nor round in circles: %s',
    async (path) => {
      const { status, headers } = await call('GET', path);
      expect([status, headers.get('location')]).toEqual([404, null]);
    },
  );

  it.each([
    ['PUT', `${connectors}/`],
    ['DELETE', `${connectors}/`],
    ['DELETE', `${connectors}/some-id/`],
    ['POST', `${connectors}/some-id/`],
    ['PUT', '/api/security/role/'],
    ['POST', '/internal/security/users/'],
  ])('makes any other request one that no route takes: %s %s', async (method, path) => {
    const body = { name: 'x', connector_type_id: '.server-log' };
    expect((await call(method, path, { body })).body).toEqual(notFound);
  });
});

describe('a body', () => {
  const post = (body: string, headers: Record<string, string | null> = {}) =>
    call('POST', connectors, { body, headers });
  const valid = '{"name":"x","connector_type_id":".server-log"}';

  it.each(['application/json', 'APPLICATION/JSON', 'application/json; charset=utf-8'])(
    'is taken as %s',
    async (type) => {
      expect((await post(valid, { 'content-type': type })).status).toBe(200);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense', null])(
    'is not taken as %s',
    async (type) => {
      const answer = await post(valid, { 'content-type': type });
      expect([answer.status, answer.body]).toEqual([415, unsupported]);
    },
  );

  it.each(['{', '{"name": }', 'name=x', "{'name': 'x'}", '{"name":"x"}}', '{"__proto__":{"name":"x"}}'])(
    'is not taken when it is not JSON: %s',
    async (body) => {
      const answer = await post(body);
      expect([answer.status, answer.body]).toEqual([400, badRequest('Invalid request payload JSON format')]);
    },
  );

  it.each<Record<string, string>>([{}, { 'transfer-encoding': 'chunked' }])(
    'is not taken when it is larger than the limit, whether or not it says so: %j',
    async (headers) => {
      const answer = await post(oversized, headers);
      expect([answer.status, answer.body]).toEqual([413, tooLarge]);
    },
  );

  it('may be as large as the limit, which the configuration sets', async () => {
    await using small = await testServer({ settings: { 'server.maxPayload': '1kb' } });
    const bodyOf = (bytes: number) => valid.replace('x', 'x'.repeat(bytes - valid.length + 1));
    const answer = await small.call('POST', connectors, { body: bodyOf(1025) });
    expect(answer.body).toEqual({
      ...tooLarge,
      message: 'Payload content length greater than maximum allowed: 1024',
    });
    expect((await small.call('POST', connectors, { body: bodyOf(1024) })).status).toBe(200);
  });
});

describe('every answer', () => {
  it.each<[number, string, string, CallOptions]>([
    [200, 'GET', '/api/status', {}],
    [204, 'PUT', '/api/security/role/r', { body: {} }],
    [302, 'GET', '/api/status/', {}],
    [400, 'POST', connectors, { body: {} }],
    [400, 'GET', '/%', {}],
    [401, 'GET', '/api/actions/connectors', { as: null }],
    [404, 'GET', '/nothing', {}],
    [413, 'POST', connectors, { body: oversized }],
    [415, 'POST', connectors, { body: 'x', headers: { 'content-type': 'text/plain' } }],
  ])(
    'carries the server’s name and the security headers: %i %s %s',
    async (expected, method, path, options) => {
      const { status, headers } = await call(method, path, options);
      expect(status).toBe(expected);
      expect(headers.get('kbn-name')).toBe('patchbay');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(headers.get('cache-control')).toContain('no-store');
    },
  );
});

describe('an unexpected failure', () => {
  it('is answered with nothing about it, and logged', async () => {
    const config = z.unknown().transform(() => {
      throw new Error('the disk is on fire');
    });
    await using failing = await testServer({ types: [{ ...plain('.failing'), config }] });
    const answer = await failing.call('POST', connectors, {
      body: { name: 'x', connector_type_id: '.failing' },
    });
    expect([answer.status, answer.body]).toEqual([
      500,
      {
        statusCode: 500,
        error: 'Internal Server Error',
        message: 'An internal server error occurred. Check Kibana server logs for details.',
      },
    ]);
    expect(failing.logged.filter(({ level }) => level === 50)).toMatchObject([
      {
        logger: 'server',
        msg: 'POST /api/actions/connector: the disk is on fire',
        error: { type: 'Error', stack_trace: expect.stringContaining('app.test.ts') },
      },
    ]);
  });
});

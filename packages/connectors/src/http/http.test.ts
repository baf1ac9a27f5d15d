import {
  createAllowedHosts,
  createRenderer,
  prepareVariables,
  ValidationError,
  validateConfig,
} from '@patchbay/kit';
import {
  hostileText,
  memoryTokens,
  operatorSettings,
  type StandInAnswer,
  standIn,
  testAction,
} from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { http } from './http.ts';

interface Connector {
  config?: object;
  secrets?: unknown;
  now?: Date;
}

const run = (url: string, params: object = {}, { config = {}, secrets = {}, now }: Connector = {}) =>
  testAction(http, { config: { url, ...config }, secrets, params, ...(now && { now }) });

/** What arrived of a run, and what came of it. */
async function sent(params: object, connector: Connector & { path?: string } = {}) {
  await using service = await standIn();
  const ran = await run(service.url + (connector.path ?? ''), params, connector);
  return { ...ran, received: service.received, request: service.received[0] };
}

async function answered(answer: StandInAnswer, now?: Date) {
  await using service = await standIn(() => answer);
  const { result } = await run(service.url, {}, { ...(now && { now }) });
  return result;
}

const BASIC = { secrets: { user: 'abc', password: '123' } };

describe('a request of .http', () => {
  it('has method, path, headers and body of the run and the credentials of the connector', async () => {
    const { request, result, requestBodyBytes, logged } = await sent(
      { method: 'POST', path: '/my-endpoint', body: 'some data' },
      { ...BASIC, config: { headers: { aheader: 'a value' } } },
    );
    expect(request).toMatchObject({
      method: 'POST',
      url: '/my-endpoint',
      headers: { authorization: 'Basic YWJjOjEyMw==', aheader: 'a value' },
      body: 'some data',
    });
    expect(request?.rawHeaders).toContain('aheader');
    expect(result.status).toBe('ok');
    expect(requestBodyBytes).toBe(9);
    expect(logged).toEqual([{ level: 'debug', message: 'response from http action "test": [HTTP 200] OK' }]);
  });

  it('is a GET of the URL where the run says nothing', async () => {
    const { request } = await sent({}, { path: '/api?address=1' });
    expect(request).toMatchObject({ method: 'GET', url: '/api?address=1', body: '' });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.headers).not.toHaveProperty('content-type');
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('can be a %s, with a body', async (method) => {
    const { request } = await sent({ method, body: '{"a": 1}' });
    expect(request).toMatchObject({ method, body: '{"a": 1}' });
  });

  it.each([
    [{ foo: 'bar', n: 42 }, '{"foo":"bar","n":42}'],
    [[1, { a: null }], '[1,{"a":null}]'],
    ['', ''],
    [' not { JSON ', ' not { JSON '],
  ])('sends the body %j as %s', async (body, expected) => {
    const headers = { 'Content-Type': 'application/json' };
    const { request } = await sent({ method: 'POST', body, headers });
    expect(request).toMatchObject({ body: expected, headers: { 'content-type': 'application/json' } });
  });

  it('says of a body what the reference’s client says, where nobody says anything', async () => {
    const { request } = await sent({ method: 'POST', body: { foo: 'bar' } });
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('takes the URL of the run in place of the connector’s', async () => {
    await using other = await standIn();
    const { received, result } = await sent({ url: `${other.url}/x`, path: 'y' });
    expect(result.status).toBe('ok');
    expect(received).toEqual([]);
    expect(other.received).toMatchObject([{ url: '/x/y' }]);
  });

  it('has the query parameters of the URL, of the run and the secret ones, in this order of precedence', async () => {
    const { request } = await sent(
      { query: { address: '3', version: 'v2' } },
      {
        path: '/api?address=1',
        config: { authType: 'http-authentication-query-param' },
        secrets: { secretQueryParams: { address: '2', version: 'v1', key: 'k' } },
      },
    );
    expect(request?.url).toBe('/api?address=1&version=v2&key=k');
    expect(request?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['basic auth', { config: {} }],
    ['no authentication', { config: { hasAuth: false } }],
  ])('has the secret query parameters with %s too', async (_kind, connector) => {
    const { request } = await sent({}, { ...connector, secrets: { secretQueryParams: { key: 'k' } } });
    expect(request?.url).toBe('/?key=k');
  });

  it('has the headers of basic auth, config, secrets and run, the later ones winning', async () => {
    const { request, sensitiveHeaders } = await sent(
      { headers: { 'X-D': 'run' } },
      {
        config: { headers: { 'X-B': 'config', 'X-C': 'config', 'X-D': 'config' } },
        secrets: {
          ...BASIC.secrets,
          secretHeaders: { Authorization: 'Secret', 'x-c': 'secret', 'X-D': 'secret' },
        },
      },
    );
    expect(request?.headers).toMatchObject({
      authorization: 'Secret',
      'x-b': 'config',
      'x-c': 'secret',
      'x-d': 'run',
    });
    expect(sensitiveHeaders).toEqual(['Authorization', 'x-c', 'X-D']);
    const own = await sent({ headers: { authorization: 'Own' } }, BASIC);
    expect(own.request?.headers.authorization).toBe('Own');
  });

  it('carries a form with texts, typed parts and files, whatever content type somebody named', async () => {
    const { request, result, requestBodyBytes } = await sent(
      {
        method: 'POST',
        form_data: {
          note: { content: 'hello' },
          file: { content: 'a,b', filename: 'report.csv' },
          typed: { content: '{}', content_type: 'application/json' },
        },
        headers: { 'content-TYPE': 'application/json' },
      },
      { config: { headers: { 'Content-Type': 'text/plain' } } },
    );
    expect(result.status).toBe('ok');
    const contentType = request?.headers['content-type'] ?? '';
    expect(contentType).toMatch(/^multipart\/form-data; boundary=/);
    const form = await new Response(request?.body ?? '', {
      headers: { 'content-type': contentType },
    }).formData();
    expect(form.get('note')).toBe('hello');
    const file = form.get('file') as File;
    expect([file.name, file.type, await file.text()]).toEqual([
      'report.csv',
      'application/octet-stream',
      'a,b',
    ]);
    expect(request?.body).toContain('name="typed"\r\nContent-Type: application/json\r\n\r\n{}');
    expect(requestBodyBytes).toBe(request?.body.length);
  });

  it('is not made of a body and a form', async () => {
    const params = { method: 'POST', body: 'x', form_data: { a: { content: 'b' } } };
    const { result, received } = await sent(params);
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'error calling http, invalid response',
      serviceMessage: 'Cannot set both body and form_data',
      errorSource: 'user',
    });
    expect(received).toEqual([]);
  });

  it('is not made of a body that cannot be written', async () => {
    const { result, received } = await sent({ method: 'POST', body: { n: 1n } });
    expect(result).toMatchObject({
      message: 'an error occurred while running the action',
      serviceMessage: 'Error serializing request body: TypeError: Do not know how to serialize a BigInt',
    });
    expect(received).toEqual([]);
  });

  it('is not larger than the run wants', async () => {
    const params = { method: 'POST', body: '12345', fetcher: { max_content_length: 4 } };
    const { result, received } = await sent(params);
    expect(result).toMatchObject({
      message: 'error calling http, request failed',
      serviceMessage: '[ERR_BAD_REQUEST] Request body larger than maxBodyLength limit',
    });
    expect(received).toEqual([]);
  });

  it('brings whatever params hold as it is', async () => {
    await using service = await standIn();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 300 }), async (rogue) => {
        await run(service.url, { method: 'POST', query: { rogue }, body: rogue, path: rogue });
        const { url, body } = service.received.at(-1) ?? { url: '', body: '' };
        expect(body).toBe(rogue.toWellFormed());
        expect([...new URL(service.url + url).searchParams]).toEqual([['rogue', rogue.toWellFormed()]]);
        await run(service.url, { method: 'POST', body: { rogue } });
        expect(JSON.parse(service.received.at(-1)?.body ?? '')).toEqual({ rogue });
      }),
      { numRuns: 50 },
    );
  });

  it('has no header that breaks out of its line', async () => {
    const { received, result } = await sent({ headers: { 'X-A': 'a\r\nX-B: b' } });
    expect(result).toMatchObject({ status: 'error' });
    expect(received).toEqual([]);
  });
});

describe('an answer to .http', () => {
  it('is told with status, headers and body', async () => {
    const result = await answered({
      status: 201,
      headers: { 'content-type': 'application/json; charset=utf-8', 'x-a': 'b' },
      body: '{"id":7}',
    });
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        status: 201,
        statusText: 'Created',
        headers: expect.objectContaining({
          'content-type': 'application/json; charset=utf-8',
          'x-a': 'b',
        }),
        data: { id: 7 },
      },
    });
  });

  const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]);
  it.each<[string | undefined, string | Buffer, unknown]>([
    ['application/json', '[1]', [1]],
    ['APPLICATION/JSON;x=y', 'null', null],
    ['application/vnd.api+json', '{"a":1}', { a: 1 }],
    ['application/json', 'no JSON', 'no JSON'],
    ['application/json', '', ''],
    ['text/plain', '{"a":1}', '{"a":1}'],
    ['text/html; charset=latin1', '<p>ä', '<p>ä'],
    ['application/xml', '<a/>', '<a/>'],
    ['application/atom+xml', '<a/>', '<a/>'],
    ['image/png', PNG, PNG.toString('base64')],
    ['image/svg+xml', '<svg/>', Buffer.from('<svg/>').toString('base64')],
    ['application/pdf', '%PDF', Buffer.from('%PDF').toString('base64')],
    ['application/octet-stream', 'x', 'eA=='],
    ['application/zip', PNG, PNG.toString('base64')],
    [undefined, '{"a":1}', Buffer.from('{"a":1}').toString('base64')],
    [undefined, '', ''],
  ])('of the type %s with %j has the data %j', async (type, body, data) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    expect((await answered({ headers, body })).data).toMatchObject({ status: 200, data });
  });

  const failed = (rest: object) => ({ actionId: 'test', status: 'error', errorSource: 'user', ...rest });

  it.each([400, 404, 405, 406, 410, 411, 414, 428, 431, 401, 403, 408, 409, 413, 415, 422])(
    'with status %i is an error that is not retried',
    async (status) => {
      const { serviceMessage, ...result } = await answered({ status });
      expect(result).toEqual(failed({ message: 'error calling http, invalid response' }));
      expect(serviceMessage).toMatch(new RegExp(`^\\[${status}\\] [A-Z][a-zA-Z -]*$`));
    },
  );

  it('that is a redirect is not followed where the run says so', async () => {
    await using service = await standIn(() => ({ status: 302, headers: { location: '/elsewhere' } }));
    const { result } = await run(service.url, { fetcher: { follow_redirects: false, max_redirects: 5 } });
    expect(result).toEqual(
      failed({ message: 'error calling http, invalid response', serviceMessage: '[302] Found' }),
    );
  });

  it.each([
    [{ status: 500, body: '{"message":"boom"}' }, '[500] Internal Server Error: boom'],
    [{ status: 503 }, '[503] Service Unavailable: ERR_BAD_RESPONSE'],
    [{ status: 429 }, '[429] Too Many Requests'],
    [
      { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, body: 'slow' },
      '[429] Too Many Requests: slow',
    ],
  ])('%j is worth another try', async (answer, serviceMessage) => {
    expect(await answered(answer)).toEqual(
      failed({ message: 'error calling http, retry later', serviceMessage, retry: true }),
    );
  });

  it('that says the rate limit is reached is tried again at the moment that it names', async () => {
    const answer = { status: 429, headers: { 'retry-after': '30' } };
    expect(await answered(answer, new Date('2026-01-01T00:00:00Z'))).toEqual(
      failed({
        message: 'error calling http, retry at 2026-01-01T00:00:30.000Z',
        serviceMessage: '[429] Too Many Requests',
        retry: new Date('2026-01-01T00:00:30Z'),
      }),
    );
  });

  it('that does not come is an error that is not retried, and is logged', async () => {
    const service = await standIn();
    await service.close();
    const { result, logged } = await run(service.url);
    expect(result).toEqual(
      failed({
        message: 'error calling http, request failed',
        serviceMessage: expect.stringMatching(/^\[ECONNREFUSED\] connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
      }),
    );
    expect(logged).toEqual([
      { level: 'error', message: `error on test http event: ${result.serviceMessage}` },
    ]);
  });
});

describe('.http with OAuth', () => {
  const config = (url: string) => ({
    authType: 'webhook-oauth2-client-credentials',
    accessTokenUrl: `${url}/token`,
    clientId: 'id',
    headers: { Authorization: 'config', 'X-A': 'config', 'X-B': 'config' },
  });
  const secrets = { clientSecret: 'secret', secretHeaders: { 'X-S': 's' }, secretQueryParams: { key: 'k' } };

  it('sends the token in place of secret headers, beside the secret query parameters', async () => {
    await using service = await standIn(({ url }) =>
      url === '/token' ? { body: '{"token_type":"Bearer","access_token":"test-token-1"}' } : {},
    );
    const params = { path: '/x', headers: { 'X-B': 'run' } };
    const { result } = await run(service.url, params, { config: config(service.url), secrets });
    expect(result.status).toBe('ok');
    expect(service.received.map(({ method, url }) => [method, url])).toEqual([
      ['POST', '/token'],
      ['GET', '/x?key=k'],
    ]);
    expect(service.received[0]?.body).toBe('client_id=id&client_secret=secret&grant_type=client_credentials');
    const { headers } = service.received[1] ?? {};
    expect(headers).toMatchObject({ authorization: 'Bearer test-token-1', 'x-a': 'config', 'x-b': 'run' });
    expect(headers).not.toHaveProperty('x-s');
  });

  it.each<[StandInAnswer, string]>([
    [
      { status: 401, body: '{"error":"invalid_client"}' },
      'Unable to retrieve/refresh the access token: {"error":"invalid_client"}',
    ],
    [{ body: '{}' }, 'Unable to retrieve new access token'],
  ])('fails with the answer %j to the token request', async (answer, serviceMessage) => {
    await using service = await standIn(() => answer);
    const { result, logged } = await run(service.url, {}, { config: config(service.url), secrets });
    expect(result).toMatchObject({
      status: 'error',
      message: 'error calling http, request failed',
      serviceMessage,
    });
    expect(logged).toContainEqual({
      level: 'error',
      message: `ConnectorId "test": error "${serviceMessage}"`,
    });
    expect(service.received).toHaveLength(1);
  });

  it('asks for a new token after a 4xx', async () => {
    let given = 0;
    await using service = await standIn(({ url }) =>
      url === '/token'
        ? { body: JSON.stringify({ access_token: `token-${++given}`, expires_in: 3600 }) }
        : { status: 401 },
    );
    const tokens = memoryTokens();
    for (let n = 0; n < 2; n++) {
      await testAction(http, {
        config: { url: service.url, ...config(service.url) },
        secrets,
        params: {},
        tokens,
      });
    }
    expect(given).toBe(2);
  });
});

describe('a connector of .http', () => {
  const refused = (connector: { config?: object; secrets?: object; params?: object; pfx?: boolean }) =>
    testAction(http, {
      config: { url: 'https://abc.def', ...connector.config },
      secrets: connector.secrets ?? {},
      params: connector.params ?? {},
      allowedHosts: ['abc.def'],
      settings: { webhook: { ssl: { pfx: { enabled: connector.pfx ?? true } } } },
    }).then(
      () => 'not refused',
      (error) => {
        expect(error).toBeInstanceOf(ValidationError);
        return error.message;
      },
    );
  const OAUTH = 'webhook-oauth2-client-credentials';

  it.each<[object, string]>([
    [{ url: 'example.com/do-something' }, '✖ Invalid URL\n  → at url'],
    [{ url: 'ftp://abc.def' }, '✖ Invalid URL\n  → at url'],
    [{ url: undefined }, '✖ Invalid input: expected string, received undefined\n  → at url'],
    [{ headers: 'application/json' }, '✖ Invalid input: expected record, received string\n  → at headers'],
    [{ method: 'post' }, '✖ Unrecognized key: "method"'],
    [{ proxyUrl: 'proxy' }, '✖ Invalid URL\n  → at proxyUrl'],
    [
      { authType: 'webhook-oauth2-password' },
      '✖ Invalid option: expected one of "webhook-authentication-basic"|"webhook-authentication-ssl"|"webhook-oauth2-client-credentials"|"http-authentication-query-param"\n  → at authType',
    ],
    ...Object.entries({
      'target url "https://other.example/x" is not added to the Kibana config xpack.actions.allowedHosts': {
        url: 'https://other.example/x',
      },
      'target url "http://proxy.example:3128" is not added to the Kibana config xpack.actions.allowedHosts': {
        proxyUrl: 'http://proxy.example:3128',
      },
      'authType must be null or undefined if hasAuth is false': {
        hasAuth: false,
        authType: 'http-authentication-query-param',
      },
      'missing Access Token URL (accessTokenUrl), Client ID (clientId) fields': { authType: OAUTH },
      'missing Client ID (clientId) fields': { authType: OAUTH, accessTokenUrl: 'https://x.example' },
      'missing Access Token URL (accessTokenUrl) fields': { authType: OAUTH, clientId: 'id' },
    }).map(([text, config]): [object, string] => [config, `error validation http action config: ${text}`]),
    ...['no JSON', 'null', '{}', '[]', '"x"'].map((additionalFields): [object, string] => [
      { additionalFields },
      'error validation http action config: additionalFields must be a valid JSON object',
    ]),
  ])('is refused with the config %j', async (config, text) => {
    expect(await refused({ config })).toBe(`error validating connector type config: ${text}`);
  });

  it('is refused with a PFX where the operator wants none', async () => {
    expect(await refused({ config: { certType: 'ssl-pfx' }, pfx: false })).toBe(
      'error validating connector type config: error validation http action config: certType "ssl-pfx" is disabled',
    );
  });

  it('may be saved with a token host that is not allowed', () => {
    const config = { authType: OAUTH, accessTokenUrl: 'https://other.example', clientId: 'id' };
    const validation = { allowedHosts: createAllowedHosts(['abc.def']), settings: operatorSettings() };
    expect(() => validateConfig(http, { url: 'https://abc.def', ...config }, validation)).not.toThrow();
  });

  const COMBINATION =
    '✖ must specify one of the following schemas: user and password; crt and key (with optional password); pfx (with optional password); or clientSecret (for OAuth2)';
  it.each([
    [{ user: 'bob' }, COMBINATION],
    [{ crt: 'x' }, COMBINATION],
    [
      { secretQueryParams: 'x' },
      '✖ Invalid input: expected record, received string\n  → at secretQueryParams',
    ],
    [{ other: 1 }, '✖ Unrecognized key: "other"'],
    [{ proxyUsername: 'x' }, 'proxyUsername and proxyPassword must both be provided, or neither'],
    [
      { proxyPassword: 'x', proxyUsername: '' },
      'proxyUsername and proxyPassword must both be provided, or neither',
    ],
  ])('is refused with the secrets %j', async (secrets, text) => {
    expect(await refused({ secrets })).toBe(`error validating connector type secrets: ${text}`);
  });

  it.each([
    [{ hasProxyAuth: true }, {}, 'proxyUrl is required when proxy authentication is enabled'],
    [
      { hasProxyAuth: true, proxyUrl: 'http://abc.def' },
      {},
      'proxyUsername and proxyPassword are required when proxy authentication is enabled',
    ],
  ])('is refused with the config %j and the secrets %j', async (config, secrets, text) => {
    expect(await refused({ config, secrets })).toBe(`error validating action type connector: ${text}`);
  });

  it.each<[object, string]>([
    [{ url: 'nowhere' }, '✖ Invalid URL\n  → at url'],
    [
      { url: 'https://other.example/' },
      'error validation http action params: target url "https://other.example/" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { method: 'get' },
      '✖ Invalid option: expected one of "GET"|"POST"|"PUT"|"PATCH"|"DELETE"\n  → at method',
    ],
    [{ body: 1 }, '✖ Invalid input\n  → at body'],
    [{ timeout: 1 }, '✖ Unrecognized key: "timeout"'],
    [{ query: { a: 1 } }, '✖ Invalid input: expected string, received number\n  → at query.a'],
    [
      { form_data: { a: {} } },
      '✖ Invalid input: expected string, received undefined\n  → at form_data.a.content',
    ],
    [
      { form_data: { a: { content: '', content_type: 'a\r\nb' } } },
      '✖ must be a media type\n  → at form_data.a.content_type',
    ],
    [{ fetcher: { other: 1 } }, '✖ Unrecognized key: "other"\n  → at fetcher'],
    [
      { fetcher: { max_content_length: 0 } },
      '✖ Too small: expected number to be >0\n  → at fetcher.max_content_length',
    ],
  ])('refuses the params %j', async (params, text) => {
    expect(await refused({ params })).toBe(`error validating action params: ${text}`);
  });
});

it('renders text for JSON, the values of query and headers, and nothing inside a body that is an object', () => {
  const render = createRenderer(prepareVariables({ x: 'a"b\n' }));
  const given = {
    method: '{{x}}',
    url: 'https://x.example/{{x}}',
    path: '{{x}}',
    query: { '{{x}}': '{{x}}' },
    headers: { 'X-{{x}}': '{{x}}' },
    form_data: { a: { content: '{{x}}' } },
    fetcher: { a: '{{x}}' },
  };
  expect(http.renderParams({ ...given, body: '{"x":"{{x}}"}' }, render)).toEqual({
    ...given,
    url: 'https://x.example/a\\"b\\n',
    path: 'a\\"b\\n',
    query: { '{{x}}': 'a\\"b\\n' },
    headers: { 'X-{{x}}': 'a\\"b\\n' },
    body: '{"x":"a\\"b\\n"}',
  });
  for (const body of [{ x: '{{x}}' }, ['{{x}}']])
    expect(http.renderParams({ body }, render)).toEqual({ body });
});

it('brings whatever a variable holds into a JSON body as text', async () => {
  await using service = await standIn();
  await fc.assert(
    fc.asyncProperty(hostileText({ maxLength: 2000 }), async (rogue) => {
      const renderer = createRenderer(prepareVariables({ rogue }));
      await run(service.url, http.renderParams({ method: 'POST', body: '{"x":"a {{rogue}} b"}' }, renderer));
      expect(JSON.parse(service.received.at(-1)?.body ?? '')).toEqual({ x: `a ${rogue} b` });
    }),
    { numRuns: 50 },
  );
});

import { createHmac } from 'node:crypto';
import { basicAuth } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCa, testProxy, testTlsOrigin } from '../../../engine/src/testing/index.ts';
import { testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const server = await testServer({ settings: { 'xpack.actions.allowedHosts': ['127.0.0.1', 'localhost'] } });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

async function created(typeId: string, config: unknown, secrets: unknown): Promise<string> {
  const body = { name: 'x', connector_type_id: typeId, config, secrets };
  const answer = await call('POST', '/api/actions/connector', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.id;
}

const dryRun = (id: string, params: unknown) =>
  call('POST', `/api/actions/connector/${id}/_execute?dry_run=true`, { body: { params } });

describe('a dry run', () => {
  it('answers the request as it would leave, its secrets taken out, and sends nothing', async () => {
    await using service = await standIn();
    const id = await created(
      '.webhook',
      { url: `${service.url}/hook`.replace('//', '//someone:hidden@'), headers: { 'X-Plain': 'seen' } },
      { user: 'abc', password: '123', secretHeaders: { 'X-Key': 'hidden-key' } },
    );
    const answer = await dryRun(id, { body: 'say 123 and hidden-key' });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      connector_id: id,
      status: 'ok',
      dry_run: true,
      data: {
        requests: [
          {
            method: 'POST',
            url: expect.stringMatching(/^http:\/\/\[redacted\]@127\.0\.0\.1:\d+\/hook$/),
            headers: {
              Accept: 'application/json, text/plain, */*',
              'User-Agent': expect.stringContaining('Patchbay'),
              'Content-Type': 'application/x-www-form-urlencoded',
              Authorization: '[redacted]',
              'X-Plain': 'seen',
              'X-Key': '[redacted]',
            },
            body: 'say [redacted] and [redacted]',
          },
        ],
      },
    });
    expect(service.received).toEqual([]);
  });

  it('shows the token request where there is no token yet, without the client secret', async () => {
    await using service = await standIn();
    const config = {
      url: `${service.url}/hook`,
      authType: 'webhook-oauth2-client-credentials',
      accessTokenUrl: `${service.url}/token`,
      clientId: 'id',
    };
    const id = await created('.webhook', config, { clientSecret: "a secret, isn't it" });
    const { requests } = (await dryRun(id, {})).body.data;
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: config.accessTokenUrl,
        body: 'client_id=id&client_secret=[redacted]&grant_type=client_credentials',
      },
    ]);
    expect(service.received).toEqual([]);
  });

  it('of a type that sends nothing has no requests, and does nothing either', async () => {
    const id = await created('.server-log', {}, {});
    const before = server.logged.length;
    expect((await dryRun(id, { message: 'never logged' })).body).toMatchObject({
      status: 'ok',
      dry_run: true,
      data: { requests: [] },
    });
    expect(JSON.stringify(server.logged.slice(before))).not.toContain('never logged');
  });

  it('of `.index` shows the bulk request to Elasticsearch, its credentials taken out', async () => {
    await using elasticsearch = await standIn(() => ({ body: '{"took":1,"errors":false,"items":[]}' }));
    await using server = await testServer({
      now: () => new Date('2026-01-05T10:00:00.000Z'),
      settings: {
        'elasticsearch.hosts': [elasticsearch.url],
        'elasticsearch.username': 'writer',
        'elasticsearch.password': 'password-of-the-cluster',
        'elasticsearch.customHeaders': { 'X-Gateway-Key': 'key-of-the-gateway' },
      },
    });
    const connector = {
      name: 'Index',
      connector_type_id: '.index',
      config: { index: 'pages-2026', refresh: true, executionTimeField: 'at' },
    };
    await server.call('POST', '/api/actions/connector/pages', { body: connector });
    const path = '/api/actions/connector/pages/_execute';
    const body = { params: { documents: [{ text: 'disk full' }, { text: 'disk fine' }] } };
    const answer = await server.call('POST', `${path}?dry_run=true`, { body });
    expect(elasticsearch.received).toEqual([]);
    expect(answer.body).toEqual({
      connector_id: 'pages',
      status: 'ok',
      dry_run: true,
      data: {
        requests: [
          {
            method: 'POST',
            url: `${elasticsearch.url}/pages-2026/_bulk?refresh=true`,
            headers: {
              Accept: 'application/json',
              'Content-Type': 'application/x-ndjson',
              'X-Gateway-Key': '[redacted]',
              Authorization: '[redacted]',
            },
            body: [
              '{"index":{"op_type":"create"}}',
              '{"text":"disk full","at":"2026-01-05T10:00:00.000Z"}',
              '{"index":{"op_type":"create"}}',
              '{"text":"disk fine","at":"2026-01-05T10:00:00.000Z"}',
              '',
            ].join('\n'),
          },
        ],
      },
    });

    // What it shows is what a run sends.
    await server.call('POST', path, { body });
    const [shown] = answer.body.data.requests;
    expect(elasticsearch.received).toMatchObject([
      { method: shown.method, url: '/pages-2026/_bulk?refresh=true', body: shown.body },
    ]);
    const { headers } = elasticsearch.received[0] ?? {};
    for (const [name, value] of Object.entries(shown.headers)) {
      if (value !== '[redacted]') expect(headers?.[name.toLowerCase()]).toBe(value);
      else expect(headers?.[name.toLowerCase()]).toBeDefined();
    }
  });

  it('of `.index` without a configured Elasticsearch fails like a run', async () => {
    const id = await created('.index', { index: 'pages-2026' }, {});
    expect((await dryRun(id, { documents: [] })).body).toMatchObject({
      status: 'error',
      dry_run: true,
      service_message: 'Elasticsearch is not configured: set elasticsearch.hosts to the URL of a node',
    });
  });

  it('of params that are refused is refused', async () => {
    const id = await created('.webhook', { url: 'http://127.0.0.1/x' }, {});
    const answer = await dryRun(id, { body: 1 });
    expect(answer.body).toMatchObject({ status: 'error', dry_run: true });
    expect(answer.body.message).toContain('error validating action params');
    const wrong = `/api/actions/connector/${id}/_execute?dry_run=maybe`;
    expect((await call('POST', wrong, { body: { params: {} } })).status).toBe(400);
  });
});

describe('the run of a connector that is not stored', () => {
  const path = '/api/patchbay/connectors/_test';
  const test = (body: unknown, as?: string) => call('POST', path, { body, ...(as && { as }) });

  let stored: number;
  beforeAll(async () => {
    stored = (await call('GET', '/api/patchbay/keys')).body.total;
  });

  it('is a run, and leaves no connector behind', async () => {
    await using service = await standIn();
    const answer = await test({
      connector_type_id: '.webhook',
      config: { url: service.url },
      secrets: { user: 'abc', password: '123' },
      params: { body: 'some data' },
    });
    expect(answer.body).toEqual({ connector_id: '_test', status: 'ok', data: 'some data' });
    expect(service.received).toMatchObject([
      { body: 'some data', headers: { authorization: 'Basic YWJjOjEyMw==' } },
    ]);
    const { body } = await call('GET', '/api/actions/connectors');
    expect(JSON.stringify(body)).not.toContain('_test');
  });

  it.each([
    [{ connector_type_id: '.webhook', config: { url: 'nowhere' }, params: {} }, 'unable to parse url'],
    [
      { connector_type_id: '.webhook', config: { url: 'http://other.example' }, params: {} },
      'is not added to',
    ],
    [
      {
        connector_type_id: '.webhook',
        config: { url: 'http://127.0.0.1' },
        secrets: { user: 'a' },
        params: {},
      },
      'error validating connector type secrets',
    ],
    [{ connector_type_id: '.none', params: {} }, 'is not registered'],
  ])('with %j is refused as on create', async (body, message) => {
    const answer = await test(body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
  });

  it('with params that are refused is an error', async () => {
    const answer = await test({ connector_type_id: '.server-log', params: {} });
    expect(answer.body).toMatchObject({ connector_id: '_test', status: 'error', retry: false });
  });

  const unsaved = (url: string, settings: unknown) => ({
    connector_type_id: '.webhook',
    config: { url, hasAuth: false },
    params: { body: 'some data' },
    settings,
  });

  it('connects and signs as its settings say, of which nothing is stored', async () => {
    await using service = await standIn();
    const authorization = basicAuth({ user: 'me', password: 'password-of-the-proxy' });
    await using proxy = await testProxy({ authorization });
    const key = Buffer.alloc(32, 'k');
    const settings = {
      proxy: { url: proxy.url },
      signing: { enabled: true },
      secrets: {
        proxy_user: 'me',
        proxy_password: 'password-of-the-proxy',
        signing_keys: [`whsec_${key.toString('base64')}`],
      },
    };
    expect((await test(unsaved(service.url, settings))).body).toMatchObject({ status: 'ok' });
    expect(proxy.tunnels).toHaveLength(1);
    const { headers } = service.received[0] ?? {};
    const signed = `${headers?.['webhook-id']}.${headers?.['webhook-timestamp']}.some data`;
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers?.['webhook-signature']).toBe(`v1,${signature}`);
    expect((await call('GET', '/api/patchbay/connectors/_test/settings')).status).toBe(404);
    expect((await call('GET', '/api/patchbay/keys')).body.total).toBe(stored);

    // The next one without them goes straight, unsigned.
    await test(unsaved(service.url, undefined));
    expect(proxy.tunnels).toHaveLength(1);
    expect(service.received[1]?.headers).not.toHaveProperty('webhook-signature');
  });

  it('uses the TLS and the time-outs of its settings', async () => {
    const ca = testCa();
    const client = ca.issue({ commonName: 'client' });
    await using origin = await testTlsOrigin({
      ...ca.issue(),
      requestCert: true,
      rejectUnauthorized: true,
      ca: ca.cert,
    });
    const tls = { certificate_authorities: ca.cert, certificate: client.cert };
    const answer = await test(unsaved(origin.url, { tls, secrets: { tls_key: client.key } }));
    expect(answer.body).toMatchObject({ status: 'ok' });
    expect(origin.clients).toEqual(['client']);
    expect((await test(unsaved(origin.url, undefined))).body).toMatchObject({ status: 'error' });

    await using silent = await standIn(() => new Promise(() => {}));
    const slow = await test(unsaved(silent.url, { timeouts: { response: '100ms' } }));
    expect(slow.body).toMatchObject({ service_message: '[ECONNABORTED] timeout of 100ms exceeded' });
  });

  it.each([
    [{ other: 1 }, '[request body.settings.other]: Additional properties are not allowed'],
    [
      { tls: { verification_mode: 'maybe' } },
      '[request body.settings.tls.verification_mode]: Invalid option',
    ],
    [{ signing: { enabled: true } }, '[request body.settings.secrets.signing_keys]: is needed for signing'],
    [{ timeouts: { connect: 'soon' } }, '[request body.settings.timeouts.connect]: expected a duration'],
    [
      { proxy: { url: 'http://other.example' } },
      'target hostname "other.example" is not added to the Kibana',
    ],
  ])('is refused with the settings %j, as they are on saving', async (settings, message) => {
    await using service = await standIn();
    const answer = await test(unsaved(service.url, settings));
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
    expect(service.received).toEqual([]);
  });

  it('takes the right to create and the right to run', async () => {
    const body = { connector_type_id: '.server-log', params: { message: 'x' } };
    const reader = await addUser(server, 'reader', [{ spaces: ['*'], feature: { actions: ['read'] } }]);
    const refused = await test(body, reader);
    expect(refused.status).toBe(403);
    expect(refused.body.message).toBe('Unauthorized to create a ".server-log" action');
  });
});

import { testCa, testOrigin, testProxy, testTlsOrigin } from '@patchbay/engine/testing';
import { basicAuth } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { testServer } from '../testing/test-server.ts';

const LIMIT = 10_000;

const bypassed = await testProxy();
const server = await testServer({
  settings: {
    'xpack.actions.allowedHosts': ['127.0.0.1', 'localhost', 'abc.def'],
    'xpack.actions.maxResponseContentLength': LIMIT,
    // A connector's own proxy takes no notice of these.
    'xpack.actions.proxyUrl': bypassed.url,
    'xpack.actions.proxyBypassHosts': ['127.0.0.1', 'localhost'],
  },
});
const { call } = server;
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await bypassed[Symbol.asyncDispose]();
});

const create = (config: unknown, secrets: unknown = {}) =>
  call('POST', '/api/actions/connector', {
    body: { name: 'HTTP', connector_type_id: '.http', config, secrets },
  });

async function created(config: unknown, secrets: unknown = {}): Promise<string> {
  const answer = await create(config, secrets);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.id;
}

const path = (id: string) => `/api/actions/connector/${id}/_execute`;

async function run(config: unknown, params: unknown = {}, secrets: unknown = {}) {
  const id = await created(config, secrets);
  return (await call('POST', path(id), { body: { params } })).body;
}

describe('.http', () => {
  it('is created from a URL alone', async () => {
    expect(await create({ url: 'https://abc.def' })).toMatchObject({
      status: 200,
      body: {
        connector_type_id: '.http',
        config: {
          url: 'https://abc.def',
          headers: null,
          hasAuth: true,
          proxyUrl: null,
          hasProxyAuth: false,
        },
        is_missing_secrets: false,
      },
    });
  });

  it.each([
    [{ url: 'example.com/do-something' }, '✖ Invalid URL\n  → at url'],
    [{ url: 'https://other.example' }, 'is not added to the Kibana config'],
  ])('is not created from %j', async (config, text) => {
    const answer = await create(config);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(text);
  });

  it('takes a host that is not allowed from no run', async () => {
    await using service = await standIn();
    const answer = await run({ url: service.url }, { url: 'http://other.example/x' });
    expect(answer).toMatchObject({
      status: 'error',
      message:
        'error validating action params: error validation http action params: target url "http://other.example/x" is not added to the Kibana config xpack.actions.allowedHosts',
      retry: false,
    });
  });

  it('goes through its own proxy, with its credentials, whatever the global one is for', async () => {
    await using service = await standIn();
    const authorization = basicAuth({ user: 'proxyuser', password: 'proxy pass' });
    await using proxy = await testProxy({ authorization });
    const config = { url: service.url, proxyUrl: proxy.url };
    const secrets = { proxyUsername: 'proxyuser', proxyPassword: 'proxy pass' };
    expect(await run({ ...config, hasProxyAuth: true }, {}, secrets)).toMatchObject({ status: 'ok' });
    expect(proxy.tunnels).toMatchObject([{ headers: { 'proxy-authorization': authorization } }]);
    expect(bypassed.tunnels).toEqual([]);
    expect(service.received[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(await run(config, {}, secrets)).toMatchObject({
      message: 'error calling http, invalid response',
      service_message: '[407] Proxy Authentication Required',
    });
    expect(service.received).toHaveLength(1);
  });

  it('verifies its proxy in full unless it says otherwise', async () => {
    const ca = testCa();
    await using service = await standIn();
    await using proxy = await testProxy({ tls: ca.issue() });
    const config = { url: service.url, proxyUrl: proxy.url };
    expect(await run(config)).toMatchObject({
      message: 'error calling http, request failed',
      service_message: '[UNABLE_TO_VERIFY_LEAF_SIGNATURE] unable to verify the first certificate',
    });
    expect(service.received).toEqual([]);
    expect(await run({ ...config, proxyVerificationMode: 'none' })).toMatchObject({ status: 'ok' });
  });

  it('shows its client certificate, trusts its own authority, or takes anybody where the run says so', async () => {
    const ca = testCa();
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const client = ca.issue({ commonName: 'the client' });
    await using service = await testTlsOrigin({ ...ca.issue(), ca: ca.cert, requestCert: true });
    const ssl = { url: service.url, authType: 'webhook-authentication-ssl', certType: 'ssl-crt-key' };
    const secrets = { crt: base64(client.cert), key: base64(client.key) };
    expect(await run({ ...ssl, ca: base64(ca.cert) }, {}, secrets)).toMatchObject({ status: 'ok' });
    expect(service.clients).toEqual(['the client']);
    expect(await run(ssl, {}, secrets)).toMatchObject({ status: 'error' });
    const fetcher = { skip_ssl_verification: true };
    expect(await run(ssl, { fetcher }, secrets)).toMatchObject({ status: 'ok' });
  });

  it('follows as many redirects as the run says, and leaves its secrets behind at another origin', async () => {
    await using end = await standIn();
    await using start = await standIn(({ url }) => ({
      status: 307,
      headers: { location: url === '/a?key=hidden' ? '/b' : `${end.url}/end` },
    }));
    const config = { url: `${start.url}/a` };
    const secrets = {
      user: 'abc',
      password: '123',
      secretHeaders: { 'X-Key': 'hidden-key' },
      secretQueryParams: { key: 'hidden' },
    };
    const follow = (fetcher: object) =>
      run(config, { method: 'POST', form_data: { a: { content: 'b' } }, fetcher }, secrets);
    expect(await follow({ max_redirects: 2 })).toMatchObject({ status: 'ok', data: { status: 200 } });
    expect(end.received).toMatchObject([{ method: 'POST', url: '/end' }]);
    expect(end.received[0]?.body).toContain('name="a"');
    expect(JSON.stringify(end.received[0])).not.toMatch(/hidden|authorization/i);
    expect(await follow({ max_redirects: 1 })).toMatchObject({
      service_message: '[ERR_FR_TOO_MANY_REDIRECTS] Maximum number of redirects exceeded',
    });
    for (const fetcher of [{ follow_redirects: false }, { max_redirects: 0 }, { max_redirects: -1 }]) {
      expect(await follow(fetcher)).toMatchObject({ service_message: '[307] Temporary Redirect' });
    }
    expect(end.received).toHaveLength(1);
  });

  it('takes answers no larger than the run says, and never larger than the server does', async () => {
    await using service = await testOrigin(({ url }, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(Number(url.slice(1))));
    });
    const ask = (bytes: number, limit: number) =>
      run({ url: service.url }, { path: `${bytes}`, fetcher: { max_content_length: limit } });
    expect(await ask(100, 100)).toMatchObject({ status: 'ok', data: { data: 'x'.repeat(100) } });
    expect(await ask(101, 100)).toMatchObject({
      message: 'error calling http, request failed',
      service_message: 'maxContentLength size of 100 exceeded',
    });
    expect(await ask(LIMIT + 1, LIMIT * 2)).toMatchObject({
      service_message: `maxContentLength size of ${LIMIT} exceeded`,
    });
  });

  it('keeps no connection where the run says so', async () => {
    await using service = await testOrigin((_request, response) => void response.end());
    await run({ url: service.url }, { fetcher: { keep_alive: false } });
    expect(service.received).toMatchObject([{ headers: { connection: 'close' } }]);
    await vi.waitFor(() => expect(service.open()).toBe(0));
  });

  it('ends its request when the client goes away', async () => {
    await using service = await testOrigin(() => {});
    const id = await created({ url: service.url });
    const client = new AbortController();
    const answer = call('POST', path(id), { body: { params: {} }, signal: client.signal });
    await vi.waitFor(() => expect(service.received).toHaveLength(1));
    client.abort();
    await expect(answer).rejects.toThrow('aborted');
    await vi.waitFor(() => expect(service.open()).toBe(0));
  });
});

describe('a secret query parameter', () => {
  const secrets = { secretQueryParams: { 'api key': 'hidden query', k: '7!' } };

  it('is sent, and shown in no answer and no log line', async () => {
    const service = await standIn(({ url }) => ({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: `no such thing: ${url} ${decodeURIComponent(url)}` }),
    }));
    const answer = await run({ url: service.url }, { query: { a: 'b' } }, secrets);
    expect(service.received[0]?.url).toBe('/?api+key=hidden+query&k=7%21&a=b');
    expect(answer.service_message).toContain('[redacted]');
    await service.close();
    const lost = await run({ url: service.url }, {}, secrets);
    expect(lost.status).toBe('error');
    expect(JSON.stringify([answer, lost, server.logged])).not.toMatch(/hidden.query/);
  });

  it('is shown by a dry run as what it is, however short', async () => {
    const config = { url: 'https://abc.def/x?k2=7!' };
    const id = await created(config, secrets);
    const { body } = await call('POST', `${path(id)}?dry_run=true`, {
      body: { params: { path: 'y', query: { a: 'hidden query' } } },
    });
    expect(body.data.requests).toMatchObject([
      { method: 'GET', url: 'https://abc.def/x/y?k2=7!&api+key=[redacted]&k=[redacted]&a=[redacted]' },
    ]);
  });
});

describe('the names of secrets', () => {
  const names = (id: string, kind: string) => call('GET', `/internal/stack_connectors/${id}/${kind}`);

  it('are told of headers and of query parameters, without their values', async () => {
    const secrets = {
      secretHeaders: { 'X-Key': 'hidden-1' },
      secretQueryParams: { key: 'hidden-2', 'a b': 'hidden-3' },
    };
    const id = await created({ url: 'https://abc.def' }, secrets);
    expect(await names(id, 'secret_headers')).toMatchObject({ status: 200, body: ['X-Key'] });
    expect(await names(id, 'secret_query_params')).toMatchObject({ status: 200, body: ['key', 'a b'] });
    const none = await created({ url: 'https://abc.def' });
    expect(await names(none, 'secret_query_params')).toMatchObject({ status: 200, body: [] });
  });

  it('are told of query parameters of this type only, to who may see the connector', async () => {
    const body = { name: 'hook', connector_type_id: '.webhook', config: { url: 'https://abc.def' } };
    const { id } = (await call('POST', '/api/actions/connector', { body })).body;
    expect(await names(id, 'secret_query_params')).toMatchObject({
      status: 400,
      body: { message: 'Connector must be one of the following types: .http' },
    });
    expect((await names('none', 'secret_query_params')).status).toBe(404);
    const path = `/internal/stack_connectors/${id}/secret_query_params`;
    expect((await call('GET', path, { as: null })).status).toBe(401);
  });
});

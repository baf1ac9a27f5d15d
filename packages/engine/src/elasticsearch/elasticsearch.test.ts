import { writeFileSync } from 'node:fs';
import { type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../config/index.ts';
import { tempFolder, testCa, testEgress, testTlsOrigin } from '../testing/index.ts';
import { createElasticsearch } from './elasticsearch.ts';
import { type ElasticsearchOptions, elasticsearchOptions } from './options.ts';

const PLAIN = { requestTimeoutMs: 5000, customHeaders: {}, tls: {} };

/** A client whose clock stands still. */
function client(options: Partial<ElasticsearchOptions> & { hosts: string[] }, egress = testEgress()) {
  return createElasticsearch({ ...PLAIN, ...options }, { egress, now: () => new Date(0) });
}

const fromSettings = (overrides: Record<string, unknown>) =>
  elasticsearchOptions(loadSettings({ files: [], environment: {}, overrides }).settings);

const asJson = (body: unknown, status = 200): StandInAnswer => ({ status, body: JSON.stringify(body) });

describe('the Elasticsearch client', () => {
  it('says which setting is missing', async () => {
    const elasticsearch = createElasticsearch(undefined, { egress: testEgress(), now: () => new Date() });
    await expect(elasticsearch.bulk({ index: 'a', refresh: false, documents: [] })).rejects.toThrow(
      'Elasticsearch is not configured: set elasticsearch.hosts to the URL of a node',
    );
  });

  it.each([
    [{ username: 'elastic', password: 'open sesame' }, 'Basic ZWxhc3RpYzpvcGVuIHNlc2FtZQ=='],
    [{ serviceAccountToken: 'AAEAAWVsYXN0aWM' }, 'Bearer AAEAAWVsYXN0aWM'],
    [{ apiKey: 'aWQ6a2V5' }, 'ApiKey aWQ6a2V5'],
    [{}, undefined],
  ])('authenticates with %j', async (credentials, authorization) => {
    await using node = await standIn(() => asJson({}));
    await client({ hosts: [node.url], ...credentials, customHeaders: { 'X-Tenant': 'blue' } }).request({
      method: 'GET',
      path: '/',
    });
    expect(node.received[0]?.headers.authorization).toBe(authorization);
    expect(node.received[0]?.headers['x-tenant']).toBe('blue');
  });

  it('asks the nodes in turn', async () => {
    await using first = await standIn(() => asJson({}));
    await using second = await standIn(() => asJson({}));
    const elasticsearch = client({ hosts: [first.url, second.url] });
    for (let i = 0; i < 4; i++) await elasticsearch.request({ method: 'GET', path: `/${i}` });
    expect(first.received.map(({ url }) => url)).toEqual(['/0', '/2']);
    expect(second.received.map(({ url }) => url)).toEqual(['/1', '/3']);
  });

  it('goes on to the next node when one cannot be reached, and tries that one last', async () => {
    const gone = await standIn();
    await gone.close();
    await using alive = await standIn(() => asJson({ ok: true }));
    const elasticsearch = client({ hosts: [gone.url, alive.url] });
    for (let i = 0; i < 3; i++) {
      expect(await elasticsearch.request({ method: 'GET', path: '/' })).toEqual({
        status: 200,
        body: { ok: true },
      });
    }
    await expect(client({ hosts: [gone.url] }).request({ method: 'GET', path: '/' })).rejects.toThrow(
      /^connect ECONNREFUSED 127\.0\.0\.1:/,
    );
  });

  it('does not send documents twice when an answer stays out', async () => {
    await using silent = await standIn(() => new Promise(() => {}));
    await using other = await standIn(() => asJson({}));
    const elasticsearch = client({ hosts: [silent.url, other.url], requestTimeoutMs: 100 });
    await expect(elasticsearch.bulk({ index: 'a', refresh: false, documents: [{}] })).rejects.toThrow(
      'Request timed out',
    );
    expect(other.received).toEqual([]);
  });

  it('is the configuration, which allowed hosts do not bind', async () => {
    await using node = await standIn(() => asJson({}));
    const egress = testEgress({
      'xpack.actions.allowedHosts': ['elsewhere.example'],
      'patchbay.egress.denyPrivateNetworks': true,
      'xpack.actions.proxyUrl': 'http://127.0.0.1:1',
    });
    expect(await client({ hosts: [node.url] }, egress).request({ method: 'GET', path: '/' })).toMatchObject({
      status: 200,
    });
  });

  it.each([
    [
      {
        error: {
          type: 'mapper_parsing_exception',
          root_cause: [{ type: 'mapper_parsing_exception', reason: 'failed' }],
          caused_by: { type: 'illegal_argument_exception', reason: 'why' },
        },
      },
      'mapper_parsing_exception\n\tCaused by:\n\t\tillegal_argument_exception: why\n\tRoot causes:\n\t\tmapper_parsing_exception: failed',
    ],
    [{ error: 'no handler found' }, '{"error":"no handler found"}'],
  ])('words a refusal as the official client does: %j', async (body, message) => {
    await using node = await standIn(() => asJson(body, 400));
    await expect(client({ hosts: [node.url] }).request({ method: 'GET', path: '/' })).rejects.toThrow(
      expect.objectContaining({ message, status: 400 }),
    );
  });

  it("takes a proxy's page as the text of the refusal, and does not go where it points", async () => {
    await using node = await standIn(() => ({
      status: 302,
      headers: { location: 'http://elsewhere.example/' },
      body: '<html>',
    }));
    await expect(client({ hosts: [node.url] }).request({ method: 'GET', path: '/' })).rejects.toThrow(
      expect.objectContaining({ message: '<html>', status: 302 }),
    );
  });

  it('streams an answer as it arrives, past the time-out and the size of others', async () => {
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    await using node = await standIn(() => ({
      body: (async function* () {
        yield 'data: one';
        await told;
        yield 'data: two';
      })(),
    }));
    const headers = { 'Accept-Encoding': 'identity' };
    const body = await client({ hosts: [node.url], requestTimeoutMs: 100, apiKey: 'k' }).stream({
      method: 'POST',
      path: '/_stream',
      query: { timeout: '180s' },
      headers,
      body: { a: 1 },
    });
    const chunks: string[] = [];
    for await (const chunk of body) {
      chunks.push(String(chunk));
      tell();
    }
    expect(chunks).toEqual(['data: one', 'data: two']);
    expect(node.received).toMatchObject([
      {
        url: '/_stream?timeout=180s',
        headers: { authorization: 'ApiKey k', 'accept-encoding': 'identity' },
        body: '{"a":1}',
      },
    ]);
  });

  it('tells a refusal of what should stream with its text, and without our credentials', async () => {
    await using node = await standIn(() => ({ status: 429, body: 'no, hush-hush' }));
    const asked = client({ hosts: [node.url], apiKey: 'hush-hush' }).stream({ method: 'POST', path: '/' });
    await expect(asked).rejects.toThrow(
      expect.objectContaining({ status: 429, body: 'no, [redacted]', message: 'no, [redacted]' }),
    );
  });

  it('gives no credential that is echoed to anybody', async () => {
    const secrets = {
      username: 'elastic',
      password: 'open "sesame"',
      customHeaders: { 'X-Key': 'hush-hush' },
    };
    await using node = await standIn(({ headers }) =>
      asJson({ error: { type: `${headers.authorization} ${headers['x-key']} ${secrets.password}` } }, 401),
    );
    await expect(
      client({ hosts: [node.url], ...secrets }).request({ method: 'GET', path: '/' }),
    ).rejects.toThrow(/^\[redacted\] \[redacted\] \[redacted\]$/);
  });
});

describe('TLS to Elasticsearch', () => {
  it('trusts the configured authority and shows the configured certificate', async () => {
    const ca = testCa();
    using folder = tempFolder();
    const mine = ca.issue({ commonName: 'patchbay' });
    const write = (name: string, content: string | Buffer) => {
      writeFileSync(folder.file(name), content);
      return folder.file(name);
    };
    const files = {
      ca: write('ca.pem', ca.cert),
      cert: write('cert.pem', mine.cert),
      key: write('key.pem', mine.toEncryptedKey('passphrase')),
      pfx: write('client.p12', mine.toPfx('other')),
    };
    await using node = await testTlsOrigin({
      ...ca.issue(),
      ca: ca.cert,
      requestCert: true,
      rejectUnauthorized: false,
    });
    const ask = (settings: Record<string, unknown>) =>
      createElasticsearch(fromSettings({ 'elasticsearch.hosts': node.url, ...settings }), {
        egress: testEgress(),
        now: () => new Date(0),
      }).request({ method: 'GET', path: '/' });
    const trusted = { 'elasticsearch.ssl.certificateAuthorities': files.ca };

    await expect(ask({})).rejects.toThrow('self-signed certificate in certificate chain');
    await ask(trusted);
    await ask({ 'elasticsearch.ssl.verificationMode': 'none' });
    await ask({
      ...trusted,
      'elasticsearch.ssl.certificate': files.cert,
      'elasticsearch.ssl.key': files.key,
      'elasticsearch.ssl.keyPassphrase': 'passphrase',
    });
    await ask({
      ...trusted,
      'elasticsearch.ssl.keystore.path': files.pfx,
      'elasticsearch.ssl.keystore.password': 'other',
    });
    expect(node.clients).toEqual([undefined, undefined, 'patchbay', 'patchbay']);
  });

  it.each([
    [
      { 'elasticsearch.ssl.certificateAuthorities': '/nowhere/ca.pem' },
      /^elasticsearch\.ssl\.certificateAuthorities: ENOENT/,
    ],
    [{ 'elasticsearch.username': 'a', 'elasticsearch.apiKey': 'b' }, /^Only one of elasticsearch\.username/],
  ])('a start with %j ends with a reason', (settings, reason) => {
    expect(() => fromSettings({ 'elasticsearch.hosts': 'http://localhost:9200', ...settings })).toThrow(
      reason,
    );
  });

  it('hosts with credentials in them are refused and not shown', () => {
    expect(() => fromSettings({ 'elasticsearch.hosts': ['http://elastic:hush@localhost:9200'] })).toThrow(
      /^(?!.*hush)[\s\S]*expected URLs without credentials/,
    );
  });
});

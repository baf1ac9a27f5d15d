import { basicAuth } from '@patchbay/kit';
import { describe, expect, it, vi } from 'vitest';
import {
  logLines,
  send,
  testCa,
  testEgress,
  testOrigin,
  testProxy,
  testTlsOrigin,
} from '../testing/index.ts';

const ca = testCa();
const certificate = ca.issue();
const HELLO = { status: 200, statusText: 'OK', body: 'hello' };
const hello = () => testOrigin((_request, response) => void response.end('hello'));
const hostOf = (url: string) => new URL(url).host;

describe.each([
  ['an http proxy', false],
  ['an https proxy', true],
])('%s', (_kind, isSecure) => {
  const tls = isSecure ? { tls: certificate } : {};
  // The proxy's own certificate is verified by what is set for its host.
  const trust = (url: string) =>
    isSecure
      ? {
          'xpack.actions.customHostSettings': [{ url, ssl: { certificateAuthoritiesData: ca.cert } }],
        }
      : {};

  it('tunnels http and https', async () => {
    await using proxy = await testProxy(tls);
    await using plain = await hello();
    await using secure = await testTlsOrigin(certificate);
    const egress = testEgress({ 'xpack.actions.proxyUrl': proxy.url, ...trust(proxy.url) });
    const transport = egress.transportFor(undefined);
    expect(await send(transport, plain.url)).toEqual(HELLO);
    expect(await send(transport, secure.url, { tls: { ca: ca.cert } })).toEqual(HELLO);
    expect(proxy.tunnels.map(({ target }) => target)).toEqual([hostOf(plain.url), hostOf(secure.url)]);
    await egress.close();
  });

  it('is shown its credentials and headers, and the target is not', async () => {
    const authorization = basicAuth({ user: 'us er', password: 'p@ss' });
    await using proxy = await testProxy({ ...tls, authorization });
    await using origin = await hello();
    const withUser = new URL(proxy.url);
    withUser.username = 'us er';
    withUser.password = 'p@ss';
    for (const settings of [
      { 'xpack.actions.proxyUrl': withUser.href, 'xpack.actions.proxyHeaders': { 'X-Team': 'sre' } },
      {
        'xpack.actions.proxyUrl': proxy.url,
        'xpack.actions.proxyHeaders': { 'proxy-authorization': authorization, 'X-Team': 'sre' },
      },
    ]) {
      const egress = testEgress({ ...settings, ...trust(proxy.url) });
      expect(await send(egress.transportFor(undefined), origin.url)).toEqual(HELLO);
      await egress.close();
    }
    const own = testEgress(trust(proxy.url));
    const connection = { proxy: { url: proxy.url, user: 'us er', password: 'p@ss' } };
    expect(await send(own.transportFor(connection), origin.url)).toEqual(HELLO);
    await own.close();
    expect(proxy.tunnels.map(({ headers }) => headers['x-team'])).toEqual(['sre', 'sre', undefined]);
    for (const { headers } of origin.received) {
      expect(headers).not.toHaveProperty('proxy-authorization');
      expect(headers).not.toHaveProperty('x-team');
    }
  });

  it('that wants other credentials, or cannot reach the target, answers in the target’s place', async () => {
    await using strict = await testProxy({ ...tls, authorization: 'Basic eA==' });
    await using open = await testProxy(tls);
    const one = testEgress({ 'xpack.actions.proxyUrl': strict.url, ...trust(strict.url) });
    const two = testEgress({ 'xpack.actions.proxyUrl': open.url, ...trust(open.url) });
    expect(await send(one.transportFor(undefined), 'http://127.0.0.1:9/')).toEqual({
      status: 407,
      statusText: 'Proxy Authentication Required',
      body: '',
    });
    expect(await send(two.transportFor(undefined), 'https://127.0.0.1:9/')).toMatchObject({ status: 502 });
    await vi.waitFor(() => expect(strict.open() + open.open()).toBe(0));
    await one.close();
    await two.close();
  });
});

it('an https proxy with a certificate that does not verify is not used, unless the setting says so', async () => {
  await using proxy = await testProxy({ tls: certificate });
  await using origin = await hello();
  const strict = testEgress({ 'xpack.actions.proxyUrl': proxy.url });
  const lax = testEgress({
    'xpack.actions.proxyUrl': proxy.url,
    'xpack.actions.ssl.proxyVerificationMode': 'none',
  });
  expect(await send(strict.transportFor(undefined), origin.url)).toMatchObject({
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  });
  expect(await send(lax.transportFor(undefined), origin.url)).toEqual(HELLO);
  await strict.close();
  await lax.close();
});

it('the target’s certificate is verified through the tunnel, under the name that was asked for', async () => {
  await using target = await testTlsOrigin(ca.issue({ names: ['intern.example'], ips: [] }));
  await using proxy = await testProxy({
    routes: { 'intern.example:443': target.port, 'other.example:443': target.port },
  });
  const egress = testEgress({ 'xpack.actions.proxyUrl': proxy.url });
  const transport = egress.transportFor({ tls: { ca: ca.cert } });
  expect(await send(transport, 'https://intern.example/')).toEqual(HELLO);
  expect(await send(transport, 'https://other.example/')).toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  await egress.close();
});

describe('which hosts go through the proxy', () => {
  it.each([
    ['the bypassed go direct', { proxyBypassHosts: ['127.0.0.1'] }, 0],
    ['others than the bypassed do', { proxyBypassHosts: ['localhost'] }, 1],
    ['the only ones do', { proxyOnlyHosts: ['127.0.0.1'] }, 1],
    ['others than the only ones go direct', { proxyOnlyHosts: ['localhost'] }, 0],
    ['of both lists the first holds', { proxyBypassHosts: ['x.example'], proxyOnlyHosts: ['y.example'] }, 1],
  ])('%s', async (_rule, lists, tunnels) => {
    await using proxy = await testProxy();
    await using origin = await hello();
    const settings = Object.fromEntries(
      Object.entries(lists).map(([key, value]) => [`xpack.actions.${key}`, value]),
    );
    const egress = testEgress({ 'xpack.actions.proxyUrl': proxy.url, ...settings });
    expect(await send(egress.transportFor(undefined), origin.url)).toEqual(HELLO);
    expect(proxy.tunnels).toHaveLength(tunnels);
    await egress.close();
  });

  it('a connector’s own proxy takes the place of the global one and its lists', async () => {
    await using global = await testProxy();
    await using own = await testProxy();
    await using origin = await hello();
    const egress = testEgress({
      'xpack.actions.proxyUrl': global.url,
      'xpack.actions.proxyBypassHosts': ['127.0.0.1'],
    });
    expect(await send(egress.transportFor({ proxy: { url: own.url } }), origin.url)).toEqual(HELLO);
    expect([global.tunnels.length, own.tunnels.length]).toEqual([0, 1]);
    await egress.close();
  });

  it('a connector’s own proxy must be an allowed host', async () => {
    await using origin = await hello();
    const egress = testEgress({ 'xpack.actions.allowedHosts': ['127.0.0.1'] });
    const transport = egress.transportFor({ proxy: { url: 'http://proxy.example:3128' } });
    expect(await send(transport, origin.url)).toMatchObject({
      message: 'target hostname "proxy.example" is not added to the Kibana config xpack.actions.allowedHosts',
    });
    await egress.close();
  });
});

it('a proxy URL that cannot be used is warned about without its credentials; connections are direct', async () => {
  await using origin = await hello();
  for (const url of ['http://user:hush-hush@proxy:99999', 'user:hush-hush@proxy', 'ftp://user:hush-hush@x']) {
    const log = logLines();
    const egress = testEgress({ 'xpack.actions.proxyUrl': url }, log);
    expect(await send(egress.transportFor(undefined), origin.url)).toEqual(HELLO);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]?.message).toMatch(/^The configuration xpack.actions.proxyUrl: .* is invalid\.$/);
    expect(log.lines[0]?.message).not.toContain('hush-hush');
    await egress.close();
  }
});

it('a proxy that says nothing costs no more than the connection time-out, and no socket', async () => {
  const { createServer } = await import('node:net');
  const sockets = new Set<unknown>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const egress = testEgress({ 'xpack.actions.proxyUrl': `http://127.0.0.1:${port}` });
  const result = await send(egress.transportFor({ connectTimeoutMs: 100 }), 'http://x.example/');
  expect(result).toEqual({ code: 'ETIMEDOUT', message: 'connect ETIMEDOUT' });
  await vi.waitFor(() => expect(sockets.size).toBe(0));
  await egress.close();
  silent.close();
});

describe('a call’s own proxy', () => {
  it('takes the place of the connector’s, of the global one and of its lists', async () => {
    await using global = await testProxy();
    await using connectors = await testProxy();
    await using own = await testProxy({ authorization: basicAuth({ user: 'us er', password: 'p@ss' }) });
    await using origin = await hello();
    const egress = testEgress({
      'xpack.actions.proxyUrl': global.url,
      'xpack.actions.proxyBypassHosts': ['127.0.0.1'],
    });
    const transport = egress.transportFor({ proxy: { url: connectors.url } });
    const url = own.url.replace('//', '//other:other@');
    const proxy = { url, user: 'us er', password: 'p@ss' };
    expect(await send(transport, origin.url, { proxy })).toEqual(HELLO);
    expect(await send(transport, origin.url, { proxy, isStreamed: true })).toEqual(HELLO);
    expect([global, connectors].map(({ tunnels }) => tunnels.length)).toEqual([0, 0]);
    expect(own.tunnels.length).toBeGreaterThan(0);
    // The next call without one goes by the connector's.
    expect(await send(transport, origin.url)).toEqual(HELLO);
    expect(connectors.tunnels).toHaveLength(1);
    expect(JSON.stringify(origin.received)).not.toContain('proxy-authorization');
    await egress.close();
  });

  it('is verified as the call says, whatever the settings say', async () => {
    await using proxy = await testProxy({ tls: certificate });
    await using elsewhere = await testProxy({ tls: ca.issue({ names: ['elsewhere.example'], ips: [] }) });
    await using origin = await hello();
    const strict = testEgress({
      'xpack.actions.customHostSettings': [proxy, elsewhere].map(({ url }) => ({
        url,
        ssl: { certificateAuthoritiesData: ca.cert },
      })),
    });
    const lax = testEgress({ 'xpack.actions.ssl.proxyVerificationMode': 'none' });
    const through = ({ url }: { url: string }, verificationMode: 'none' | 'certificate' | 'full') => ({
      proxy: { url, verificationMode },
    });
    const by = (egress: typeof strict, ...way: Parameters<typeof through>) =>
      send(egress.transportFor(undefined), origin.url, through(...way));
    expect(await by(lax, proxy, 'full')).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(await by(lax, proxy, 'none')).toEqual(HELLO);
    expect(await by(strict, proxy, 'full')).toEqual(HELLO);
    expect(await by(strict, elsewhere, 'full')).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(await by(strict, elsewhere, 'certificate')).toEqual(HELLO);
    await strict.close();
    await lax.close();
  });

  it('is used for every hop of a redirect, each of an allowed host', async () => {
    await using proxy = await testProxy();
    await using end = await hello();
    await using start = await testOrigin(({ url }, response) => {
      const location = url === '/on' ? end.url : 'http://elsewhere.example/';
      response.writeHead(302, { location }).end();
    });
    const egress = testEgress({ 'xpack.actions.allowedHosts': ['127.0.0.1'] });
    const transport = egress.transportFor(undefined);
    expect(await send(transport, `${start.url}/on`, { proxy })).toEqual(HELLO);
    expect(proxy.tunnels.map(({ target }) => target)).toEqual([hostOf(start.url), hostOf(end.url)]);
    expect(await send(transport, `${start.url}/off`, { proxy })).toMatchObject({
      code: 'ERR_FR_REDIRECTION_FAILURE',
    });
    expect(proxy.tunnels.map(({ target }) => target)).not.toContain('elsewhere.example:80');
    await egress.close();
  });

  it('must be an allowed host', async () => {
    await using origin = await hello();
    const egress = testEgress({ 'xpack.actions.allowedHosts': ['127.0.0.1'] });
    const proxy = { url: 'http://proxy.example:3128' };
    expect(await send(egress.transportFor(undefined), origin.url, { proxy })).toEqual({
      code: undefined,
      message: 'target hostname "proxy.example" is not added to the Kibana config xpack.actions.allowedHosts',
    });
    expect(origin.received).toEqual([]);
    await egress.close();
  });

  it('that is no http proxy is not used', async () => {
    await using origin = await hello();
    const egress = testEgress();
    const proxy = { url: 'socks5://127.0.0.1:9' };
    expect(await send(egress.transportFor(undefined), origin.url, { proxy })).toMatchObject({
      message: 'Unsupported protocol',
    });
    expect(origin.received).toEqual([]);
    await egress.close();
  });
});

describe('with private networks denied', () => {
  const denied = { 'patchbay.egress.denyPrivateNetworks': true };

  it('names and addresses that lead there are not connected to', async () => {
    await using origin = await hello();
    const egress = testEgress(denied);
    const { port } = new URL(origin.url);
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0x7f.1']) {
      expect(await send(egress.transportFor(undefined), `http://${host}:${port}/`)).toMatchObject({
        code: 'ERR_FORBIDDEN_ADDRESS',
      });
    }
    expect(origin.connections()).toBe(0);
    await egress.close();
  });

  it('a redirect does not lead there either', async () => {
    await using origin = await testOrigin((_request, response) => {
      response.writeHead(302, { location: 'http://127.0.0.2:9/' }).end();
    });
    const egress = testEgress({ ...denied, 'patchbay.egress.allowedPrivateNetworks': ['127.0.0.1'] });
    expect(await send(egress.transportFor(undefined), origin.url)).toMatchObject({
      code: 'ERR_FORBIDDEN_ADDRESS',
    });
    expect(origin.received).toHaveLength(1);
    await egress.close();
  });

  it('the operator’s proxy may stand there, a connector’s and a call’s may not; an address is refused through both', async () => {
    await using proxy = await testProxy({ routes: { 'service.example:80': 9 } });
    const global = testEgress({ ...denied, 'xpack.actions.proxyUrl': proxy.url });
    const own = testEgress(denied);
    expect(await send(global.transportFor(undefined), 'http://service.example/')).toMatchObject({
      status: 502,
    });
    expect(await send(global.transportFor(undefined), 'http://10.0.0.1/')).toMatchObject({
      code: 'ERR_FORBIDDEN_ADDRESS',
    });
    const connection = { proxy: { url: proxy.url } };
    expect(await send(own.transportFor(connection), 'http://service.example/')).toMatchObject({
      code: 'ERR_FORBIDDEN_ADDRESS',
    });
    expect(await send(own.transportFor(undefined), 'http://service.example/', { proxy })).toMatchObject({
      code: 'ERR_FORBIDDEN_ADDRESS',
    });
    expect(proxy.tunnels).toHaveLength(1);
    await global.close();
    await own.close();
  });

  it('services that the configuration names are reached', async () => {
    await using origin = await hello();
    const egress = testEgress({ ...denied, 'xpack.actions.allowedHosts': [] });
    expect(await send(egress.operatorTransport({}), origin.url)).toEqual(HELLO);
    await egress.close();
  });
});

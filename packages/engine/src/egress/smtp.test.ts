import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { SmtpConnection, SmtpServer } from '@patchbay/kit';
import { describe, expect, it, vi } from 'vitest';
import { testCa, testEgress, testProxy } from '../testing/index.ts';
import { testMailServer } from '../testing/test-mail-server.ts';
import type { ConnectionSettings } from './connection.ts';
import type { Egress } from './egress.ts';

const ca = testCa();
const certificate = ca.issue();
const strange = testCa('Another CA').issue();
const message = { from: 'a@a.example', to: ['b@b.example'], content: new Uint8Array() };

const server = (port: number, facts: Partial<SmtpServer> = {}): SmtpServer => ({
  host: '127.0.0.1',
  port,
  isSecure: false,
  acceptsAnyCertificate: false,
  isWellKnown: false,
  ...facts,
});

interface Attempt extends Partial<SmtpServer> {
  connection?: ConnectionSettings;
  signal?: AbortSignal;
  talk?: (connection: SmtpConnection) => Promise<unknown>;
}

/** What `talk` says, by default the server's greeting; or why there was nothing to be had. */
async function attempt(egress: Egress, port: number, given: Attempt = {}): Promise<unknown> {
  const { connection, signal = new AbortController().signal, talk = greeting, ...facts } = given;
  try {
    return await egress.smtpFor(connection).session({ server: server(port, facts), message, signal }, talk);
  } catch (error) {
    const { code, message: text } = error as NodeJS.ErrnoException;
    return code ?? text;
  }
}

async function line(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, 'data');
  return String(chunk).slice(0, 3);
}

const greeting = ({ socket }: SmtpConnection) => line(socket);

/** Speaks as far as TLS, as a mail library does. */
async function startTls({ socket, tls }: SmtpConnection): Promise<string> {
  await line(socket);
  socket.write('EHLO test\r\n');
  await line(socket);
  socket.write('STARTTLS\r\n');
  await line(socket);
  const secure = connectTls({ ...(tls as ConnectionOptions), socket });
  await once(secure, 'secureConnect');
  secure.write('EHLO test\r\n');
  return line(secure);
}

async function listening(
  behave: (socket: Socket) => void,
): Promise<Server & AsyncDisposable & { port: number }> {
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    behave(socket);
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  return Object.assign(tcp, { port: (tcp.address() as { port: number }).port });
}

const mailHost = (port: number, entry: Record<string, unknown>) => ({
  'xpack.actions.customHostSettings': [{ url: `smtp://127.0.0.1:${port}`, ...entry }],
});

describe('a mail server', () => {
  it('is reached in plain, and in TLS from the first byte', async () => {
    await using plain = await testMailServer();
    await using secure = await testMailServer({ certificate, isSecure: true });
    const egress = testEgress();
    expect(await attempt(egress, plain.port)).toBe('220');
    const connection = { tls: { ca: ca.cert } };
    expect(await attempt(egress, secure.port, { isSecure: true, connection })).toBe('220');
    await egress.close();
  });

  it('must be an allowed host', async () => {
    await using mail = await testMailServer();
    const egress = testEgress({ 'xpack.actions.allowedHosts': ['mail.example'] });
    expect(await attempt(egress, mail.port)).toBe(
      'target hostname "127.0.0.1" is not added to the Kibana config xpack.actions.allowedHosts',
    );
    expect(mail.connections()).toBe(0);
    await egress.close();
  });

  it.each(['127.0.0.1', 'localhost'])(
    'in a private network (%s) is not dialled where that is denied',
    async (host) => {
      await using mail = await testMailServer();
      const denied = testEgress({ 'patchbay.egress.denyPrivateNetworks': true });
      expect(await attempt(denied, mail.port, { host })).toBe('ERR_FORBIDDEN_ADDRESS');
      expect(mail.connections()).toBe(0);
      const excepted = testEgress({
        'patchbay.egress.denyPrivateNetworks': true,
        'patchbay.egress.allowedPrivateNetworks': ['127.0.0.1'],
      });
      expect(await attempt(excepted, mail.port, { host })).toBe('220');
      await denied.close();
      await excepted.close();
    },
  );

  it('keeps no connection, whether the conversation went well or not', async () => {
    await using mail = await testMailServer();
    const egress = testEgress();
    await attempt(egress, mail.port);
    await attempt(egress, mail.port, { talk: () => Promise.reject(new Error('no')) });
    await vi.waitFor(() => expect(mail.open()).toBe(0), { timeout: 5000 });
    await egress.close();
  });
});

describe('the certificate of a mail server', () => {
  it.each([
    ['of a strange authority', strange, {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'whatever it is, where nothing is verified',
      strange,
      { 'xpack.actions.ssl.verificationMode': 'none' },
      '250',
    ],
  ])('%s', async (_, shown, settings, expected) => {
    await using mail = await testMailServer({ certificate: shown });
    const egress = testEgress(settings);
    expect(await attempt(egress, mail.port, { talk: startTls })).toBe(expected);
    await egress.close();
  });

  it('may be any for who has nothing to say there, unless the host’s settings say otherwise', async () => {
    await using mail = await testMailServer({ certificate: strange });
    const lax = { talk: startTls, acceptsAnyCertificate: true };
    for (const [settings, expected] of [
      [{}, '250'],
      [mailHost(mail.port, { smtp: { requireTLS: true } }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      [mailHost(mail.port, { ssl: {} }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      [mailHost(mail.port, { ssl: { verificationMode: 'none' } }), '250'],
      [mailHost(mail.port, { connectTimeout: '5s' }), '250'],
      // Another port, another host.
      [mailHost(25, { smtp: { requireTLS: true } }), '250'],
    ] as const) {
      const egress = testEgress(settings);
      expect(await attempt(egress, mail.port, lax), JSON.stringify(settings)).toBe(expected);
      await egress.close();
    }
  });

  it('is verified by the authority of the host, or of the connector', async () => {
    await using mail = await testMailServer({ certificate });
    const egress = testEgress(mailHost(mail.port, { ssl: { certificateAuthoritiesData: ca.cert } }));
    expect(await attempt(egress, mail.port, { talk: startTls })).toBe('250');
    const strict = testEgress();
    expect(await attempt(strict, mail.port, { talk: startTls })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const connection = { tls: { ca: ca.cert } };
    expect(await attempt(strict, mail.port, { talk: startTls, connection })).toBe('250');
    await egress.close();
    await strict.close();
  });

  it('of a well-known service is no matter of the host’s or the general settings, but of the connector’s', async () => {
    await using mail = await testMailServer({ certificate: strange, isSecure: true });
    const egress = testEgress({
      'xpack.actions.ssl.verificationMode': 'none',
      ...mailHost(mail.port, { ssl: { verificationMode: 'none' } }),
    });
    const known = { isSecure: true, isWellKnown: true };
    expect(await attempt(egress, mail.port, known)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const connection = { tls: { verificationMode: 'none' as const } };
    expect(await attempt(egress, mail.port, { ...known, connection })).toBe('220');
    await egress.close();
  });
});

it.each([
  [{}, 'ifOffered'],
  [{ requireTLS: true }, 'always'],
  [{ ignoreTLS: true }, 'never'],
  [{ ignoreTLS: true, requireTLS: true }, 'always'],
])('smtp settings of %j make STARTTLS %s', async (smtp, expected) => {
  await using mail = await testMailServer();
  const egress = testEgress(mailHost(mail.port, { smtp }));
  expect(await attempt(egress, mail.port, { talk: async (connection) => connection.startTls })).toBe(
    expected,
  );
  await egress.close();
});

describe('a proxy on the way to a mail server', () => {
  it('opens a tunnel, by the same bypass and only lists as for the web, and not for well-known services', async () => {
    await using mail = await testMailServer();
    await using proxy = await testProxy();
    const url = { 'xpack.actions.proxyUrl': proxy.url };
    for (const [settings, facts, tunnels] of [
      [url, {}, 1],
      [{ ...url, 'xpack.actions.proxyBypassHosts': ['127.0.0.1'] }, {}, 0],
      [{ ...url, 'xpack.actions.proxyOnlyHosts': ['127.0.0.1'] }, {}, 1],
      [{ ...url, 'xpack.actions.proxyOnlyHosts': ['other.example'] }, {}, 0],
      [url, { isWellKnown: true }, 0],
    ] as const) {
      proxy.tunnels.length = 0;
      const egress = testEgress(settings);
      expect(await attempt(egress, mail.port, facts)).toBe('220');
      expect(proxy.tunnels.map(({ target }) => target)).toEqual(
        Array(tunnels).fill(`127.0.0.1:${mail.port}`),
      );
      await egress.close();
    }
    const egress = testEgress();
    const connection = { proxy: { url: proxy.url } };
    proxy.tunnels.length = 0;
    expect(await attempt(egress, mail.port, { connection, isWellKnown: true })).toBe('220');
    expect(proxy.tunnels).toHaveLength(1);
    await egress.close();
  });

  it('decides by its own verification mode what is verified of the mail server, as in the reference', async () => {
    await using mail = await testMailServer({ certificate: strange, isSecure: true });
    await using proxy = await testProxy();
    const through = { 'xpack.actions.proxyUrl': proxy.url };
    const lax = testEgress({ ...through, 'xpack.actions.ssl.proxyVerificationMode': 'none' });
    expect(await attempt(lax, mail.port, { isSecure: true })).toBe('220');
    const strict = testEgress({ ...through, 'xpack.actions.ssl.verificationMode': 'none' });
    expect(await attempt(strict, mail.port, { isSecure: true })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await lax.close();
    await strict.close();
  });

  it('that refuses is named by its status', async () => {
    await using proxy = await testProxy({ authorization: 'Basic x' });
    const egress = testEgress({ 'xpack.actions.proxyUrl': proxy.url });
    expect(await attempt(egress, 25)).toBe('the proxy answered 407');
    await egress.close();
  });
});

describe('time', () => {
  const mute = () => listening((socket) => socket.resume());

  it.each([
    ['connector', { connection: { responseTimeoutMs: 200 } }, () => ({})],
    ['host', {}, (port: number) => mailHost(port, { responseTimeout: '200ms' })],
  ])('of the %s ends a conversation', async (_, given, settings) => {
    await using tcp = await mute();
    const egress = testEgress(settings(tcp.port));
    expect(await attempt(egress, tcp.port, given)).toBe('ECONNABORTED');
    await vi.waitFor(async () => expect(await connectionsOf(tcp)).toBe(0));
    await egress.close();
  });

  it.each([
    ['connector', { connection: { connectTimeoutMs: 200 } }, () => ({})],
    ['host', {}, (port: number) => mailHost(port, { connectTimeout: '200ms' })],
  ])('of the %s ends the wait for TLS', async (_, given, settings) => {
    await using tcp = await mute();
    const egress = testEgress(settings(tcp.port));
    expect(await attempt(egress, tcp.port, { isSecure: true, ...given })).toBe('ETIMEDOUT');
    await vi.waitFor(async () => expect(await connectionsOf(tcp)).toBe(0));
    await egress.close();
  });

  it('that web requests have is not for mail', async () => {
    await using tcp = await listening((socket) => {
      setTimeout(() => socket.write('220 late\r\n'), 300);
    });
    const egress = testEgress({ 'xpack.actions.responseTimeout': '100ms' });
    expect(await attempt(egress, tcp.port)).toBe('220');
    await egress.close();
  });

  it.each([false, true])('is up when the run is given up (in TLS: %s)', async (isSecure) => {
    await using tcp = await mute();
    const egress = testEgress();
    const run = new AbortController();
    const outcome = attempt(egress, tcp.port, { isSecure, signal: run.signal });
    await vi.waitFor(async () => expect(await connectionsOf(tcp)).toBe(1));
    run.abort();
    expect(await outcome).toBe('ERR_CANCELED');
    await vi.waitFor(async () => expect(await connectionsOf(tcp)).toBe(0));
    await egress.close();
  });

  it('does not start for a run that is given up before it', async () => {
    await using mail = await testMailServer();
    const egress = testEgress();
    expect(await attempt(egress, mail.port, { signal: AbortSignal.abort() })).toBe('ERR_CANCELED');
    await vi.waitFor(() => expect(mail.open()).toBe(0));
    await egress.close();
  });
});

it.each([
  ['refuses', undefined, 'ECONNREFUSED'],
  ['hangs up in TLS', (socket: Socket) => socket.destroy(), 'ECONNRESET'],
])('a server that %s', async (_, behave, expected) => {
  const tcp = await listening(behave ?? (() => {}));
  const { port } = tcp;
  if (behave === undefined) await tcp[Symbol.asyncDispose]();
  const egress = testEgress();
  expect(await attempt(egress, port, { isSecure: behave !== undefined })).toBe(expected);
  await egress.close();
  if (behave !== undefined) await tcp[Symbol.asyncDispose]();
});

function connectionsOf(tcp: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    tcp.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

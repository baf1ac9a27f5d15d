import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { StartupError } from '@patchbay/engine/errors';
import { testCa } from '@patchbay/engine/testing';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testServer } from '../testing/test-server.ts';

const folder = temporaryFolder();
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const ca = testCa();
const own = ca.issue();
const client = ca.issue({ commonName: 'client' });
const stranger = testCa('Somebody else').issue();

const certificate = file('cert.pem', own.cert);
const key = file('key.pem', own.key);
const caFile = file('ca.pem', ca.cert);
const identity = { 'server.ssl.certificate': certificate, 'server.ssl.key': key };

const start = (settings: Record<string, unknown>) =>
  testServer({ settings: { 'server.ssl.enabled': true, ...settings } });

function livez(url: string, options: ConnectionOptions = {}) {
  return new Promise<{ status: number | undefined; hsts: unknown }>((resolve, reject) => {
    const outgoing = request(`${url}/livez`, { ca: ca.cert, agent: false, ...options }, (incoming) => {
      incoming.resume();
      resolve({ status: incoming.statusCode, hsts: incoming.headers['strict-transport-security'] });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('certificates read again', () => {
  const pair = (name: string, { cert, key }: { cert: string | Buffer; key: string | Buffer }) => {
    file(`${name}.pem`, cert);
    file(`${name}.key`, key);
    return {
      'server.ssl.certificate': join(folder, `${name}.pem`),
      'server.ssl.key': join(folder, `${name}.key`),
    };
  };

  /** The common name that the server shows to a new connection. */
  function shown(url: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', ca: ca.cert }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.end();
      });
      socket.on('error', reject);
    });
  }

  it('are shown to new connections; those of before go on', async () => {
    await using server = await start(pair('renewed', ca.issue({ commonName: 'before' })));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await livez(server.url, { agent } as ConnectionOptions)).status).toBe(200);
    expect(await shown(server.url)).toBe('before');
    pair('renewed', ca.issue({ commonName: 'after' }));
    server.reload();
    expect(await shown(server.url)).toBe('after');
    expect((await livez(server.url, { agent } as ConnectionOptions)).status).toBe(200);
    agent.destroy();
  });

  it('stay as they were where the new ones are no good, and the log says why', async () => {
    const first = ca.issue({ commonName: 'before' });
    await using server = await start(pair('broken', first));
    pair('broken', { cert: ca.issue({ commonName: 'after' }).cert, key: first.key });
    server.reload();
    expect(await shown(server.url)).toBe('before');
    expect(server.logged).toContainEqual(
      expect.objectContaining({
        level: 50,
        msg: 'server.ssl.key: is not the key of the certificate in server.ssl.certificate. The certificate of before stays in use.',
      }),
    );
  });
});

describe('TLS on the port', () => {
  it.each<[string, Record<string, unknown>]>([
    ['certificate and key', identity],
    [
      'an encrypted key',
      {
        'server.ssl.certificate': certificate,
        'server.ssl.key': file('encrypted.pem', own.toEncryptedKey('open sesame')),
        'server.ssl.keyPassphrase': 'open sesame',
      },
    ],
    [
      'a PKCS#12 file',
      {
        'server.ssl.keystore.path': file('own.p12', own.toPfx('open sesame')),
        'server.ssl.keystore.password': 'open sesame',
      },
    ],
  ])('takes %s', async (_, settings) => {
    await using server = await start(settings);
    expect(server.url).toMatch(/^https:/);
    expect(await livez(server.url)).toEqual({ status: 200, hsts: 'max-age=31536000' });
  });

  it('is not spoken, and not promised, without the setting', async () => {
    await using server = await testServer({ settings: identity });
    expect(server.url).toMatch(/^http:/);
    const { headers } = await server.call('GET', '/livez');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('asks for a client certificate as it is told', async () => {
    const settings = { ...identity, 'server.ssl.certificateAuthorities': [caFile] };
    const by = { cert: client.cert, key: client.key };
    const byStranger = { cert: stranger.cert, key: stranger.key };
    await using required = await start({ ...settings, 'server.ssl.clientAuthentication': 'required' });
    await expect(livez(required.url)).rejects.toThrow();
    await expect(livez(required.url, byStranger)).rejects.toThrow();
    expect((await livez(required.url, by)).status).toBe(200);
    await using optional = await start({ ...settings, 'server.ssl.clientAuthentication': 'optional' });
    expect((await livez(optional.url)).status).toBe(200);
    expect((await livez(optional.url, by)).status).toBe(200);
  });

  it('speaks no version and no cipher suite but those it is given', async () => {
    await using server = await start({
      ...identity,
      'server.ssl.supportedProtocols': ['TLSv1.2'],
      'server.ssl.cipherSuites': ['ECDHE-RSA-AES256-GCM-SHA384'],
    });
    expect((await livez(server.url)).status).toBe(200);
    await expect(livez(server.url, { minVersion: 'TLSv1.3' })).rejects.toThrow();
    await expect(livez(server.url, { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' })).rejects.toThrow();
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'no such file',
      { ...identity, 'server.ssl.key': join(folder, 'nowhere') },
      'server.ssl.key: cannot read the file (ENOENT).',
    ],
    [
      'no certificate',
      { ...identity, 'server.ssl.certificate': key },
      'server.ssl.certificate: not a PEM certificate.',
    ],
    [
      'another’s key',
      { ...identity, 'server.ssl.key': file('other.pem', client.key) },
      'server.ssl.key: is not the key of the certificate in server.ssl.certificate.',
    ],
    [
      'a wrong passphrase',
      {
        ...identity,
        'server.ssl.key': file('locked.pem', own.toEncryptedKey('right')),
        'server.ssl.keyPassphrase': 'wrong',
      },
      'server.ssl.key: not a PEM key that server.ssl.keyPassphrase opens.',
    ],
    [
      'a wrong keystore password',
      {
        'server.ssl.keystore.path': file('locked.p12', own.toPfx('right')),
        'server.ssl.keystore.password': 'wrong',
      },
      'server.ssl.keystore.path: not a PKCS#12 file that server.ssl.keystore.password opens.',
    ],
    [
      'an authority that is none',
      { ...identity, 'server.ssl.certificateAuthorities': [key] },
      'server.ssl.certificateAuthorities: not a PEM certificate.',
    ],
    [
      'unknown cipher suites',
      { ...identity, 'server.ssl.cipherSuites': ['ROT13'] },
      'server.ssl.cipherSuites: holds no cipher suite that is known here.',
    ],
  ])('does not start with %s', async (_, settings, message) => {
    await expect(start(settings)).rejects.toEqual(new StartupError(message));
  });
});

import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logLines, send, tempFolder, testCa, testEgress, testTlsOrigin } from '../testing/index.ts';

const ca = testCa();
const other = testCa('Another CA');
const good = ca.issue();
const wrongHost = ca.issue({ names: ['other.example'], ips: [] });
const expired = ca.issue({ isExpired: true });
const selfSigned = ca.issue({ isSelfSigned: true });
const client = ca.issue({ commonName: 'patchbay client' });

const HELLO = { status: 200, statusText: 'OK', body: 'hello' };
const code = (result: Awaited<ReturnType<typeof send>>) => ('code' in result ? result.code : result.status);

describe('what is verified of a remote certificate', () => {
  it.each([
    ['full', good, 200],
    ['full', wrongHost, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['full', expired, 'CERT_HAS_EXPIRED'],
    ['full', selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['certificate', good, 200],
    ['certificate', wrongHost, 200],
    ['certificate', expired, 'CERT_HAS_EXPIRED'],
    ['certificate', selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['none', wrongHost, 200],
    ['none', expired, 200],
    ['none', selfSigned, 200],
  ] as const)('%s', async (verificationMode, certificate, expected) => {
    await using origin = await testTlsOrigin(certificate);
    const egress = testEgress();
    const transport = egress.transportFor({ tls: { verificationMode, ca: ca.cert } });
    expect(code(await send(transport, origin.url))).toBe(expected);
    await egress.close();
  });

  it('is everything where nothing is set', async () => {
    await using origin = await testTlsOrigin(good);
    const egress = testEgress();
    expect(code(await send(egress.transportFor(undefined), origin.url))).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    await egress.close();
  });
});

describe('who decides', () => {
  it('is the call, then the connector, then the host, then the global setting', async () => {
    await using origin = await testTlsOrigin(good);
    const egress = testEgress({
      'xpack.actions.ssl.verificationMode': 'none',
      'xpack.actions.customHostSettings': [{ url: origin.url, ssl: { verificationMode: 'full' } }],
    });
    const strict = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
    const plain = egress.transportFor(undefined);
    const own = egress.transportFor({ tls: { verificationMode: 'none' } });
    expect(code(await send(plain, origin.url))).toBe(strict);
    expect(await send(own, origin.url)).toEqual(HELLO);
    expect(code(await send(own, origin.url, { tls: { verificationMode: 'full' } }))).toBe(strict);
    expect(await send(plain, origin.url, { tls: { ca: ca.cert } })).toEqual(HELLO);
    await using elsewhere = await testTlsOrigin(selfSigned);
    expect(await send(plain, elsewhere.url)).toEqual(HELLO);
    await egress.close();
  });

  it('keeps connections made under one set of options from requests under another', async () => {
    await using origin = await testTlsOrigin(good);
    const egress = testEgress();
    const trusting = egress.transportFor({ tls: { ca: ca.cert } });
    const distrusting = egress.transportFor({ tls: { ca: other.cert } });
    expect(await send(trusting, origin.url)).toEqual(HELLO);
    expect(code(await send(distrusting, origin.url))).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await egress.close();
  });
});

describe('a private CA', () => {
  it('comes from the files and the text of the host settings', async () => {
    await using origin = await testTlsOrigin(good);
    using folder = tempFolder();
    writeFileSync(folder.file('ca.pem'), ca.cert);
    const files = [folder.file('ca.pem'), folder.file('missing.pem')];
    const log = logLines();
    for (const ssl of [
      { certificateAuthoritiesFiles: files },
      { certificateAuthoritiesFiles: folder.file('ca.pem'), certificateAuthoritiesData: other.cert },
      { certificateAuthoritiesData: ca.cert },
    ]) {
      const egress = testEgress({ 'xpack.actions.customHostSettings': [{ url: origin.url, ssl }] }, log);
      expect(await send(egress.transportFor(undefined), origin.url)).toEqual(HELLO);
      await egress.close();
    }
    expect(log.lines.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        `error reading file "${folder.file('missing.pem')}" specified in xpack.actions.customHosts, ignoring: ENOENT`,
      ),
    ]);
  });
});

describe('a client certificate', () => {
  it.each([
    ['as PEM', { cert: client.cert, key: client.key }],
    ['with an encrypted key', { cert: client.cert, key: client.toEncryptedKey('open'), passphrase: 'open' }],
    ['as PKCS#12', { pfx: client.toPfx('open'), passphrase: 'open' }],
  ])('is shown: %s', async (_form, identity) => {
    await using origin = await testTlsOrigin({
      ...good,
      requestCert: true,
      rejectUnauthorized: true,
      ca: ca.cert,
    });
    const egress = testEgress();
    const transport = egress.transportFor({ tls: { ca: ca.cert, ...identity } });
    expect(await send(transport, origin.url)).toEqual(HELLO);
    expect(origin.clients).toEqual(['patchbay client']);
    await egress.close();
  });

  it('that cannot be used fails the request, telling nothing of it', async () => {
    await using origin = await testTlsOrigin(good);
    const egress = testEgress();
    for (const tls of [
      { cert: 'no certificate', key: 'no-such-key' },
      { cert: client.cert, key: good.key },
      { pfx: client.toPfx('open'), passphrase: 'wrong-passphrase' },
    ]) {
      const result = await send(egress.transportFor({ tls }), origin.url);
      expect(result).toHaveProperty('message');
      expect(JSON.stringify(result)).not.toMatch(/no-such-key|wrong-passphrase|BEGIN/);
    }
    await egress.close();
  });

  it('is not shown to another origin that a redirect leads to', async () => {
    await using target = await testTlsOrigin({ ...good, requestCert: true, rejectUnauthorized: false });
    const { createServer } = await import('node:https');
    const redirecting = createServer(good, (_request, response) =>
      response.writeHead(302, { location: target.url }).end(),
    );
    await new Promise<void>((resolve) => redirecting.listen(0, 'localhost', resolve));
    const { port } = redirecting.address() as { port: number };
    const egress = testEgress();
    const tls = { ca: ca.cert, cert: client.cert, key: client.key };
    expect(await send(egress.transportFor(undefined), `https://localhost:${port}`, { tls })).toEqual(HELLO);
    expect(target.clients).toEqual([undefined]);
    await egress.close();
    redirecting.close();
  });
});

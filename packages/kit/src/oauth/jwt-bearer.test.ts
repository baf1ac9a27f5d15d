import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../http/index.ts';
import { createLogger } from '../logger.ts';
import { memoryTokens, standIn } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import { type JwtBearer, jwtBearerToken } from './jwt-bearer.ts';
import type { TokenStore } from './token-store.ts';

const NOW = new Date('2026-01-01T00:00:00.900Z');
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (type: 'pkcs1' | 'pkcs8', passphrase?: string, key: KeyObject = pair.privateKey) =>
  key.export({
    type,
    format: 'pem',
    ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }),
  }) as string;

/** A service that gives a token for an assertion that is signed with the pair, and to its client only. */
function service() {
  return standIn(({ body }) => {
    const form = new URLSearchParams(body);
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const isSigned = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      pair.publicKey,
      Buffer.from(signature, 'base64url'),
    );
    const isClient = form.get('client_id') === 'id' && form.get('client_secret') === 'the secret';
    return isSigned && isClient
      ? { body: JSON.stringify({ token_type: 'Bearer', access_token: 'abc', expires_in: 1800 }) }
      : { status: 401, body: '{"error":"invalid_grant"}' };
  });
}

async function ask(change: Partial<JwtBearer> = {}, tokens: TokenStore = memoryTokens()) {
  await using remote = await service();
  const logged: string[] = [];
  const asked = jwtBearerToken(
    {
      tokenUrl: `${remote.url}/oauth_token.do`,
      clientId: 'id',
      keyId: 'key-1',
      userIdentifier: 'bob@example.com',
      clientSecret: 'the secret',
      privateKey: pem('pkcs8'),
      privateKeyPassword: null,
      ...change,
    },
    {
      connector: { id: 'c1' },
      http: createHttpClient({
        transport: nodeTransport,
        signal: new AbortController().signal,
        userAgent: 'test',
      }),
      tokens,
      log: createLogger((level, message) => void logged.push(`${level} ${message}`)),
      now: () => NOW,
    },
  );
  const [outcome] = await Promise.allSettled([asked]);
  return { outcome, logged, received: remote.received };
}

const partOf = (jwt: string | null, index: number): unknown =>
  JSON.parse(Buffer.from(jwt?.split('.')[index] ?? '', 'base64url').toString());

describe('a token for a signed assertion', () => {
  it.each<[string, Partial<JwtBearer>]>([
    ['PKCS#8', {}],
    ['PKCS#1', { privateKey: pem('pkcs1') }],
    ['encrypted PKCS#8', { privateKey: pem('pkcs8', 'open sesame'), privateKeyPassword: 'open sesame' }],
    ['encrypted PKCS#1', { privateKey: pem('pkcs1', 'open sesame'), privateKeyPassword: 'open sesame' }],
    ['PKCS#8 with an empty password', { privateKeyPassword: '' }],
  ])('is had with a key in %s', async (_, change) => {
    const tokens = memoryTokens();
    const { outcome, received } = await ask(change, tokens);
    expect(outcome).toEqual({ status: 'fulfilled', value: 'Bearer abc' });
    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/oauth_token.do',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    });
    const form = [...new URLSearchParams(received[0]?.body)];
    expect(form).toEqual([
      ['assertion', expect.any(String)],
      ['client_id', 'id'],
      ['client_secret', 'the secret'],
      ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    ]);
    expect(await tokens.get()).toEqual({
      token: 'Bearer abc',
      expiresAt: new Date(NOW.getTime() + 1_800_000),
    });
  });

  it('is asked for with exactly these claims', async () => {
    const { received } = await ask();
    const assertion = new URLSearchParams(received[0]?.body).get('assertion');
    expect(partOf(assertion, 0)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    const iat = Date.parse('2026-01-01T00:00:00Z') / 1000;
    expect(partOf(assertion, 1)).toEqual({
      sub: 'bob@example.com',
      aud: 'id',
      iss: 'id',
      iat,
      exp: iat + 3600,
    });
  });

  it('is not asked for while the stored one holds', async () => {
    const { outcome, received } = await ask({}, memoryTokens({ token: 'Bearer held' }));
    expect(outcome).toMatchObject({ value: 'Bearer held' });
    expect(received).toEqual([]);
  });

  it.each(['clientId', 'clientSecret', 'keyId', 'privateKey', 'userIdentifier'])(
    'is not there without %s',
    async (field) => {
      const { outcome, logged, received } = await ask({ [field]: '' });
      expect(outcome).toEqual({ status: 'fulfilled', value: undefined });
      expect(logged).toEqual(['warn Missing required fields for requesting OAuth JWT access token']);
      expect(received).toEqual([]);
    },
  );

  it.each<[string, Partial<JwtBearer>, string]>([
    ['no key', { privateKey: 'my secret key' }, 'the private key is no key in PEM that its password opens'],
    [
      'a wrong password',
      { privateKey: pem('pkcs8', 'right'), privateKeyPassword: 'wrong' },
      'the private key is no key in PEM that its password opens',
    ],
    [
      'a key of another kind',
      { privateKey: pem('pkcs8', undefined, generateKeyPairSync('ed25519').privateKey) },
      'the private key is no RSA key',
    ],
  ])('cannot be had with %s, which is told without the key', async (_, change, reason) => {
    const { outcome, logged, received } = await ask(change);
    const message = `Unable to generate JWT token. Error: ${reason}`;
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message } });
    expect(logged).toEqual([`warn ${message}`]);
    expect(received).toEqual([]);
  });

  it('refused is an error in the words of the service', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const { outcome } = await ask({ privateKey: pem('pkcs1', undefined, stranger) });
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: '{"error":"invalid_grant"}' } });
  });
});

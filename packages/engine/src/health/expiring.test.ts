import { describe, expect, it } from 'vitest';
import { testCa } from '../testing/index.ts';
import { expiringIn } from './expiring.ts';

const ca = testCa();
const own = ca.issue({ commonName: 'client.example' });
const AT = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);

const jwt = (payload: unknown) =>
  ['{"alg":"none"}', JSON.stringify(payload), 'x']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('what ends', () => {
  it.each([
    ['in PEM', own.cert],
    ['in the base64 of PEM, as webhooks keep their files', Buffer.from(own.cert).toString('base64')],
  ])('is a certificate %s', (_, crt) => {
    expect(expiringIn({ crt, key: own.key }, 'secrets')).toEqual([
      { what: 'secrets.crt', kind: 'certificate', expiresAt: AT, subject: 'CN=client.example' },
    ]);
  });

  it('is each certificate of several', () => {
    const found = expiringIn({ ca: own.cert + ca.cert }, 'config');
    expect(found.map(({ subject }) => subject)).toEqual(['CN=client.example', 'CN=Patchbay test CA']);
  });

  it('is the certificate in a PKCS#12, which its passphrase opens', () => {
    const pfx = own.toPfx('open sesame').toString('base64');
    const end = { what: 'secrets.pfx', kind: 'certificate', expiresAt: AT, subject: 'CN=client.example' };
    expect(expiringIn({ pfx, password: 'open sesame' }, 'secrets')).toEqual([end]);
    expect(expiringIn({ pfx, password: 'wrong' }, 'secrets')).toEqual([]);
  });

  it('is a token that says so, to the second', () => {
    const token = jwt({ exp: Date.parse('2030-01-01T00:00:00Z') / 1000, sub: 'somebody' });
    expect(expiringIn({ list: [{ token }] }, 'secrets')).toEqual([
      { what: 'secrets.list.0.token', kind: 'token', expiresAt: '2030-01-01T00:00:00.000Z' },
    ]);
  });

  it.each([
    ['a token without an end', jwt({ sub: 'x' })],
    ['a token whose end is no number', jwt({ exp: 'soon' })],
    ['what has the form of a token', 'a.b.c'],
    ['a certificate that is none', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['a key', own.key],
    ['what is too long', 'x'.repeat(300_000) + own.cert],
    ['nothing', null],
    ['a number', 5],
  ])('is not %s', (_, value) => {
    expect(expiringIn({ value, pfx: value }, 'secrets')).toEqual([]);
  });
});

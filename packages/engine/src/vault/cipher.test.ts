import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCipher } from './cipher.ts';

const salt = Buffer.alloc(16, 1);
const cipher = createCipher('a'.repeat(32), salt);
const stranger = createCipher('b'.repeat(32), salt);
const texts = fc.string({ unit: 'grapheme' });

describe('createCipher', () => {
  it('opens what it sealed, with the same associated data', () => {
    fc.assert(
      fc.property(texts, texts, (text, data) => {
        expect(cipher.open(cipher.seal(text, data), data)).toBe(text);
      }),
    );
  });

  it('takes no nonce twice', () => {
    const nonces = Array.from({ length: 2000 }, () => {
      const body = cipher.seal('', 'data').slice(cipher.prefix.length);
      return Buffer.from(body, 'base64url').subarray(0, 12).toString('hex');
    });
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('does not open with other associated data', () => {
    fc.assert(
      fc.property(texts, texts, texts, (text, data, other) => {
        fc.pre(data !== other);
        expect(() => cipher.open(cipher.seal(text, data), other)).toThrow();
      }),
    );
  });

  it('does not open a text of which a single character was changed, put in or taken out', () => {
    const character = fc.string({ unit: 'binary-ascii', maxLength: 1 });
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(1), character, (text, at, length, put) => {
        const sealed = cipher.seal(text, 'data');
        const place = at % (sealed.length + 1);
        const changed = sealed.slice(0, place) + put + sealed.slice(place + length);
        fc.pre(changed !== sealed);
        expect(() => cipher.open(changed, 'data')).toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('does not open a text that was cut short or made longer', () => {
    const sealed = cipher.seal('secret', 'data');
    for (let length = 0; length < sealed.length; length++) {
      expect(() => cipher.open(sealed.slice(0, length), 'data')).toThrow();
    }
    for (const more of ['A', 'AAAA', '.', '.AAAA', '=', ' ']) {
      expect(() => cipher.open(sealed + more, 'data')).toThrow();
    }
  });

  it('does not open what another key sealed', () => {
    expect(() => cipher.open(stranger.seal('secret', 'data'), 'data')).toThrow('sealed with another key');
    const relabelled = stranger.seal('secret', 'data').replace(stranger.prefix, cipher.prefix);
    expect(() => cipher.open(relabelled, 'data')).toThrow();
  });

  it('does not open under the same key with another salt', () => {
    const elsewhere = createCipher('a'.repeat(32), Buffer.alloc(16, 2));
    expect(elsewhere.prefix).not.toBe(cipher.prefix);
    expect(() => elsewhere.open(cipher.seal('secret', 'data'), 'data')).toThrow();
  });

  it('seals the same text differently each time, and never in clear', () => {
    const sealed = Array.from({ length: 100 }, () => cipher.seal('a secret text', 'data'));
    expect(new Set(sealed.map((text) => nonceOf(text))).size).toBe(100);
    for (const text of sealed) {
      expect(text.slice(0, cipher.prefix.length)).toBe(cipher.prefix);
      expect(text.slice(cipher.prefix.length)).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(Buffer.from(text.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('secret');
    }
  });
});

function nonceOf(sealed: string): string {
  return Buffer.from(sealed.split('.')[2] ?? '', 'base64url')
    .subarray(0, 12)
    .toString('hex');
}

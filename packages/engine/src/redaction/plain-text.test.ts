import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from './plain-text.ts';

const json = (text: string) => JSON.stringify(text).slice(1, -1);
const form = (text: string) => new URLSearchParams({ v: text }).toString().slice('v='.length);
const html = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('é', '&#233;');
const ascii = (text: string) =>
  json(text).replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
const wrapped = (text: string) => text.replace(/.{7}/gs, '$&\r\n  ');
const escapes = [json, encodeURIComponent, form, html, ascii];

describe('plain text', () => {
  it('is the same however often, and in whatever order, a text was escaped', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '4', '1', '"', '%', '&', '+', '<', '/', 'é'),
      minLength: 1,
    });
    const applied = fc.array(fc.constantFrom(...escapes), { maxLength: 4 });
    fc.assert(
      fc.property(text, applied, fc.boolean(), (original, ways, isWrapped) => {
        const escaped = ways.reduce((rest, way) => way(rest), original);
        const written = isWrapped ? wrapped(escaped) : escaped;
        expect(plainText(written).text).toBe(plainText(original).text);
      }),
    );
  });

  it.each([
    ['a "b" c', 'b', 'b'],
    ['x \\"b\\u00e9\\" y', 'bé', 'b\\u00e9'],
    ['x%20%C3%A9%20y', 'é', '%20%C3%A9%20'],
    ['{"a":"{\\"b\\":\\"c%2522d\\"}"}', 'c"d', 'c%2522d'],
    ['ab\r\n   cd', 'abcd', 'ab\r\n   cd'],
    ['&lt;é&#x26;x', '<é&x', '&lt;é&#x26;x'],
  ])('of %j knows where %j stood', (text, part, stood) => {
    const plain = plainText(text);
    const at = plain.text.indexOf(part);
    const { start, end } = plain.origin(at, at + part.length);
    expect(text.slice(start, end)).toBe(stood);
  });

  it.each(['100%', '%', '\\', '&', '&#99999999;', '&#x110000;', '%ff%fe', '\\u12'])(
    'takes %j as it comes',
    (text) => {
      expect(() => plainText(text)).not.toThrow();
    },
  );

  it('of a megabyte of escapes is made in a moment', () => {
    const begun = performance.now();
    plainText('\\'.repeat(2 ** 20));
    plainText('%25'.repeat(2 ** 18));
    plainText('\\n '.repeat(2 ** 18));
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

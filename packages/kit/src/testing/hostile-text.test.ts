import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText } from './hostile-text.ts';

describe('hostileText', () => {
  const texts = fc.sample(hostileText(), { numRuns: 200, seed: 1 });

  it.each([
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['newlines', '\r\n'],
    ['angle brackets', '<script>'],
    ['marks of Markdown', '*bold*'],
    ['pipes', '|'],
    ['backticks', '`'],
    ['emoji', '😀'],
    ['lone surrogates', '\ud800'],
    ['control characters', '\u0000'],
    ['line separators', '\u2028'],
    ['template tags', '{{#x}}'],
  ])('holds %s', (_, piece) => {
    expect(texts.filter((text) => text.includes(piece)).length).toBeGreaterThan(10);
  });

  it('is sometimes a megabyte long, never longer, never empty', () => {
    const lengths = texts.map((text) => text.length);
    expect(Math.max(...lengths)).toBe(1_000_000);
    expect(Math.min(...lengths)).toBeGreaterThan(0);
  });

  it('is as short as it is told to be', () => {
    const lengths = fc
      .sample(hostileText({ maxLength: 40 }), { numRuns: 200, seed: 1 })
      .map((text) => text.length);
    expect(Math.max(...lengths)).toBe(40);
  });
});

import fc from 'fast-check';
import { countTokens as reference } from 'gpt-tokenizer/encoding/cl100k_base';
import { describe, expect, it } from 'vitest';
import { hostileText } from '../testing/index.ts';
import { countTokens } from './count-tokens.ts';
import { slices } from './slices.ts';

describe('tokens', () => {
  it.each([
    ['', 0],
    ['Hello world', 2],
    // Bytes of one that ends a text in the models' own format; here it is what somebody wrote.
    ['<|endoftext|>', 7],
  ])('of %j are %i', async (text, expected) => {
    expect(await countTokens(text)).toBe(expected);
  });

  it('of a text with spaces are the same as of the whole, however long it is', async () => {
    const word = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.constantFrom('a', '12345', '"key": {', '\n', '   ', "it's", '😀', '日本', '\r\n\r\n', '...'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 40, maxLength: 400 }), async (words) => {
        const text = words.join(' ');
        expect(await countTokens(text)).toBe(reference(text, { disallowedSpecial: new Set() }));
      }),
      { numRuns: 50 },
    );
  });

  it('of a text without spaces are nearly those of the whole', async () => {
    for (const text of ['日本語テキスト'.repeat(300), 'a'.repeat(2000), '😀'.repeat(1000)]) {
      const whole = reference(text);
      expect(await countTokens(text)).toBeGreaterThanOrEqual(whole);
      expect(await countTokens(text)).toBeLessThan(whole * 1.05 + 2);
    }
  });

  it('let others go on while they are counted', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await countTokens('word '.repeat(50_000));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('slices of a text', () => {
  it('are the text, and short, and break no character', () => {
    fc.assert(
      fc.property(hostileText({ maxLength: 5000 }), (text) => {
        const all = [...slices(text)];
        expect(all.join('') === text).toBe(true);
        expect(all.every((slice) => slice.length > 0 && slice.length <= 256)).toBe(true);
        if (text.isWellFormed()) expect(all.every((slice) => slice.isWellFormed())).toBe(true);
      }),
    );
    expect([...slices('😀'.repeat(1000))].every((slice) => slice.isWellFormed())).toBe(true);
    expect([...slices(`a${'😀'.repeat(1000)}`)].every((slice) => slice.isWellFormed())).toBe(true);
  });
});

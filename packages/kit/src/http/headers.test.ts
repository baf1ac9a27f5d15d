import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeHeaders } from './headers.ts';

describe('mergeHeaders', () => {
  it('keeps the later of two headers of one name, spelt as the later one is', () => {
    const merged = mergeHeaders({ Accept: 'a', 'X-Id': '1' }, undefined, null, { ACCEPT: 'b' }, {});
    expect(merged).toEqual({ ACCEPT: 'b', 'X-Id': '1' });
  });

  it('keeps each name once, with its last value', () => {
    const name = fc.mixedCase(fc.constantFrom('accept', 'x-id', 'authorization'));
    fc.assert(
      fc.property(fc.array(fc.dictionary(name, fc.string())), (sets) => {
        const last = new Map(
          sets.flatMap((set) => Object.entries(set)).map(([key, value]) => [key.toLowerCase(), value]),
        );
        const merged = Object.entries(mergeHeaders(...sets)).map(([key, value]) => [
          key.toLowerCase(),
          value,
        ]);
        expect(merged).toHaveLength(last.size);
        expect(Object.fromEntries(merged)).toEqual(Object.fromEntries(last));
      }),
    );
  });
});

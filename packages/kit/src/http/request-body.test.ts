import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formEncode } from './request-body.ts';

describe('formEncode', () => {
  it('gives what a form parser reads back, without the fields that have no value', () => {
    const well = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.dictionary(well, fc.option(well, { nil: undefined })), (fields) => {
        const given = Object.entries(fields).filter(([, value]) => value !== undefined);
        expect([...new URLSearchParams(formEncode(fields))]).toEqual(given);
      }),
    );
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeOnPostgres, testDatabase } from '../../testing/postgres/index.ts';
import { parseAddress } from './address.ts';
import { connectionPool } from './pool.ts';
import { textArray } from './text-array.ts';

const describe = await describeOnPostgres();

describe('an array of texts', () => {
  it('arrives as it was sent: any text, nulls, bytes, none', async () => {
    await using database = await testDatabase();
    const pool = connectionPool(parseAddress(database.url), {});
    const client = await pool.connect();
    const text = fc.oneof(
      fc.constant(null),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', '"', '\\', '{}', 'NULL', 'a\0b', '\uffff', '\uffff0', '😀', '\n'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (texts) => {
        const sent = texts.map((one) =>
          one !== null && one.length % 2 === 0 && isBytes(one) ? Buffer.from(one) : one,
        );
        const { rows } = await client.query<{ text: string | null }>(
          'select text from unnest($1::text[]) with ordinality as sent (text, position) order by position',
          [textArray(sent)],
        );
        expect(rows.map((row) => row.text)).toEqual(texts);
      }),
      { numRuns: 200 },
    );
    client.release();
    await pool.end();
  });
});

/** What a caller may hand over as bytes: nothing is put in the place of its characters. */
function isBytes(text: string): boolean {
  return !/[\0\uffff]/.test(text);
}

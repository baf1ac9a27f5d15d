import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText } from '../testing/index.ts';
import { type EventReaderOptions, eventReader } from './event-reader.ts';

/** The data of the events in a text that arrives cut at these bytes. */
function dataOf(text: string, cuts: readonly number[] = [], options?: EventReaderOptions): string[] {
  const told: string[] = [];
  const reader = eventReader((data) => told.push(data), options);
  const bytes = Buffer.from(text);
  const ends = [...cuts, bytes.length];
  for (const [index, end] of ends.entries())
    reader.read(bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
  reader.end();
  return told;
}

const byBytes = (text: string, options?: EventReaderOptions) =>
  dataOf(text, [...Buffer.from(text).keys()], options);

describe('events of a stream', () => {
  it.each<[string, string, string[]]>([
    ['one after the other', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['whose lines end in CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['whose lines end in CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
    ['of several lines of data', 'data: a\ndata:\ndata: b\n\n', ['a\n\nb']],
    ['without a space, or with two', 'data:a\n\ndata:  b\n\n', ['a', ' b']],
    ['that are empty', 'data\n\ndata:\n\n', ['', '']],
    ['among other fields and comments', ': ping\n\nevent: x\nid: 1\ndata: a\nretry: 5\n\n', ['a']],
    ['whose fields only begin alike', 'database: a\nDATA: b\n data: c\n\n', []],
    ['after a mark of the byte order', '\ufeffdata: a\n\n', ['a']],
    ['of which the last is not ended', 'data: a\n\ndata: b', ['a', 'b']],
    ['of which there are none', '', []],
  ])('%s', (_, text, expected) => {
    expect(dataOf(text)).toEqual(expected);
    expect(byBytes(text)).toEqual(expected);
  });

  it('are the same however the bytes are cut', () => {
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    const piece = fc.oneof(
      hostileText({ maxLength: 60 }),
      fc.constantFrom('data: ', 'data', ':', '\n', '\r', '\r\n', '\n\n', 'é', '😀', '\ufeff'),
    );
    const stream = fc
      .tuple(fc.array(piece, { maxLength: 12 }), lineEnd)
      .map(([pieces, end]) => pieces.join(end));
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), (text, seeds) => {
        const { length } = Buffer.from(text);
        const cuts = seeds.map((seed) => seed % (length + 1)).sort((a, b) => a - b);
        const whole = dataOf(text);
        expect(dataOf(text, cuts)).toEqual(whole);
        expect(byBytes(text)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('hold what was put into them', () => {
    fc.assert(
      fc.property(fc.array(fc.json(), { minLength: 1 }), lineEnds(), (values, end) => {
        const text = values.map((value) => `data: ${value}${end}${end}`).join('');
        expect(byBytes(text)).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });

  it('longer than the limit are skipped, and nothing of them is kept', () => {
    const [long, longLines] = [`data: ${'x'.repeat(40)}\n\n`, `${'data: 1234567890\n'.repeat(9)}\n`];
    const maxLength = 30;
    for (const read of [
      (text: string) => dataOf(text, [], { maxLength }),
      (text: string) => byBytes(text, { maxLength }),
    ]) {
      expect(read(`data: a\n\n${long}data: b\n\n`)).toEqual(['a', 'b']);
      expect(read(`data: a\n\n${longLines}data: b\n\n`)).toEqual(['a', 'b']);
      expect(read(`data: a\n\nid: ${long}data: b\n\n`)).toEqual(['a', 'b']);
      expect(read(long)).toEqual([]);
    }
  });

  it('that are not wanted are passed over, told by all of their bytes', () => {
    const text = 'id: 1\ndata: a\n\ndata: b\n\n: x\ndata: c\n\n';
    for (const cuts of [[], [...Buffer.from(text).keys()]]) {
      const asked: string[] = [];
      const isWanted = (event: Buffer) => {
        asked.push(event.toString());
        return event.includes('c');
      };
      expect(dataOf(text, cuts, { isWanted })).toEqual(['c']);
      expect(asked).toEqual(['id: 1\ndata: a\n', 'data: b\n', ': x\ndata: c\n']);
    }
  });

  it('whose bytes are no text are read, and so are those around them', () => {
    const bytes = Buffer.concat([
      Buffer.from('data: '),
      Buffer.from([0xe2, 0x82]),
      Buffer.from('\n\ndata: b\n\n'),
    ]);
    const told: string[] = [];
    const reader = eventReader((data) => told.push(data));
    for (const byte of bytes) reader.read(Uint8Array.of(byte));
    reader.end();
    expect(told).toEqual(['\ufffd', 'b']);
  });
});

function lineEnds() {
  return fc.constantFrom('\n', '\r\n', '\r');
}

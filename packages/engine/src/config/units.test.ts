import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBytes, parseDuration } from './units.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['1.5h', 5_400_000],
    ['5m', 300_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    [' 90s ', 90_000],
    ['250', 250],
    [250, 250],
    [0, 0],
    ['PT1M', 60_000],
    ['PT1M30S', 90_000],
    ['P1DT2H', 93_600_000],
    ['PT0.5S', 500],
  ])('takes %j as %d milliseconds', (given, milliseconds) => {
    expect(parseDuration(given)).toBe(milliseconds);
  });

  it.each([
    '',
    'soon',
    '5 m',
    '-5s',
    '5y',
    '1h30m',
    'P',
    'PT',
    '1e3s',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('does not take %j', (given) => {
    expect(parseDuration(given)).toBeUndefined();
  });
});

describe('parseBytes', () => {
  it.each([
    ['512b', 512],
    ['10kb', 10_240],
    ['1mb', 1_048_576],
    ['1MB', 1_048_576],
    ['2gb', 2_147_483_648],
    ['1048576', 1_048_576],
    [1_048_576, 1_048_576],
    [0, 0],
  ])('takes %j as %d bytes', (given, bytes) => {
    expect(parseBytes(given)).toBe(bytes);
  });

  it.each(['', 'mb', '1.5mb', '-1kb', '1tb', '1 mb', -1, 1.5, Number.NaN])('does not take %j', (given) => {
    expect(parseBytes(given)).toBeUndefined();
  });

  it('takes any whole number of any unit', () => {
    const units = fc.constantFrom(['b', 0], ['kb', 1], ['mb', 2], ['gb', 3]) as fc.Arbitrary<
      [string, number]
    >;
    fc.assert(
      fc.property(fc.nat(100_000), units, (count, [unit, power]) => {
        expect(parseBytes(`${count}${unit}`)).toBe(count * 1024 ** power);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateMath } from './date-math.ts';

const now = new Date('2026-02-28T10:20:30.400Z');
const iso = (moment: number | undefined) => moment && new Date(moment).toISOString();

describe('date math', () => {
  it.each([
    ['now', '2026-02-28T10:20:30.400Z'],
    ['now-1h', '2026-02-28T09:20:30.400Z'],
    ['now+90m-30s', '2026-02-28T11:50:00.400Z'],
    ['now/d', '2026-02-28T00:00:00.000Z'],
    ['now-1d/d', '2026-02-27T00:00:00.000Z'],
    ['now/w', '2026-02-23T00:00:00.000Z'],
    ['now/M', '2026-02-01T00:00:00.000Z'],
    ['now-1y/y', '2025-01-01T00:00:00.000Z'],
    ['now/h', '2026-02-28T10:00:00.000Z'],
    ['2026-01-31||+1M', '2026-02-28T00:00:00.000Z'],
    ['2024-02-29||+1y/d', '2025-02-28T00:00:00.000Z'],
    ['2026', '2026-01-01T00:00:00.000Z'],
    ['2026-01-05T10:00', '2026-01-05T10:00:00.000Z'],
    ['2026-01-05T10:00:00.1Z', '2026-01-05T10:00:00.100Z'],
    ['2026-01-05T10:00:00.123456789+02:00', '2026-01-05T08:00:00.123Z'],
    ['2026-01-05T10:00:00-0530', '2026-01-05T15:30:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(iso(dateMath(text, now))).toBe(expected);
  });

  it.each([
    ['now/d', '2026-02-28T23:59:59.999Z'],
    ['now-1M/M', '2026-01-31T23:59:59.999Z'],
    ['2026-02', '2026-02-28T23:59:59.999Z'],
    ['2026-01-05', '2026-01-05T23:59:59.999Z'],
    ['2026-01-05T10:00+02:00', '2026-01-05T08:00:59.999Z'],
    ['2026-01-05T10:00:00.100Z', '2026-01-05T10:00:00.100Z'],
    ['now-1h', '2026-02-28T09:20:30.400Z'],
  ])('up to %s is up to %s', (text, expected) => {
    expect(iso(dateMath(text, now, { isEnd: true }))).toBe(expected);
  });

  it.each(
    [
      '',
      'yesterday',
      'now-',
      'now-1',
      'now-1x',
      'now1d',
      'now/',
      '2026-02-30',
      '2026-13-01',
      '26-01-01',
      'now-999999999999y',
      '2026-01-01||',
      '2026-01-01T25:00',
    ].filter((text) => text !== '2026-01-01||'),
  )('%j is none', (text) => {
    expect(dateMath(text, now)).toBeUndefined();
  });

  it('takes every moment as it is written in ISO 8601', () => {
    const moments = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (date) => {
        expect(dateMath(date.toISOString(), now)).toBe(date.getTime());
      }),
    );
  });
});

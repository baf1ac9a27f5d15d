import { describe, expect, it } from 'vitest';
import { hasPassed, timeWindowProblem } from './time-window.ts';

describe('a time window', () => {
  it.each(['5m', '1h', '7d', '10w', '100m', '99999d'])('may be %s', (text) => {
    expect(timeWindowProblem(text)).toBeUndefined();
  });

  it.each([
    '0d',
    'd1',
    '10d+3d',
    '10d#',
    '10dd',
    '10d2',
    '1d2d',
    '5s',
    '5y',
    '5M',
    '5H',
    '5,',
    '5',
    '',
    '-1d',
    '05d',
    ' 5d',
    '999999999999d',
    `${'9'.repeat(400)}d`,
  ])('may not be %s', (text) => {
    expect(timeWindowProblem(text)).toBe('Not a valid time window');
  });

  it.each(['1m', '3m', '4m'])('may not be as short as %s', (text) => {
    expect(timeWindowProblem(text)).toBe('Time window should be at least 5 minutes');
  });

  const now = new Date('2026-01-08T00:00:00.000Z');

  it.each<[string, string, boolean]>([
    ['2026-01-01T00:00:00.000Z', '7d', false],
    ['2025-12-31T23:59:59.999Z', '7d', true],
    ['2025-12-31T23:59:59.999Z', '1w', true],
    ['2026-01-07T23:54:59.000Z', '5m', true],
    ['2026-01-07T22:30:00.000Z', '1h', true],
    ['2026-01-07T23:30:00.000Z', '1h', false],
    ['no date', '7d', false],
    ['2020-01-01T00:00:00.000Z', '5,', false],
  ])('that began at %s has, for %s, passed: %s', (moment, timeWindow, expected) => {
    expect(hasPassed(moment, timeWindow, now)).toBe(expected);
  });
});

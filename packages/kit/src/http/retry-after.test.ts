import { describe, expect, it } from 'vitest';
import { retryAfter } from './retry-after.ts';

const now = new Date('2026-01-01T00:00:00Z');

describe('retryAfter', () => {
  it.each([
    ['0', '2026-01-01T00:00:00.000Z'],
    ['30', '2026-01-01T00:00:30.000Z'],
    [' 3600 ', '2026-01-01T01:00:00.000Z'],
    ['1.9', '2026-01-01T00:00:01.000Z'],
  ])('counts %j in seconds from now', (header, expected) => {
    expect(retryAfter(header, now)?.toISOString()).toBe(expected);
  });

  it.each([undefined, '', 'soon', 'Thu, 01 Jan 2026 00:00:30 GMT', '9'.repeat(30)])(
    'names no moment for %j',
    (header) => {
      expect(retryAfter(header, now)).toBeUndefined();
    },
  );
});

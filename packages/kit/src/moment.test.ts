import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { momentOf } from './moment.ts';

describe('momentOf', () => {
  beforeEach(() => void vi.stubEnv('TZ', 'America/New_York'));
  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    ['2011-05-06T17:00Z', '2011-05-06T17:00:00.000Z'],
    ['2011-05-06T03:30-07', '2011-05-06T10:30:00.000Z'],
    ['2011-05-06', '2011-05-06T00:00:00.000Z'],
    ['1963-09-23 01:23:45', '1963-09-23T01:23:45.000Z'],
    ['   1963-09-23 01:23:45  ', '1963-09-23T01:23:45.000Z'],
    ['2024-01-02T03:04', '2024-01-02T03:04:00.000Z'],
    ['2024-01-02T03:04:05.678', '2024-01-02T03:04:05.678Z'],
    ['2024-01-02 03:04:05 +0530', '2024-01-01T21:34:05.000Z'],
    ['2024-01-02T03:04:05+05:30', '2024-01-01T21:34:05.000Z'],
    ['Tue, 02 Jan 2024 03:04:05 GMT', '2024-01-02T03:04:05.000Z'],
    ['1700000000000', '2023-11-14T22:13:20.000Z'],
    [' 0 ', '1970-01-01T00:00:00.000Z'],
    ['-1', '1969-12-31T23:59:59.999Z'],
  ])('of %j is %s, on a server that is not in UTC', (text, iso) => {
    expect(momentOf(text)?.toISOString()).toBe(iso);
  });

  it.each(['', '   ', '\n'])('of %j is none', (text) => {
    expect(momentOf(text)).toBeUndefined();
  });

  it.each(['1963-09-55 90:23:45', 'yesterday', '8640000000000001', '2011-05-06T25:00', '{{date}}'])(
    'of %j is no valid date',
    (text) => {
      expect(momentOf(text)?.getTime()).toBeNaN();
    },
  );
});

import { expect, it } from 'vitest';
import { type HealthFacts, statusOf } from './verdict.ts';

const run = (at: string) => ({ at, executionUuid: 'e', isOk: true, reason: null });
const EARLY = run('2026-01-01T00:00:00.000Z');
const LATE = run('2026-01-01T01:00:00.000Z');
const day = (successRatio: number | null) => ({ runs: 100, failures: 0, successRatio, latency: null });
const closed = { breaker: 'closed', holds: [] } as const;
const limited = {
  breaker: 'closed',
  holds: [{ kind: 'rate_limited', until: '2026-01-01T02:00:00.000Z' }],
} as const;

it.each<[string, string, Partial<HealthFacts>]>([
  ['healthy', 'runs come through', {}],
  ['healthy', 'a failure is followed by a success', { lastFailure: EARLY }],
  ['failing', 'the last run failed', { lastSuccess: EARLY, lastFailure: LATE }],
  ['failing', 'no run has ever come through', { lastSuccess: undefined, lastFailure: LATE }],
  ['failing', 'the breaker is open', { lane: { breaker: 'open', holds: [] } }],
  ['failing', 'the breaker lets one go to see', { lane: { breaker: 'probing', holds: [] } }],
  ['healthy', 'the breaker is turned off', { lane: { breaker: 'disabled', holds: [] } }],
  ['degraded', 'too many of a day have failed', { day: day(0.98) }],
  ['degraded', 'there are dead letters', { dead: 1 }],
  ['degraded', 'its rate limit is used up', { lane: { ...limited, holds: [...limited.holds] } }],
  ['unusable', 'it has no secrets', { refusal: 'no secrets' }],
  ['unusable', 'it has no secrets and was never run', { refusal: 'no secrets', lastSuccess: undefined }],
  ['unused', 'there is no run', { lastSuccess: undefined, day: day(null) }],
])('is %s when %s', (status, _, facts) => {
  const well: HealthFacts = {
    refusal: undefined,
    lane: { ...closed, holds: [] },
    dead: 0,
    lastSuccess: LATE,
    lastFailure: undefined,
    day: day(1),
  };
  expect(statusOf({ ...well, ...facts })).toBe(status);
});

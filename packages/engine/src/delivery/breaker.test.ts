import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaneRecord } from '../store/index.ts';
import {
  admissionTo,
  type BreakerPolicy,
  beginProbe,
  LONGEST_PAUSE_MS,
  type Observation,
  observed,
  withdrawProbe,
} from './breaker.ts';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(T0 + ms);
const policy: BreakerPolicy = {
  enabled: true,
  failures: 3,
  windowMs: undefined,
  cooldownMs: 1000,
  maxCooldownMs: 3000,
};

type Says = Observation['says'];
const ended = (says: Says, ms: number, startedMs = ms): Observation => ({
  says,
  startedAt: at(startedMs),
  endedAt: at(ms),
});
const seen = (lane: LaneRecord | undefined, observations: Observation[], by = policy) =>
  observed(lane, 'c1', observations, by);
const fails = (...times: number[]) => times.map((ms) => ended('fails', ms));
const opened = () => seen(undefined, fails(1, 2, 3));
const probing = (ms = 1003) => beginProbe(opened(), policy, at(ms)).after;

describe('a breaker', () => {
  it('opens after so many failures in a row, which a success begins anew', () => {
    expect(seen(undefined, fails(1, 2))).toMatchObject({ state: 'closed', failures: 2 });
    expect(seen(undefined, [...fails(1, 2), ended('works', 3), ...fails(4, 5)])?.state).toBe('closed');
    expect(seen(undefined, [...fails(1, 2), ended('works', 3)])).toBeUndefined();
    expect(opened()).toMatchObject({
      state: 'open',
      since: at(3).toISOString(),
      until: at(1003).toISOString(),
      failingSince: at(1).toISOString(),
    });
  });

  it('counts nothing that says nothing of the remote', () => {
    const none = [1, 2, 3, 4].map((ms) => ended('none', ms));
    expect(seen(undefined, none)).toBeUndefined();
    expect(seen(undefined, [...fails(1, 2), ...none, ...fails(5)])?.state).toBe('open');
  });

  it('counts anew when the first failure is older than its window', () => {
    const within = { ...policy, windowMs: 100 };
    expect(seen(undefined, fails(0, 50, 101), within)).toMatchObject({ state: 'closed', failures: 1 });
    expect(seen(undefined, fails(0, 50, 100), within)?.state).toBe('open');
  });

  it('admits nothing while it is open, and then one, to whoever asks first', () => {
    const lane = opened();
    expect(admissionTo(lane, policy, at(1002))).toMatchObject({ until: at(1003) });
    expect(admissionTo(lane, policy, at(1003))).toBe('probe');
    const first = beginProbe(lane, policy, at(1003));
    expect(first).toMatchObject({ result: 'probe', after: { state: 'probing' } });
    expect(beginProbe(first.after, policy, at(1004)).result).toHaveProperty('until');
    expect(admissionTo(first.after, policy, at(1004))).toHaveProperty('until');
  });

  it('closes when the probe comes through', () => {
    expect(seen(probing(), [ended('works', 1010, 1004)])).toBeUndefined();
  });

  it('waits twice as long each time that the probe fails, up to a bound', () => {
    let lane = opened();
    const waits: number[] = [];
    for (let ms = 1003; waits.length < 4; ) {
      lane = seen(beginProbe(lane, policy, at(ms)).after, [ended('fails', ms)]);
      const until = Date.parse(lane?.until ?? '') - T0;
      waits.push(until - ms);
      ms = until;
    }
    expect(waits).toEqual([2000, 3000, 3000, 3000]);
  });

  it('takes the next one for its probe when one says nothing, or is not begun', () => {
    const lane = seen(probing(), [ended('none', 1010, 1004)]);
    expect(lane).toMatchObject({ state: 'open', cooldownMs: 2000 });
    expect(admissionTo(lane, policy, at(1010))).toBe('probe');
    const withdrawn = withdrawProbe(probing(), at(1003), at(1007)).after;
    expect(admissionTo(withdrawn, policy, at(1007))).toBe('probe');
    expect(withdrawProbe(probing(), at(1002), at(1007)).after).toEqual(probing());
  });

  it('gives a probe up of which nothing is heard', () => {
    const lane = probing();
    const until = new Date(lane?.until ?? '');
    expect(until.getTime()).toBeGreaterThan(at(1003).getTime() + 5 * 60_000);
    expect(beginProbe(lane, policy, until).result).toBe('probe');
  });

  it('listens to none that began before it came into its state', () => {
    expect(seen(opened(), [ended('works', 10, 2)])).toEqual(opened());
    expect(seen(probing(), [ended('fails', 1010, 2)])).toEqual(probing());
    expect(seen(opened(), [ended('works', 10, 4)])).toBeUndefined();
  });

  it('is no breaker when it is off', () => {
    const off = { ...policy, enabled: false };
    expect(seen(undefined, fails(1, 2, 3, 4), off)).toBeUndefined();
    expect(admissionTo(opened(), off, at(5))).toBe('all');
    expect(seen(opened(), fails(5), off)).toBeUndefined();
  });

  it('pauses the lane while the remote asks for it, and no longer than it may', () => {
    const asks = (ms: number, untilMs: number) => ({ ...ended('none', ms), pauseUntil: at(untilMs) });
    const lane = seen(undefined, [asks(1, 500), asks(2, 400)]);
    expect(lane).toMatchObject({ state: 'closed', failures: 0 });
    expect(admissionTo(lane, policy, at(499))).toMatchObject({ until: at(500) });
    expect(admissionTo(lane, policy, at(500))).toBe('all');
    expect(seen(lane, [ended('works', 300)])).toEqual(lane);
    expect(seen(lane, [ended('works', 500)])).toBeUndefined();
    const long = seen(undefined, [asks(1, 10 * LONGEST_PAUSE_MS)]);
    expect(admissionTo(long, policy, at(2))).toMatchObject({ until: at(1 + LONGEST_PAUSE_MS) });
    const off = { ...policy, enabled: false };
    expect(admissionTo(seen(undefined, [asks(1, 500)], off), off, at(2))).toMatchObject({ until: at(500) });
  });

  /** What happens to a lane, in time: somebody asks to claim, or a run that was admitted ends. */
  const steps = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 1500 }),
      does: fc.constantFrom('ask', 'ask', 'works', 'fails', 'none', 'withdraw'),
    }),
    { maxLength: 80 },
  );
  const policies = fc.record({
    enabled: fc.constant(true),
    failures: fc.integer({ min: 1, max: 5 }),
    windowMs: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
    cooldownMs: fc.integer({ min: 1, max: 2000 }),
    maxCooldownMs: fc.integer({ min: 2000, max: 8000 }),
  });

  it('runs no two probes at once, none before its time, and opens only by failures', () => {
    fc.assert(
      fc.property(policies, steps, (policy, steps) => {
        let lane: LaneRecord | undefined;
        let time = 0;
        let running: { startedAt: Date; isProbe: boolean }[] = [];
        let inRow = 0;
        for (const { afterMs, does } of steps) {
          time += afterMs;
          const before = lane;
          if (does === 'ask') {
            const { after, result } = beginProbe(lane, policy, at(time));
            lane = after;
            if (result === 'probe') {
              expect(before?.state).not.toBe('closed');
              expect(Date.parse(before?.until ?? '')).toBeLessThanOrEqual(at(time).getTime());
              // Nothing that is heard of takes so long.
              running = running.filter(({ isProbe }) => !isProbe);
            }
            if (typeof result === 'string')
              running.push({ startedAt: at(time), isProbe: result === 'probe' });
            else expect(before?.state).not.toBe('closed');
          } else {
            const run = running.shift();
            if (run === undefined) continue;
            if (does === 'withdraw') {
              if (run.isProbe) lane = withdrawProbe(lane, run.startedAt, at(time)).after;
              continue;
            }
            lane = observed(
              lane,
              'c1',
              [{ startedAt: run.startedAt, endedAt: at(time), says: does }],
              policy,
            );
            if (before === undefined || before.state === 'closed') {
              inRow = does === 'fails' ? inRow + 1 : does === 'works' ? 0 : inRow;
              if (lane?.state === 'open') expect(inRow).toBeGreaterThanOrEqual(policy.failures);
              if (policy.windowMs === undefined && inRow >= policy.failures) expect(lane?.state).toBe('open');
            } else if (lane === undefined) {
              expect(does).toBe('works');
              inRow = 0;
            }
          }
          expect(lane?.cooldownMs ?? 0).toBeLessThanOrEqual(policy.maxCooldownMs);
          if (lane?.state === 'open') {
            expect(Date.parse(lane.until ?? '')).toBeLessThanOrEqual(
              at(time + policy.maxCooldownMs).getTime(),
            );
          }
          expect(
            running.filter(({ isProbe }) => isProbe && lane?.state === 'probing').length,
          ).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('always admits one again, whatever has happened', () => {
    fc.assert(
      fc.property(policies, steps, (policy, steps) => {
        let lane: LaneRecord | undefined;
        let time = 0;
        for (const { afterMs, does } of steps) {
          time += afterMs;
          if (does === 'ask' || does === 'withdraw') lane = beginProbe(lane, policy, at(time)).after;
          else lane = observed(lane, 'c1', [{ startedAt: at(time), endedAt: at(time), says: does }], policy);
        }
        const admission = admissionTo(lane, policy, at(time));
        if (typeof admission === 'string') return;
        expect(beginProbe(lane, policy, admission.until).result).toBe('probe');
      }),
    );
  });
});

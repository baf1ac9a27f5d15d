import { describe, expect, it } from 'vitest';
import { logLines } from '../testing/index.ts';
import { sharedClock } from './shared-clock.ts';

const OWN = new Date('2026-01-01T00:01:00.000Z');
const STORE = new Date('2026-01-01T00:00:00.000Z');

function made(time: () => Promise<Date | undefined>) {
  const { lines, logger } = logLines();
  let passed = 0;
  const clock = sharedClock({
    store: { time },
    log: logger('delivery'),
    now: () => OWN,
    elapsed: () => passed,
  });
  const pass = (ms: number) => {
    passed += ms;
  };
  return { clock, lines, pass };
}

describe('the clock of several processes', () => {
  it("is the store's, and what has passed since; that the own one is off is told once", async () => {
    const { clock, lines, pass } = made(async () => STORE);
    await clock.sync();
    await clock.sync();
    pass(1500);
    expect(clock.now()).toEqual(new Date('2026-01-01T00:00:01.500Z'));
    expect(lines.map(({ message }) => message)).toEqual([
      "the clock here is 60 s off that of the store: deliveries go by the store's",
    ]);
  });

  it('takes the answer for half as old as the question', async () => {
    const { clock, pass } = made(async () => {
      pass(200);
      return STORE;
    });
    await clock.sync();
    expect(clock.now()).toEqual(new Date('2026-01-01T00:00:00.100Z'));
  });

  it('runs on while the store is away', async () => {
    let isAway = false;
    const { clock, pass } = made(async () => {
      if (isAway) throw new Error('away');
      return STORE;
    });
    await clock.sync();
    isAway = true;
    pass(1000);
    await clock.sync();
    expect(clock.now()).toEqual(new Date('2026-01-01T00:00:01.000Z'));
  });

  it("is the process's own where nobody else is", async () => {
    const { clock } = made(async () => undefined);
    await clock.sync();
    expect(clock.now()).toBe(OWN);
  });
});

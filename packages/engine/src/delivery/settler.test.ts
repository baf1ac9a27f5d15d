import { createLogger } from '@patchbay/kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ServiceUnavailableError } from '../errors/index.ts';
import type { Ended } from './lane-health.ts';
import { createSettler } from './settler.ts';

/** A disk: each write takes so long. */
function storeTaking(ms: () => number) {
  const writes: { at: number; count: number }[] = [];
  const write = async (batch: readonly Ended[]) => {
    writes.push({ at: performance.now(), count: batch.length });
    await new Promise<void>((resolve) => void setTimeout(resolve, ms()));
  };
  return { write, writes };
}

const log = createLogger(() => {});
const one = {} as Ended;
const refused = {} as Ended;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('gathers what comes to an end for longer where a write takes long, and for a moment where it does not', async () => {
  let takes = 10;
  const store = storeTaking(() => takes);
  const settler = createSettler({ write: store.write, log });
  const writtenAfter = async () => {
    const addedAt = performance.now();
    settler.add(one);
    await vi.advanceTimersByTimeAsync(1000);
    expect(settler.waiting()).toBe(0);
    return (store.writes.at(-1)?.at ?? 0) - addedAt;
  };
  expect(await writtenAfter()).toBe(3);
  expect(await writtenAfter()).toBe(30);
  takes = 100;
  await writtenAfter();
  expect(await writtenAfter()).toBe(40);
  takes = 0;
  await writtenAfter();
  expect(await writtenAfter()).toBe(3);
});

it('writes what has come meanwhile together, one write at a time', async () => {
  const store = storeTaking(() => 10);
  const settler = createSettler({ write: store.write, log });
  settler.add(one);
  await vi.advanceTimersByTimeAsync(5);
  for (let index = 0; index < 7; index++) settler.add(one);
  const flushed = settler.flush();
  await vi.advanceTimersByTimeAsync(1000);
  await flushed;
  expect(store.writes).toMatchObject([
    { at: expect.any(Number), count: 1 },
    { at: (store.writes[0]?.at ?? 0) + 10, count: 7 },
  ]);
});

it('writes the rest when the store refuses one, and tries that one again later', async () => {
  const written: Ended[] = [];
  let refuses = true;
  const settler = createSettler({
    log,
    async write(batch) {
      if (refuses && batch.includes(refused)) throw new Error('a check of the store');
      written.push(...batch);
    },
  });
  for (const ended of [one, refused, one]) settler.add(ended);
  await vi.advanceTimersByTimeAsync(100);
  expect(written).toHaveLength(2);
  expect(settler.waiting()).toBe(1);
  refuses = false;
  await vi.advanceTimersByTimeAsync(31_000);
  expect(written).toHaveLength(3);
  expect(settler.waiting()).toBe(0);
});

it('tries all again, together, when the store is away', async () => {
  const batches: number[] = [];
  let isAway = true;
  const settler = createSettler({
    log,
    async write(batch) {
      batches.push(batch.length);
      if (isAway) throw new ServiceUnavailableError('away');
    },
  });
  for (let index = 0; index < 3; index++) settler.add(one);
  await vi.advanceTimersByTimeAsync(1000);
  isAway = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(new Set(batches)).toEqual(new Set([3]));
  expect(settler.waiting()).toBe(0);
});

import { createLogger } from '@patchbay/kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
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

import { describe, expect, it } from 'vitest';
import { retrying } from './retrying.ts';

const failure = (statusCode: number | undefined) => Object.assign(new Error('no'), { statusCode });

/** How often it was tried, and how long was waited in between. */
async function tried(statuses: (number | undefined)[], random = 1) {
  const waits: number[] = [];
  let attempts = 0;
  const { signal } = new AbortController();
  const means = { random: () => random, wait: async (ms: number) => void waits.push(ms) };
  const outcome = await retrying(means, signal, async () => {
    const status = statuses[attempts++];
    if (attempts <= statuses.length) throw failure(status);
    return 'done';
  }).catch((error: Error) => error.message);
  return { outcome, attempts, waits };
}

describe('what failed', () => {
  it.each([409, 429, 503])('is done again after a %i', async (status) => {
    expect(await tried([status, status])).toMatchObject({ outcome: 'done', attempts: 3 });
  });

  it.each([400, 401, 403, 404, 500, undefined])('is not done again after a %s', async (status) => {
    expect(await tried([status])).toEqual({ outcome: 'no', attempts: 1, waits: [] });
  });

  it('is done ten times at most, each after a longer wait, up to two seconds', async () => {
    const { outcome, attempts, waits } = await tried(Array(20).fill(409));
    expect([outcome, attempts]).toEqual(['no', 10]);
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2000]);
  });

  it('waits for any part of that', async () => {
    expect((await tried(Array(20).fill(409), 0)).waits).toEqual(Array(9).fill(5));
    expect((await tried([409], 0.5)).waits).toEqual([7.5]);
  });
});

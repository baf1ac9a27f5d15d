import { expect, it } from 'vitest';
import { ServiceUnavailableError } from '../errors/index.ts';
import { createVerificationQueue } from './verification-queue.ts';

it('runs two at a time in order, lets 64 wait and refuses the next', async () => {
  const queue = createVerificationQueue();
  const started: number[] = [];
  const gates = Array.from({ length: 66 }, () => Promise.withResolvers<void>());
  const all = gates.map(({ promise }, at) =>
    queue(async () => {
      started.push(at);
      await promise;
      // One that fails gives its place back as well.
      if (at % 2 === 1) throw new Error('wrong');
    }),
  );
  const settled = Promise.allSettled(all);
  expect(started).toEqual([0, 1]);
  const refused = await queue(async () => {}).catch((error) => error);
  expect(refused).toBeInstanceOf(ServiceUnavailableError);
  expect(refused.retryAfterSeconds).toBe(2);
  for (const { resolve } of gates) resolve();
  await settled;
  expect(started).toEqual(gates.map((_, at) => at));
  await expect(queue(async () => 'free again')).resolves.toBe('free again');
});

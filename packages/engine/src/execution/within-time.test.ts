import { type ActionResult, StreamedData } from '@patchbay/kit';
import { expect, it } from 'vitest';
import { runningWork } from './within-time.ts';

const result = (data?: unknown): ActionResult => ({ actionId: 'c1', status: 'ok', data });

it('has ended when the last run has told what it came to, also one that counts after its answer has left', async () => {
  const work = runningWork();
  await work.ended();
  const counted = Promise.withResolvers<void>();
  const told: string[] = [];
  const run = (name: string, data?: unknown) =>
    work.withinTime({
      caller: undefined,
      onTimeout: () => result(),
      run: async () => result(data),
      onEnd: () => void told.push(name),
    });
  async function* body() {
    yield Buffer.from('x');
  }
  const { data } = await run('streamed', new StreamedData(body(), 'text/plain', () => counted.promise));
  let hasEnded = false;
  const ended = Promise.all([work.ended(), work.ended()]).then(() => {
    hasEnded = true;
    expect(told).toEqual(['plain', 'streamed']);
  });
  for await (const _ of (data as StreamedData).body);
  await run('plain');
  expect([hasEnded, work.inFlight()]).toEqual([false, 1]);
  counted.resolve();
  await ended;
  expect(work.inFlight()).toBe(0);
});

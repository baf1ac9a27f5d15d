import { expect, it } from 'vitest';
import { streamedAnswer } from './streamed-answer.ts';

it('collects what the buffers of every 4 MB left, behind those that have passed', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let given = 0;
  async function* body() {
    for (; given < 160; given++) yield piece;
  }
  const collectedAt: number[] = [];
  let length = 0;
  for await (const chunk of streamedAnswer(body(), () => collectedAt.push(given + 1))) length += chunk.length;
  expect(length).toBe(160 * piece.length);
  expect(collectedAt).toEqual([64, 128]);
});

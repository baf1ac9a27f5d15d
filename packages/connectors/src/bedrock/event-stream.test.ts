import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventStreamMessage, eventStreamReader } from './event-stream.ts';
import { event, frame } from './testing/frames.ts';

/** The messages in bytes that arrive cut at these places. */
async function messagesOf(bytes: Uint8Array, cuts: readonly number[] = [], maxLength?: number) {
  const told: EventStreamMessage[] = [];
  const reader = await eventStreamReader((message) => told.push(message), maxLength);
  for (const [index, end] of [...cuts, bytes.byteLength].entries()) {
    reader.read(bytes.subarray(index === 0 ? 0 : cuts[index - 1], end));
  }
  reader.end();
  return told.map(({ headers, body }) => ({ headers, text: Buffer.from(body).toString() }));
}

const everyByte = (bytes: Uint8Array) => [...bytes.keys()];

const shown = (type: string, payload: unknown) => ({
  headers: { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
  text: JSON.stringify(payload),
});

describe('messages of an event stream', () => {
  it('are the same however the bytes are cut', async () => {
    const message = fc.record({
      headers: fc.dictionary(
        fc.stringMatching(/^[a-z:-]{1,20}$/),
        fc.string({ maxLength: 30, unit: 'grapheme' }),
        {
          maxKeys: 3,
        },
      ),
      text: fc.string({ maxLength: 60, unit: 'grapheme' }).map((text) => text.toWellFormed()),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 4 }), fc.array(fc.nat()), async (messages, seeds) => {
        const plain = messages.map(({ headers, text }) => ({ headers: { ...headers }, text }));
        const bytes = Buffer.concat(plain.map(({ headers, text }) => frame(headers, text)));
        const cuts = seeds.map((seed) => seed % (bytes.length + 1)).sort((a, b) => a - b);
        expect(await messagesOf(bytes, cuts)).toEqual(plain);
        expect(await messagesOf(bytes, everyByte(bytes))).toEqual(plain);
      }),
      { numRuns: 100 },
    );
  });

  it('longer than the limit are skipped', async () => {
    const bytes = Buffer.concat([event('a', 1), event('long', 'x'.repeat(300)), event('b', 2)]);
    for (const cuts of [[], everyByte(bytes)]) {
      expect(await messagesOf(bytes, cuts, 200)).toEqual([shown('a', 1), shown('b', 2)]);
    }
  });

  it('of which the last is not whole are the others', async () => {
    const bytes = Buffer.concat([event('a', 1), event('b', 2).subarray(0, 20)]);
    expect(await messagesOf(bytes)).toEqual([shown('a', 1)]);
  });

  it.each<[string, Buffer]>([
    ['no event stream', Buffer.from('\0\0\0\x07abc')],
    ['a message whose bytes have changed', Buffer.from(event('a', 1)).fill(0, 20, 21)],
  ])('are not read from %s', async (_, bytes) => {
    await expect(messagesOf(bytes)).rejects.toThrow();
  });
});

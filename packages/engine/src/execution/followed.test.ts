import { HttpRequestError, StreamedData } from '@patchbay/kit';
import { describe, expect, it, vi } from 'vitest';
import { followed } from './followed.ts';

const bytes = (text: string) => Buffer.from(text);

/** Data that gives these parts; whether its source was left is noted. */
function made(...given: (string | Error)[]) {
  const ends: unknown[] = [];
  const state = { isLeft: false };
  async function* body() {
    try {
      yield* parts(...given);
    } finally {
      state.isLeft = true;
    }
  }
  const data = followed(new StreamedData(body(), 'text/x'), 'id', (failure) => ends.push(failure));
  return { data, ends, state };
}

async function read({ body }: StreamedData): Promise<string> {
  let text = '';
  for await (const part of body) text += Buffer.from(part).toString();
  return text;
}

describe('data that is followed', () => {
  it('is the same data, and ends well with its last byte', async () => {
    const { data, ends } = made('one ', 'two');
    expect(data.contentType).toBe('text/x');
    expect(ends).toEqual([]);
    expect(await read(data)).toBe('one two');
    expect(ends).toEqual([undefined]);
  });

  it('ends with the failure on its way, which its reader is told too', async () => {
    const { data, ends } = made('one ', new HttpRequestError('reset', { source: 'user' }));
    await expect(read(data)).rejects.toThrow('reset');
    expect(ends).toEqual([
      {
        actionId: 'id',
        status: 'error',
        message: 'an error occurred while running the action',
        serviceMessage: 'reset',
        retry: true,
        errorSource: 'user',
      },
    ]);
  });

  it('ends when its reader leaves, and so does its source', async () => {
    const { data, ends, state } = made('one', 'two');
    for await (const part of data.body) {
      expect(Buffer.from(part).toString()).toBe('one');
      break;
    }
    expect(ends).toMatchObject([{ serviceMessage: 'canceled', errorSource: 'framework' }]);
    expect(state.isLeft).toBe(true);
  });

  it('ends when its reader leaves before the first byte', async () => {
    const { data, ends } = made('one');
    await data.body[Symbol.asyncIterator]().return?.();
    expect(ends).toHaveLength(1);
  });

  it('ends after what is left to do, for which its reader does not wait', async () => {
    const ends: unknown[] = [];
    const work = Promise.withResolvers<void>();
    const data = followed(new StreamedData(parts('one'), 'text/x', () => work.promise), 'id', (failure) =>
      ends.push(failure),
    );
    expect(await read(data)).toBe('one');
    await data.body[Symbol.asyncIterator]().return?.();
    expect(ends).toEqual([]);
    work.resolve();
    await vi.waitFor(() => expect(ends).toEqual([undefined]));
  });

  it('is a failure where what is left to do fails, and does not ask for it where it broke off', async () => {
    const afterEnd = vi.fn(() => Promise.reject(new Error('no counting')));
    const outcome = async (body: AsyncIterable<Uint8Array>) => {
      const ends: unknown[] = [];
      const data = followed(new StreamedData(body, 'text/x', afterEnd), 'id', (failure) =>
        ends.push(failure),
      );
      await read(data).catch(() => {});
      await vi.waitFor(() => expect(ends).toHaveLength(1));
      return ends;
    };
    expect(await outcome(parts('one', new Error('reset')))).toMatchObject([{ serviceMessage: 'reset' }]);
    expect(afterEnd).not.toHaveBeenCalled();
    expect(await outcome(parts('one'))).toMatchObject([{ status: 'error', serviceMessage: 'no counting' }]);
  });
});

async function* parts(...given: (string | Error)[]) {
  for (const part of given) {
    if (part instanceof Error) throw part;
    yield bytes(part);
  }
}

import { expect, it } from 'vitest';
import { beside } from './beside.ts';

/** A body of these chunks, and a reader beside it; both say what they do. */
function watched(...chunks: (string | Error)[]) {
  const said: string[] = [];
  async function* body() {
    for (const chunk of chunks) {
      if (chunk instanceof Error) throw chunk;
      said.push(`gives ${chunk}`);
      yield Buffer.from(chunk);
    }
  }
  const reader = {
    read: (bytes: Uint8Array) => void said.push(`reads ${Buffer.from(bytes)}`),
    end: () => void said.push('ends'),
  };
  return { said, body: beside(body(), reader) };
}

it('hands each chunk on before it is read, and says the end after the last', async () => {
  const { said, body } = watched('a', 'b');
  for await (const chunk of body) said.push(`takes ${Buffer.from(chunk)}`);
  expect(said).toEqual(['gives a', 'takes a', 'reads a', 'gives b', 'takes b', 'reads b', 'ends']);
});

it('gives the chunks themselves', async () => {
  const chunk = Buffer.from([0xff, 0x00, 0xc3]);
  const body = beside(
    (async function* () {
      yield chunk;
    })(),
    { read() {}, end() {} },
  );
  expect((await body.next()).value).toBe(chunk);
});

it('says no end of a stream that breaks off', async () => {
  const { said, body } = watched('a', new Error('reset'));
  await body.next();
  await expect(body.next()).rejects.toThrow('reset');
  expect(said).toEqual(['gives a', 'reads a']);
});

it('says no end of a stream that is left, and leaves its source', async () => {
  let isLeft = false;
  const { said, body } = watched('a', 'b');
  const source = (async function* () {
    try {
      yield* body;
    } finally {
      isLeft = true;
    }
  })();
  for await (const _ of source) break;
  expect([isLeft, said]).toEqual([true, ['gives a']]);
});

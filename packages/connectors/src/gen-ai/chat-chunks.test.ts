import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chatChunks } from './chat-chunks.ts';
import { streamText } from './testing/open-ai-like.ts';

const request = {
  messages: [{ role: 'user', content: 'one two three' }],
  stream: true,
  stream_options: { include_usage: true },
};

/** What a stream comes to that arrives in these parts. */
function read(parts: Iterable<Uint8Array>) {
  const chunks = chatChunks();
  for (const part of parts) chunks.reader.read(part);
  chunks.reader.end();
  const { content, functionName, functionArguments } = chunks;
  return {
    usage: chunks.usage(),
    content: content.text(),
    call: [functionName.text(), functionArguments.text()],
  };
}

const lines = (...data: unknown[]) =>
  Buffer.from(
    data.map((line) => `data: ${typeof line === 'string' ? line : JSON.stringify(line)}\n\n`).join(''),
  );

const chunk = (fields: object) => ({ object: 'chat.completion.chunk', ...fields });

it('counts the same wherever a stream is cut', () => {
  const reply = 'Größe 😀 “quoted”\u2028 data: [DONE]';
  const bytes = Buffer.from(streamText(request, { reply }));
  const expected = { usage: { prompt: 3, completion: 5, total: 8 }, content: reply, call: ['', ''] };
  expect(read([bytes])).toEqual(expected);
  for (let at = 0; at <= bytes.length; at++) {
    expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
  }
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (given) => {
      const cuts = [0, ...given.sort((a, b) => a - b), bytes.length];
      expect(read(cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end)))).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

it('believes the last usage, and reads functions that are called', () => {
  const usage = (total: number) => ({ prompt_tokens: 1, completion_tokens: total - 1, total_tokens: total });
  const calling = (call: object) => chunk({ choices: [{ delta: { function_call: call } }] });
  const stream = lines(
    calling({ name: 'get_' }),
    calling({ name: 'host', arguments: '{"a"' }),
    calling({ arguments: ':1}' }),
    chunk({ choices: [], usage: usage(5) }),
    chunk({ choices: [], usage: usage(9) }),
    '[DONE]',
  );
  expect(read([stream])).toEqual({
    usage: { prompt: 1, completion: 8, total: 9 },
    content: '',
    call: ['get_host', '{"a":1}'],
  });
});

it('passes over whatever is no chunk', () => {
  const stream = lines(
    'no JSON',
    'null',
    { object: 'other', usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
    { error: { message: 'x' } },
    chunk({ choices: 'none', usage: { prompt_tokens: 'many' } }),
    chunk({ choices: [{ delta: { content: 7 } }] }),
    chunk({ choices: [{ delta: null }] }),
    chunk({ choices: [{ delta: { content: 'a' } }], usage: null }),
    chunk({}),
  );
  expect(read([stream])).toEqual({ usage: undefined, content: 'a', call: ['', ''] });
});

it('takes the usage from a stream whose text is too long to be counted', () => {
  const said = chunk({ choices: [{ delta: { content: 'x'.repeat(60_000) } }] });
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  const stream = lines(...Array.from({ length: 10 }, () => said), chunk({ choices: [], usage }), said);
  expect(read([stream])).toMatchObject({ usage: { prompt: 1, completion: 2, total: 3 }, content: undefined });
});

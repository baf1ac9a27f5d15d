import { countTokens } from '@patchbay/kit';
import { expect, it } from 'vitest';
import { chatChunks } from './chat-chunks.ts';
import { estimate, estimateText } from './estimate.ts';

/** A stream that says this. */
function said(...deltas: object[]) {
  const chunks = chatChunks();
  for (const delta of deltas) {
    const chunk = { object: 'chat.completion.chunk', choices: [{ delta }] };
    chunks.reader.read(Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`));
  }
  return chunks;
}

const request = {
  messages: [
    { role: 'system', content: 'Be short' },
    { role: 'user', name: 'ann', content: 'Hi' },
    { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: {} },
      ],
    },
  ],
  functions: [{ name: 'f', description: 'does f', parameters: { type: 'object' } }],
};

const counted = async (prompts: string[], completion: string) => {
  const prompt = (await Promise.all(prompts.map(countTokens))).reduce((sum, count) => sum + count, 0);
  const answer = await countTokens(completion);
  return { prompt, completion: answer, total: prompt + answer };
};

it('counts messages with names and calls, functions, and what is said and called', async () => {
  const answer = said(
    { content: 'Hel' },
    { content: 'lo' },
    { function_call: { name: 'f', arguments: '{}' } },
  );
  expect(await estimate(JSON.stringify(request), answer)).toEqual(
    await counted(
      [
        [
          '<|start|>system\nBe short\n<|end|>',
          '<|start|>user\nHi\nann<|end|>',
          '<|start|>assistant\n\nf\n{"a":1}<|end|>',
          '<|start|>user\nLook\n\n<|end|>',
        ].join('\n'),
        '<|start|>f\ndoes f\n{"type":"object"}<|end|>',
      ],
      '{"content":"Hello","function_call":{"name":"f","arguments":"{}"}}',
    ),
  );
});

it('counts less for invokeStream', async () => {
  expect(await estimateText(JSON.stringify(request), said({ content: 'Hello' }))).toEqual(
    await counted(
      [
        [
          '<|start|>system\nBe short<|end|>',
          '<|start|>user\nHi<|end|>',
          '<|start|>assistant\n<|end|>',
          '<|start|>user\nLook\n<|end|>',
        ].join('\n'),
      ],
      'Hello',
    ),
  );
});

it.each(['no JSON', '{}', '{"messages":"x"}'])('counts nothing by a request that is %s', async (body) => {
  for (const count of [estimate, estimateText]) expect(await count(body, said())).toBeUndefined();
});

it('counts nothing of an answer that was too long to be kept', async () => {
  for (const field of ['content', 'name', 'arguments']) {
    const piece = 'x'.repeat(60_000);
    const delta = field === 'content' ? { content: piece } : { function_call: { [field]: piece } };
    const answer = said(...Array.from({ length: 10 }, () => delta));
    expect(await estimate(JSON.stringify(request), answer)).toBeUndefined();
  }
  const long = said(...Array.from({ length: 10 }, () => ({ content: 'x'.repeat(60_000) })));
  expect(await estimateText(JSON.stringify(request), long)).toBeUndefined();
});

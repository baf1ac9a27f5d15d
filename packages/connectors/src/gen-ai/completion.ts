import type { TokenUsage } from '@patchbay/kit';
import { z } from 'zod';

export const usage = z.looseObject({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number(),
});

/** https://platform.openai.com/docs/api-reference/chat/object */
export const completion = z.looseObject({
  id: z.string().optional(),
  object: z.string().optional(),
  created: z.number().optional(),
  model: z.string().optional(),
  usage,
  choices: z.array(
    z.looseObject({
      message: z.looseObject({ role: z.string(), content: z.string().nullish() }),
    }),
  ),
});

export type Completion = z.output<typeof completion>;

export function toTokenUsage(said: z.output<typeof usage>): TokenUsage {
  return { prompt: said.prompt_tokens, completion: said.completion_tokens, total: said.total_tokens };
}

const NOTHING_SAID =
  'An error occurred sending your message. \n\nAPI Error: The response from OpenAI was in an unrecognized format.';

/** What the model says, for those who want no more. */
export function spoken({ choices, usage }: Completion): { message: string; usage: Completion['usage'] } {
  const content = choices[0]?.message.content;
  return { message: content ? content.trim() : NOTHING_SAID, usage };
}

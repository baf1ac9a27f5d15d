import { z } from 'zod';

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html */
export const messagesAnswer = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  usage: z
    .looseObject({
      input_tokens: z.number(),
      output_tokens: z.number(),
      cache_creation_input_tokens: z.number().optional(),
    })
    .optional(),
});

/** Of a body with a `prompt`, the format of the first Claude models. */
export const textAnswer = z.looseObject({ completion: z.string() });

export const anyAnswer = z.looseObject({});

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
export const converseAnswer = z.looseObject({ output: z.looseObject({}), usage: z.looseObject({}) });

export type MessagesAnswer = z.output<typeof messagesAnswer>;

/** The text of the only block; of several, each text on a line of its own, the first one too. */
export function completionOf(content: MessagesAnswer['content']): string {
  if (content.length === 1) return content[0]?.text ?? '';
  return content.map(({ text }) => (text ? `\n${text}` : '')).join('');
}

import { ResponseError } from '@patchbay/kit';
import { z } from 'zod';

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#response */
export const generateAnswer = z.looseObject({
  candidates: z
    .array(
      z.looseObject({
        content: z
          .looseObject({ parts: z.array(z.looseObject({ text: z.string().optional() })).optional() })
          .optional(),
        finishReason: z.string().optional(),
      }),
    )
    .optional(),
  usageMetadata: z.looseObject({
    promptTokenCount: z.number(),
    candidatesTokenCount: z.number(),
    totalTokenCount: z.number(),
  }),
});

export const anyAnswer = z.unknown();

export type GenerateAnswer = z.output<typeof generateAnswer>;

/** The first part of the first candidate; what was blocked has none. */
export function completionOf({ candidates = [] }: GenerateAnswer): string | undefined {
  const [candidate] = candidates;
  const [part] = candidate?.content?.parts ?? [];
  if (part !== undefined) return part.text;
  const reason = candidate?.finishReason;
  throw new ResponseError(`The model gave no answer${reason === undefined ? '' : `: ${reason}`}`);
}

import {
  type CollectedText,
  collectedText,
  type EventReader,
  eventReader,
  type TokenUsage,
} from '@patchbay/kit';
import { z } from 'zod';
import { toTokenUsage, usage } from './completion.ts';

/** https://platform.openai.com/docs/api-reference/chat-streaming/streaming */
const chunk = z.object({
  object: z.literal('chat.completion.chunk'),
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            function_call: z
              .object({ name: z.string().nullish(), arguments: z.string().nullish() })
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish()
    .catch(undefined),
  usage: usage.nullish().catch(undefined),
});

/** What a streamed chat has come to so far. */
export interface ChatChunks {
  reader: EventReader;
  /** As the service says, in its last chunk if it is asked to. */
  usage(): TokenUsage | undefined;
  content: CollectedText;
  functionName: CollectedText;
  functionArguments: CollectedText;
}

export function chatChunks(): ChatChunks {
  let told: TokenUsage | undefined;
  const content = collectedText();
  const functionName = collectedText();
  const functionArguments = collectedText();
  const read = (data: string) => {
    const said = data === '[DONE]' ? undefined : chunk.safeParse(parsed(data)).data;
    if (said === undefined) return;
    if (said.usage) told = toTokenUsage(said.usage);
    const delta = said.choices?.[0]?.delta;
    content.add(delta?.content ?? '');
    functionName.add(delta?.function_call?.name ?? '');
    functionArguments.add(delta?.function_call?.arguments ?? '');
  };
  const reader = eventReader(read, {
    // Once there is more text than is ever counted, only the service's own count is of use.
    isWanted: (event) => !content.isLost() || event.includes('"usage"'),
  });
  return { reader, usage: () => told, content, functionName, functionArguments };
}

/** undefined where it is no JSON: what a stream holds is the service's affair, and passes. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

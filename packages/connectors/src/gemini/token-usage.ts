import type { TokenUsage } from '@patchbay/kit';

/** What an answer, or the last event of a stream, says in its `usageMetadata`. */
export function usageIn(answer: unknown): TokenUsage | undefined {
  const { usageMetadata } = Object(answer) as { usageMetadata?: unknown };
  const {
    promptTokenCount: prompt,
    candidatesTokenCount: completion,
    totalTokenCount: total,
  } = Object(usageMetadata) as Record<string, unknown>;
  if (typeof prompt !== 'number' || typeof total !== 'number') return undefined;
  // Of an answer that was all thinking, or blocked, the service leaves the candidates out.
  return { prompt, completion: typeof completion === 'number' ? completion : 0, total };
}

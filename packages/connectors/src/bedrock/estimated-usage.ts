import { countTokens, type TokenUsage } from '@patchbay/kit';

/** For models that do not say what they counted: near enough. */
export async function estimatedUsage(asked: string, answered: string): Promise<TokenUsage> {
  const [prompt, completion] = [await countTokens(asked), await countTokens(answered)];
  return { prompt, completion, total: prompt + completion };
}

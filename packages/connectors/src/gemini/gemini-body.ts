import { contentsOf } from './contents.ts';
import type { Invoke } from './schema.ts';

/** https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/configure-safety-filters */
const SAFETY_SETTINGS = [{ category: 'HARM_CATEGORY_DANGEROUS_CONTENT', threshold: 'BLOCK_ONLY_HIGH' }];

/**
 * The body of `generateContent`.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#request
 */
export function geminiBody({
  messages,
  systemInstruction,
  temperature,
  maxOutputTokens,
  tools,
  toolConfig,
}: Pick<
  Invoke,
  'messages' | 'systemInstruction' | 'temperature' | 'maxOutputTokens' | 'tools' | 'toolConfig'
>): object {
  return {
    contents: contentsOf(messages),
    generation_config: { temperature: temperature ?? 0, maxOutputTokens },
    ...(systemInstruction && { system_instruction: { parts: [{ text: systemInstruction }] } }),
    ...(toolConfig && {
      tool_config: {
        function_calling_config: {
          mode: toolConfig.mode,
          allowed_function_names: toolConfig.allowedFunctionNames,
        },
      },
    }),
    safety_settings: SAFETY_SETTINGS,
    tools,
  };
}

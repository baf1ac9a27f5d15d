import type { Converse } from './schema.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. The model is named here too. */
export function converseBody(params: Converse, model: string): object {
  const { messages, temperature, stopSequences, maxTokens, tools, toolChoice, system } = params;
  const hasTools = Boolean(tools) || Boolean(toolChoice);
  return {
    messages,
    inferenceConfig: { temperature, stopSequences, maxTokens },
    ...(hasTools && { toolConfig: { tools, toolChoice } }),
    system,
    modelId: model,
  };
}

import type { Config } from './schema.ts';

const PROVIDERS: ReadonlySet<string> = new Set([
  'alibabacloud-ai-search',
  'amazonbedrock',
  'anthropic',
  'azureaistudio',
  'azureopenai',
  'cohere',
  'elastic',
  'elasticsearch',
  'googleaistudio',
  'googlevertexai',
  'hugging_face',
  'mistral',
  'openai',
  'watsonxai',
]);

/** In any case but for the first. The reference takes names of sub-actions too, for which Elasticsearch has no task. */
const TASK_TYPES: ReadonlySet<string> = new Set([
  'completion',
  'completion_stream',
  'rerank',
  'sparse_embedding',
  'text_embedding',
  'unified_completion',
  'unified_completion_async_iterator',
  'unified_completion_stream',
]);

export function ensureEndpoint({ provider, taskType, inferenceId }: Config): void {
  if (!PROVIDERS.has(provider))
    throw new Error(`API Provider is not supported${named(provider)} by Inference Endpoint.`);
  if (taskType !== 'chat_completion' && !TASK_TYPES.has(taskType.toLowerCase())) {
    throw new Error(`Task type is not supported${named(taskType)} by Inference Endpoint.`);
  }
  // In a path they would name another one.
  if (inferenceId === '.' || inferenceId === '..') throw new Error(`"${inferenceId}" is no inference ID.`);
}

const named = (value: string) => (value === '' ? '' : `: ${value}`);

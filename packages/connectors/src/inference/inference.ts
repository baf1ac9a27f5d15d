import { configuring, defineConnectorType } from '@patchbay/kit';
import { deleteEndpoint, putEndpoint, undoEndpoint, whichExist } from './endpoint.ts';
import { inferenceService } from './inference-service.ts';
import {
  chatParams,
  completionParams,
  config,
  rerankParams,
  secrets,
  sparseEmbeddingParams,
  textEmbeddingParams,
} from './schema.ts';
import { ensureEndpoint } from './validate.ts';

/**
 * Inference endpoints of the configured Elasticsearch: created, replaced and deleted with their connectors. Everything goes
 * to Elasticsearch, nothing to the model's provider.
 * https://www.elastic.co/docs/api/doc/elasticsearch/group/endpoint-inference
 */
export const inference = defineConnectorType({
  id: '.inference',
  name: 'AI Connector',
  description: 'Uses language models through inference endpoints of Elasticsearch.',
  minimumLicense: 'enterprise',
  features: ['generativeAIForSecurity', 'generativeAIForSearchPlayground', 'generativeAIForObservability'],
  isExperimental: true,
  config,
  secrets,
  validate: {
    config: (given) => configuring('Inference API action', () => ensureEndpoint(given)),
  },
  hooks: {
    preSave: putEndpoint,
    postSave: undoEndpoint,
    postDelete: deleteEndpoint,
    whichExist,
  },
  example: {
    name: 'Chat through Elasticsearch',
    config: {
      provider: 'openai',
      taskType: 'chat_completion',
      inferenceId: 'chat',
      providerConfig: { model_id: 'gpt-4.1' },
    },
    secrets: { providerSecrets: { api_key: 'the-api-key' } },
    params: [
      {
        subAction: 'unified_completion',
        subActionParams: { body: { messages: [{ role: 'user', content: 'What does "disk full" mean?' }] } },
      },
      { subAction: 'rerank', subActionParams: { query: 'fruit', input: ['apple', 'banana'] } },
    ],
  },
  service: inferenceService,
  subActions: (action) => ({
    unified_completion: action(chatParams, ({ params, service }) => service.unifiedCompletion(params)),
    unified_completion_stream: action(chatParams, ({ params, service }) =>
      service.unifiedCompletionStream(params),
    ),
    unified_completion_async_iterator: action(chatParams, ({ params, service }) =>
      service.unifiedCompletionStream(params, { countsBytes: true }),
    ),
    completion: action(completionParams, ({ params, service }) => service.task('completion', params)),
    rerank: action(rerankParams, async ({ params, service }) =>
      (await service.task('rerank', params)).map(scored),
    ),
    text_embedding: action(textEmbeddingParams, ({ params: { input, inputType }, service }) =>
      service.task('text_embedding', { input, task_settings: { input_type: inputType } }),
    ),
    sparse_embedding: action(sparseEmbeddingParams, ({ params, service }) =>
      service.task('sparse_embedding', params),
    ),
  }),
});

function scored(item: unknown): object {
  const { relevance_score: score, ...rest } = Object(item);
  return { score, ...rest };
}

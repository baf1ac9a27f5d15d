import { defineConnectorType, renderBodyAsJson } from '@patchbay/kit';
import { spoken } from './completion.ts';
import { genAiService } from './gen-ai-service.ts';
import { config, dashboardParams, invokeParams, runParams, secrets, streamParams } from './schema.ts';
import { validateConfig, validateSecrets } from './validate.ts';

/** Chat completions of OpenAI, Azure OpenAI and services like them. https://platform.openai.com/docs/api-reference/chat */
export const genAi = defineConnectorType({
  id: '.gen-ai',
  name: 'OpenAI',
  description: 'Asks a language model of OpenAI, of Azure OpenAI, or of a service with the same API.',
  minimumLicense: 'enterprise',
  features: [
    'generativeAIForSecurity',
    'generativeAIForObservability',
    'generativeAIForSearchPlayground',
    'workflows',
  ],
  config,
  secrets,
  validate: { config: validateConfig, secrets: validateSecrets },
  renderParams: renderBodyAsJson,
  example: {
    name: 'Language model',
    config: { apiProvider: 'OpenAI', apiUrl: 'https://api.openai.com/v1/chat/completions' },
    secrets: { apiKey: 'the-api-key' },
    params: [
      {
        subAction: 'run',
        subActionParams: { body: '{"messages": [{"role": "user", "content": "Hello world"}]}' },
      },
      {
        subAction: 'invokeAI',
        subActionParams: { messages: [{ role: 'user', content: 'Why is the disk of host-1 full?' }] },
      },
      {
        subAction: 'stream',
        subActionParams: {
          body: '{"messages": [{"role": "user", "content": "Hello world"}]}',
          stream: true,
        },
      },
    ],
  },
  service: genAiService,
  subActions: (action) => {
    const run = action(runParams, ({ params, service }) => service.run(params.body, params.timeout));
    return {
      run,
      test: run,
      stream: action(streamParams, ({ params, service }) => service.stream(params.body, params)),
      invokeAI: action(invokeParams, async ({ params, service }) => spoken(await service.invokeAI(params))),
      invokeStream: action(invokeParams, ({ params, service }) => service.invokeStream(params)),
      invokeAsyncIterator: action(invokeParams, ({ params, service }) => service.invokeAsyncIterator(params)),
      // There are no dashboards here (docs/decisions/0065).
      getDashboard: action(dashboardParams, () => ({ available: false })),
    };
  },
});

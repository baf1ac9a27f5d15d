import { configuring, defineConnectorType, ensureModelUrl, RunError, renderBodyAsJson } from '@patchbay/kit';
import { bedrockService } from './bedrock-service.ts';
import {
  clientSendParams,
  config,
  converseParams,
  dashboardParams,
  invokeParams,
  invokeRawParams,
  runParams,
  secrets,
} from './schema.ts';

/** Models in Amazon Bedrock. https://docs.aws.amazon.com/bedrock/latest/userguide/inference-api.html */
export const bedrock = defineConnectorType({
  id: '.bedrock',
  name: 'Amazon Bedrock',
  description: 'Sends requests to language models in Amazon Bedrock.',
  minimumLicense: 'enterprise',
  features: [
    'generativeAIForSecurity',
    'generativeAIForObservability',
    'generativeAIForSearchPlayground',
    'workflows',
  ],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) =>
      configuring('Amazon Bedrock action', () => ensureModelUrl(apiUrl, allowedHosts)),
  },
  renderParams: renderBodyAsJson,
  example: {
    name: 'Claude in Bedrock',
    config: { apiUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com' },
    secrets: { accessKey: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    params: [
      {
        subAction: 'invokeAI',
        subActionParams: {
          system: 'You help people on call.',
          messages: [{ role: 'user', content: 'What does "disk full" on host-1 mean?' }],
        },
      },
      {
        subAction: 'converse',
        subActionParams: { messages: [{ role: 'user', content: [{ text: 'hi' }] }], maxTokens: 50 },
      },
    ],
  },
  service: bedrockService,
  subActions: (action) => {
    const run = action(runParams, ({ params, service }) => service.run(params));
    return {
      run,
      test: run,
      invokeAI: action(invokeParams, ({ params, service }) => service.invokeAI(params)),
      invokeAIRaw: action(invokeRawParams, ({ params, service }) => service.invokeAIRaw(params)),
      invokeStream: action(invokeParams, ({ params, service }) => service.invokeStream(params)),
      converse: action(converseParams, ({ params, service }) => service.converse(params)),
      converseStream: action(converseParams, ({ params, service }) => service.converseStream(params)),
      // There are no dashboards here (docs/decisions/0065).
      getDashboard: action(dashboardParams, () => ({ available: false })),
      bedrockClientSend: action(clientSendParams, () => {
        throw new RunError(
          'bedrockClientSend takes a command of the AWS SDK, which only code in the same process can give. Use converse or converseStream.',
          { source: 'user' },
        );
      }),
    };
  },
});

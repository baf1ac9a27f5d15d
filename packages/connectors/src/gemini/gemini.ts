import { configuring, defineConnectorType, ensureModelUrl, renderBodyAsJson } from '@patchbay/kit';
import { ensureServiceAccount } from './credentials.ts';
import { geminiService } from './gemini-service.ts';
import { config, dashboardParams, invokeParams, runParams, secrets } from './schema.ts';

/** Gemini models in Vertex AI. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference */
export const gemini = defineConnectorType({
  id: '.gemini',
  name: 'Google Gemini',
  description: 'Sends requests to Gemini models in Vertex AI.',
  minimumLicense: 'enterprise',
  features: [
    'generativeAIForSecurity',
    'generativeAIForSearchPlayground',
    'generativeAIForObservability',
    'workflows',
  ],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) =>
      configuring('Google Gemini action', () => ensureModelUrl(apiUrl, allowedHosts)),
    secrets: ({ credentialsJson }) =>
      configuring('Google Gemini secrets', () => ensureServiceAccount(credentialsJson)),
  },
  renderParams: renderBodyAsJson,
  example: {
    name: 'Gemini in Vertex AI',
    config: {
      apiUrl: 'https://us-central1-aiplatform.googleapis.com',
      gcpRegion: 'us-central1',
      gcpProjectID: 'my-project',
    },
    secrets: {
      credentialsJson: JSON.stringify({
        type: 'service_account',
        client_email: 'patchbay@my-project.iam.gserviceaccount.com',
        private_key: 'the key in PEM',
        token_uri: 'https://oauth2.googleapis.com/token',
      }),
    },
    params: {
      subAction: 'invokeAI',
      subActionParams: {
        systemInstruction: 'You help people on call.',
        messages: [{ role: 'user', content: 'What does "disk full" on host-1 mean?' }],
      },
    },
  },
  service: geminiService,
  subActions: (action) => {
    const run = action(runParams, ({ params, service }) => service.run(params));
    return {
      run,
      test: run,
      invokeAI: action(invokeParams, ({ params, service }) => service.invokeAI(params)),
      invokeAIRaw: action(invokeParams, ({ params, service }) => service.invokeAIRaw(params)),
      invokeStream: action(invokeParams, ({ params, service }) => service.invokeStream(params)),
      // There are no dashboards here (docs/decisions/0065).
      getDashboard: action(dashboardParams, () => ({ available: false })),
    };
  },
});

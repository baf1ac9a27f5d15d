import { defineConnectorType, ensureAllowed } from '@patchbay/kit';
import { renderParams } from './render-params.ts';
import { config, runParams, secrets, webhooksParams } from './schema.ts';
import { tinesService } from './tines-service.ts';

/** Tines stories that start with a webhook action. https://www.tines.com/api/welcome */
export const tines = defineConnectorType({
  id: '.tines',
  name: 'Tines',
  description: 'Sends events to stories in Tines.',
  minimumLicense: 'gold',
  features: ['siem'],
  config,
  secrets,
  validate: {
    config: ({ url }, { allowedHosts }) => ensureAllowed(url, allowedHosts, 'error validating url'),
  },
  renderParams,
  example: {
    name: 'Triage story',
    config: { url: 'https://acme.tines.com' },
    secrets: { email: 'patchbay@example.com', token: 'the-api-token' },
    params: [
      { subAction: 'stories', subActionParams: {} },
      { subAction: 'webhooks', subActionParams: { storyId: 1 } },
      {
        subAction: 'run',
        subActionParams: {
          webhook: { id: 7, name: 'New alert', storyId: 1 },
          body: '{"text": "Disk is full on host-1"}',
        },
      },
    ],
  },
  service: tinesService,
  subActions: (action) => {
    const run = action(runParams, ({ params, service }) => service.run(params));
    return {
      stories: { params: null, run: ({ service }) => service.stories() },
      webhooks: action(webhooksParams, ({ params, service }) => service.webhooks(params.storyId)),
      run,
      test: run,
    };
  },
});

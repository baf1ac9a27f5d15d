import { defineConnectorType, ensureAllowed } from '@patchbay/kit';
import { falconService, type RtrRole } from './falcon-service.ts';
import { agents, anything, config, hostAction, rtrCommand, secrets } from './schema.ts';

const experimental = 'crowdstrikeConnectorRTROn';

/** CrowdStrike Falcon. https://developer.crowdstrike.com/docs/openapi/ */
export const crowdstrike = defineConnectorType({
  id: '.crowdstrike',
  name: 'CrowdStrike',
  description: 'Contains hosts and runs scripts on them through CrowdStrike Falcon.',
  minimumLicense: 'enterprise',
  features: ['endpointSecurity'],
  subFeature: 'endpointSecurity',
  directSubActions: ['getAgentDetails'],
  config,
  secrets,
  validate: {
    config: ({ url }, { allowedHosts }) => ensureAllowed(url, allowedHosts, 'error validating url'),
  },
  example: {
    name: 'Falcon',
    config: { url: 'https://api.crowdstrike.com' },
    secrets: { clientId: '0123456789abcdef0123456789abcdef', clientSecret: 'the-secret' },
    params: [
      { subAction: 'getAgentDetails', subActionParams: { ids: ['5d41402abc4b2a76b9719d911017c592'] } },
      {
        subAction: 'hostActions',
        subActionParams: { command: 'contain', ids: ['5d41402abc4b2a76b9719d911017c592'] },
      },
      {
        subAction: 'batchAdminExecuteRTR',
        subActionParams: {
          command: "runscript -CloudFile='collect'",
          endpoint_ids: ['5d41402abc4b2a76b9719d911017c592'],
        },
      },
    ],
  },
  service: (context) => falconService(context),
  subActions: (action) => {
    const command = (role: RtrRole) =>
      action(rtrCommand, ({ params, service }) => service.runCommand(role, params), { experimental });
    return {
      getAgentDetails: action(agents, ({ params, service }) => service.agents(params.ids)),
      hostActions: action(hostAction, ({ params, service }) => service.act(params)),
      getAgentOnlineStatus: action(agents, ({ params, service }) => service.onlineStates(params.ids)),
      executeRTRCommand: command('batch-command'),
      batchActiveResponderExecuteRTR: command('batch-active-responder-command'),
      batchAdminExecuteRTR: command('batch-admin-command'),
      getRTRCloudScripts: action(anything, ({ service }) => service.scripts(), { experimental }),
    };
  },
});

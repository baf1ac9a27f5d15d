import { defineConnectorType, ensureAllowed } from '@patchbay/kit';
import { defenderService } from './defender-service.ts';
import {
  actionList,
  actionResults,
  cancellation,
  config,
  machine,
  machineAction,
  machineList,
  nothing,
  script,
  secrets,
} from './schema.ts';
import { testConnector } from './test-connector.ts';

/** Microsoft Defender for Endpoint. https://learn.microsoft.com/en-us/defender-endpoint/api/apis-intro */
export const microsoftDefenderEndpoint = defineConnectorType({
  id: '.microsoft_defender_endpoint',
  name: 'Microsoft Defender for Endpoint',
  description:
    'Isolates and releases machines, and runs scripts on them, through Microsoft Defender for Endpoint.',
  minimumLicense: 'enterprise',
  features: ['endpointSecurity'],
  subFeature: 'endpointSecurity',
  directSubActions: ['testConnector'],
  config,
  secrets,
  validate: {
    config({ oAuthServerUrl, apiUrl }, { allowedHosts }) {
      for (const url of [oAuthServerUrl, apiUrl]) ensureAllowed(url, allowedHosts, 'error validating url');
    },
  },
  example: {
    name: 'Defender',
    config: {
      clientId: '00000000-1111-2222-3333-444444444444',
      tenantId: '55555555-6666-7777-8888-999999999999',
      oAuthServerUrl: 'https://login.microsoftonline.com',
      oAuthScope: 'https://securitycenter.onmicrosoft.com/windowsatpservice/.default',
      apiUrl: 'https://api.securitycenter.windows.com',
    },
    secrets: { clientSecret: 'the-secret' },
    params: [
      { subAction: 'testConnector', subActionParams: {} },
      {
        subAction: 'getAgentList',
        subActionParams: { computerDnsName: 'host-1.example.com', healthStatus: 'Active' },
      },
      {
        subAction: 'isolateHost',
        subActionParams: { id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc07', comment: 'Malware seen' },
      },
    ],
  },
  service: (context) => defenderService(context),
  subActions: (action) => ({
    testConnector: action(nothing, ({ service }) => testConnector(service)),
    getAgentDetails: action(machine, ({ params, service }) => service.machine(params.id)),
    getAgentList: action(machineList, ({ params, service }) => service.machines(params)),
    isolateHost: action(machineAction, ({ params, service }) => service.isolate(params)),
    releaseHost: action(machineAction, ({ params, service }) => service.release(params)),
    getActions: action(actionList, ({ params, service }) => service.actions(params)),
    getLibraryFiles: action(nothing, ({ service }) => service.library()),
    runScript: action(script, ({ params, service }) => service.runScript(params)),
    getActionResults: action(actionResults, ({ params, service }) => service.results(params.id)),
    cancelAction: action(cancellation, ({ params, service }) => service.cancel(params), {
      experimental: 'microsoftDefenderEndpointCancelOn',
    }),
  }),
});

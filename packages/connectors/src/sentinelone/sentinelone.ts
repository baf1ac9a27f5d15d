import { defineConnectorType, ensureAllowed } from '@patchbay/kit';
import { agentFilter } from './agent-filter.ts';
import { renderParams } from './render-params.ts';
import {
  activitiesParams,
  config,
  downloadFileParams,
  downloadResultsParams,
  executeParams,
  fetchFilesParams,
  resultsParams,
  scriptsParams,
  secrets,
  statusParams,
} from './schema.ts';
import { sentinelOneService } from './sentinelone-service.ts';

/** SentinelOne's management console, API 2.1; its documentation is in the console itself, at `/api-doc/overview`. */
export const sentinelone = defineConnectorType({
  id: '.sentinelone',
  name: 'Sentinel One',
  description:
    'Finds, isolates and releases machines with SentinelOne, runs scripts and fetches files there.',
  minimumLicense: 'enterprise',
  features: ['endpointSecurity'],
  subFeature: 'endpointSecurity',
  directSubActions: ['getAgents'],
  config,
  secrets,
  validate: {
    config: ({ url }, { allowedHosts }) => ensureAllowed(url, allowedHosts, 'error validating url'),
  },
  renderParams,
  example: {
    name: 'Endpoints',
    config: { url: 'https://acme.sentinelone.net' },
    secrets: { token: 'the-api-token' },
    params: [
      { subAction: 'getAgents', subActionParams: { computerName: 'host-1' } },
      { subAction: 'isolateHost', subActionParams: { computerName: 'host-1' } },
      {
        subAction: 'executeScript',
        subActionParams: { filter: { ids: '1234567890' }, script: { scriptId: '9876543210' } },
      },
      {
        subAction: 'fetchAgentFiles',
        subActionParams: {
          agentId: '1234567890',
          zipPassCode: 'a-long-password',
          files: ['/var/log/syslog'],
        },
      },
    ],
  },
  service: sentinelOneService,
  subActions: (action) => ({
    getAgents: action(agentFilter, ({ params, service }) => service.agents(params)),
    isolateHost: action(agentFilter, ({ params, service }) => service.isolate(params)),
    releaseHost: action(agentFilter, ({ params, service }) => service.release(params)),
    executeScript: action(executeParams, ({ params, service }) => service.runScript(params)),
    getRemoteScripts: action(scriptsParams, ({ params, service }) => service.scripts(params)),
    getRemoteScriptStatus: action(statusParams, ({ params, service }) =>
      service.scriptStatus(params.parentTaskId),
    ),
    getRemoteScriptResults: action(resultsParams, ({ params, service }) =>
      service.scriptResults(params.taskIds),
    ),
    downloadRemoteScriptResults: action(downloadResultsParams, ({ params, service }) =>
      service.downloadScriptResults(params.taskId),
    ),
    fetchAgentFiles: action(fetchFilesParams, ({ params, service }) => service.fetchFiles(params)),
    downloadAgentFile: action(downloadFileParams, ({ params, service }) => service.downloadFile(params)),
    getActivities: action(activitiesParams, ({ params, service }) => service.activities(params ?? {})),
  }),
});

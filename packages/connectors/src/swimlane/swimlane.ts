import { defineConnectorType, ensureAllowed, fieldsForIncident, pushToService } from '@patchbay/kit';
import { config, params, secrets } from './schema.ts';
import { swimlaneService } from './swimlane-service.ts';

/** Swimlane's records. https://docs.swimlane.com/articles/records/record-requests */
export const swimlane = defineConnectorType({
  id: '.swimlane',
  name: 'Swimlane',
  description: 'Creates and updates records in Swimlane.',
  minimumLicense: 'gold',
  features: ['alerting', 'cases', 'siem', 'workflows'],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) =>
      ensureAllowed(apiUrl, allowedHosts, 'error configuring connector action'),
  },
  caseIncident: {
    title: 'caseName',
    description: 'description',
    comments: 'comments',
    fields: (_, ofConnector) => fieldsForIncident(ofConnector, { caseId: 'caseId' }),
  },
  params,
  example: {
    name: 'Security operations',
    config: {
      apiUrl: 'https://swimlane.example.com',
      appId: 'aBcDeFg',
      connectorType: 'all',
      mappings: {
        ruleNameConfig: { id: 'a1b2c', key: 'rule-name', name: 'Rule name', fieldType: 'text' },
        severityConfig: { id: 'd3e4f', key: 'severity', name: 'Severity', fieldType: 'text' },
      },
    },
    secrets: { apiToken: 'the-api-token' },
    params: {
      subAction: 'pushToService',
      subActionParams: { incident: { ruleName: 'Disk is full', severity: 'critical' } },
    },
  },
  async execute(context) {
    const { config, secrets, params } = context;
    if (!(config.apiUrl && config.appId && secrets.apiToken)) {
      throw new Error('[Action]Swimlane: Wrong configuration.');
    }
    return pushToService(params.subActionParams, swimlaneService(context));
  },
});

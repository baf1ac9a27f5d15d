import { defineConnectorType, ensureAllowed, fieldsForIncident, pushToService } from '@patchbay/kit';
import { resilientService } from './resilient-service.ts';
import { config, nothing, push, secrets } from './schema.ts';

/** IBM QRadar SOAR, once Resilient. https://www.ibm.com/docs/en/sqsp/51?topic=api-rest */
export const resilient = defineConnectorType({
  id: '.resilient',
  name: 'IBM Resilient',
  description: 'Creates and updates incidents in IBM QRadar SOAR (Resilient).',
  minimumLicense: 'platinum',
  features: ['alerting', 'cases', 'siem', 'workflows'],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) => ensureAllowed(apiUrl, allowedHosts, 'error validating url'),
  },
  caseIncident: {
    title: 'name',
    description: 'description',
    comments: 'comments',
    fields: (_, ofConnector) =>
      fieldsForIncident(ofConnector, {
        incidentTypes: 'incidentTypes',
        severityCode: 'severityCode',
        additionalFields: 'additionalFields',
      }),
  },
  example: {
    name: 'Security incidents',
    config: { apiUrl: 'https://resilient.example.com', orgId: '201' },
    secrets: { apiKeyId: '00000000-1111-2222-3333-444444444444', apiKeySecret: 'the-secret' },
    params: [
      {
        subAction: 'pushToService',
        subActionParams: {
          incident: { name: 'Malware on host-1', incidentTypes: [1001], severityCode: 6 },
          comments: [{ commentId: '1', comment: 'Seen first at 10:00' }],
        },
      },
      { subAction: 'severity', subActionParams: {} },
    ],
  },
  service: (context) => resilientService(context),
  subActions: (action) => ({
    pushToService: action(push, ({ params, service }) => pushToService(params, service)),
    incidentTypes: action(nothing, ({ service }) => service.getIncidentTypes()),
    severity: action(nothing, ({ service }) => service.getSeverities()),
    getFields: action(nothing, ({ service }) => service.getFields()),
  }),
});

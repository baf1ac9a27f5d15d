import {
  CASE_SEVERITIES,
  type ConnectorType,
  defineConnectorType,
  ensureAllowed,
  fieldsForIncident,
  pushToService,
  renderWithSeverity,
} from '@patchbay/kit';
import { alertParams, config, pushParams, secrets } from './schema.ts';
import { theHiveService } from './thehive-service.ts';

/** TheHive's own default for an alert. */
const MEDIUM = 2;

const renderParams: ConnectorType['renderParams'] = (params, render) =>
  params.subAction === 'createAlert'
    ? {
        ...params,
        subActionParams: renderWithSeverity(
          (params.subActionParams ?? {}) as Record<string, unknown>,
          render,
          MEDIUM,
        ),
      }
    : render.deep(params, 'none');

/** TheHive 5: cases with comments, and alerts. https://docs.strangebee.com/thehive/api-docs/ */
export const thehive = defineConnectorType({
  id: '.thehive',
  name: 'TheHive',
  description: 'Creates and updates cases in TheHive, and creates alerts.',
  minimumLicense: 'gold',
  features: ['alerting', 'siem', 'uptime', 'cases', 'workflows'],
  config,
  secrets,
  validate: {
    config: ({ url }, { allowedHosts }) => ensureAllowed(url, allowedHosts, 'error validating url'),
  },
  renderParams,
  caseIncident: {
    title: 'title',
    description: 'description',
    comments: 'comments',
    tags: 'tags',
    fields: ({ severity }, ofConnector) => ({
      ...fieldsForIncident(ofConnector, { tlp: 'tlp' }),
      severity: CASE_SEVERITIES.indexOf(severity) + 1,
    }),
  },
  example: {
    name: 'Security operations',
    config: { url: 'https://thehive.example.com', organisation: 'soc' },
    secrets: { apiKey: 'the-api-key' },
    params: [
      {
        subAction: 'pushToService',
        subActionParams: {
          incident: { title: 'Disk is full', description: 'On host-1', severity: 2, tlp: 2, tags: ['disk'] },
          comments: [{ commentId: 'c1', comment: 'Cleaned up' }],
        },
      },
      {
        subAction: 'createAlert',
        subActionParams: {
          title: 'Disk is full',
          description: 'On host-1',
          type: 'external',
          source: 'Patchbay',
          sourceRef: 'disk-host-1',
          severity: 3,
          body: '{"observables": [{"dataType": "hostname", "data": "host-1"}]}',
        },
      },
    ],
  },
  service: theHiveService,
  subActions: (action) => ({
    pushToService: action(pushParams, ({ params, service }) => pushToService(params, service)),
    createAlert: action(alertParams, ({ params, service }) => service.createAlert(params)),
  }),
});

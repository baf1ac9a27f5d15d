import { defineConnectorType, subActionChoice } from '@patchbay/kit';
import { z } from 'zod';
import { incidentConfig, secrets, usesTableApi, validateAccount } from './account.ts';
import { caseIncident } from './case-incident.ts';
import { getChoices, getFields } from './choices.ts';
import { closeIncident } from './close-incident.ts';
import {
  choicesOf,
  correlationId,
  getFields as fieldsOf,
  getIncident,
  handshake,
  incidentFields,
  optional,
  pushed,
} from './incident-schema.ts';
import { type IncidentContext, type IncidentKind, incidentService } from './incident-service.ts';
import { pushIncident } from './push-incident.ts';

const INCIDENT: IncidentKind = {
  table: 'incident',
  importSetTable: 'x_elas2_inc_int_elastic_incident',
  scope: 'x_elas2_inc_int',
};

const incident = z.strictObject({
  ...incidentFields,
  severity: optional('Severity', 'Its value, not its label.'),
  urgency: optional('Urgency', 'Its value, not its label.'),
  impact: optional('Impact', 'Its value, not its label.'),
});

const incidentToClose = z.strictObject({
  externalId: optional('External ID', 'The sys_id of the incident. Wins over the correlation ID.'),
  correlation_id: correlationId('Correlation ID', 'The newest incident that has it is closed.'),
});

const params = subActionChoice({
  pushToService: pushed(incident),
  closeIncident: z.strictObject({ incident: incidentToClose.meta({ title: 'Incident' }) }),
  getChoices: choicesOf,
  getFields: fieldsOf,
  getIncident,
  handshake,
});

/** ServiceNow ITSM: incidents. */
export const servicenow = defineConnectorType({
  id: '.servicenow',
  name: 'ServiceNow ITSM',
  description: 'Creates, updates and closes incidents in ServiceNow.',
  minimumLicense: 'platinum',
  features: ['alerting', 'cases', 'uptime', 'siem', 'workflows'],
  config: incidentConfig,
  secrets,
  validate: validateAccount,
  isConnectorDeprecated: usesTableApi,
  caseIncident: caseIncident({ severity: 'severity', urgency: 'urgency', impact: 'impact' }),
  params,
  example: {
    name: 'Service desk',
    config: { apiUrl: 'https://acme.service-now.com', usesTableApi: false },
    secrets: { username: 'patchbay', password: 'the-password' },
    params: [
      {
        subAction: 'pushToService',
        subActionParams: {
          incident: {
            short_description: 'Disk is full on host-1',
            urgency: '1',
            impact: '2',
            correlation_id: 'disk-host-1',
          },
          comments: [{ commentId: '1', comment: 'Seen first at 10:00' }],
        },
      },
      { subAction: 'closeIncident', subActionParams: { incident: { correlation_id: 'disk-host-1' } } },
      { subAction: 'getChoices', subActionParams: { fields: ['urgency', 'impact'] } },
    ],
  },
  execute: (context) => run(context.params, context),
});

async function run({ subAction, subActionParams }: z.output<typeof params>, context: IncidentContext) {
  const service = incidentService(context, INCIDENT);
  switch (subAction) {
    case 'pushToService':
      return pushIncident(subActionParams, service);
    case 'closeIncident':
      return closeIncident(subActionParams.incident, service, context.log);
    case 'getChoices':
      return getChoices(service.instance, INCIDENT.table, subActionParams.fields);
    case 'getFields':
      return getFields(service.instance, INCIDENT.table);
    case 'getIncident':
      return {};
    case 'handshake':
      throw new Error('[Action][ExternalService] subAction handshake not implemented.');
  }
}

import { defineConnectorType, type IncidentPush, subActionChoice } from '@patchbay/kit';
import { z } from 'zod';
import { incidentConfig, secrets, usesTableApi, validateAccount } from './account.ts';
import { caseIncident } from './case-incident.ts';
import { getChoices, getFields } from './choices.ts';
import {
  choicesOf,
  getFields as fieldsOf,
  getIncident,
  handshake,
  incidentFields,
  optional,
  pushed,
} from './incident-schema.ts';
import {
  type IncidentContext,
  type IncidentKind,
  type IncidentService,
  incidentService,
} from './incident-service.ts';
import { addObservables, joined, observablesIn } from './observables.ts';
import { pushIncident } from './push-incident.ts';

const SECURITY_INCIDENT: IncidentKind = {
  table: 'sn_si_incident',
  importSetTable: 'x_elas2_sir_int_elastic_si_incident',
  scope: 'x_elas2_sir_int',
};

const observed = (title: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .nullable()
    .default(null)
    .meta({ title, description: 'A list, or text with commas, bars or white space between.' });

const securityIncident = z.strictObject({
  ...incidentFields,
  priority: optional('Priority', 'Its value, not its label.'),
  dest_ip: observed('Destination IPs'),
  source_ip: observed('Source IPs'),
  malware_hash: observed('Malware hashes'),
  malware_url: observed('Malware URLs'),
});

const params = subActionChoice({
  pushToService: pushed(securityIncident),
  getChoices: choicesOf,
  getFields: fieldsOf,
  getIncident,
  handshake,
});

/** ServiceNow Security Incident Response. */
export const servicenowSir = defineConnectorType({
  id: '.servicenow-sir',
  name: 'ServiceNow SecOps',
  description: 'Creates and updates security incidents in ServiceNow, with their observables.',
  minimumLicense: 'platinum',
  features: ['alerting', 'cases', 'siem', 'workflows'],
  config: incidentConfig,
  secrets,
  validate: validateAccount,
  isConnectorDeprecated: usesTableApi,
  // What alerts observed is not known here: it is in their documents.
  caseIncident: caseIncident({ priority: 'priority' }),
  params,
  example: {
    name: 'Security operations',
    config: { apiUrl: 'https://acme.service-now.com', usesTableApi: false },
    secrets: { username: 'patchbay', password: 'the-password' },
    params: [
      {
        subAction: 'pushToService',
        subActionParams: {
          incident: {
            short_description: 'Malware on host-1',
            priority: '1',
            source_ip: ['203.0.113.7'],
            malware_url: 'https://malware.example/payload',
          },
          comments: null,
        },
      },
      { subAction: 'getChoices', subActionParams: { fields: ['priority'] } },
    ],
  },
  execute: (context) => run(context.params, context),
});

async function run({ subAction, subActionParams }: z.output<typeof params>, context: IncidentContext) {
  const service = incidentService(context, SECURITY_INCIDENT);
  switch (subAction) {
    case 'pushToService':
      return push(subActionParams, service, context.config.usesTableApi);
    case 'getChoices':
      return getChoices(service.instance, SECURITY_INCIDENT.table, subActionParams.fields);
    case 'getFields':
      return getFields(service.instance, SECURITY_INCIDENT.table);
    case 'getIncident':
      return {};
    case 'handshake':
      throw new Error('[Action][ExternalService] subAction handshake not implemented.');
  }
}

/** The table takes observables as text. The application takes them one by one, for an incident that is there. */
async function push(
  { incident, comments }: IncidentPush<z.output<typeof securityIncident>>,
  service: IncidentService,
  isTable: boolean,
) {
  const { dest_ip, source_ip, malware_hash, malware_url } = incident;
  const fields = isTable
    ? {
        dest_ip: joined(dest_ip),
        source_ip: joined(source_ip),
        malware_hash: joined(malware_hash),
        malware_url: joined(malware_url),
      }
    : { dest_ip: null, source_ip: null, malware_hash: null, malware_url: null };
  const pushed = await pushIncident({ incident: { ...incident, ...fields }, comments }, service);
  const observables = isTable ? [] : observablesIn(incident);
  if (observables.length > 0) {
    await addObservables(pushed.id, observables, service, SECURITY_INCIDENT.scope);
  }
  return pushed;
}

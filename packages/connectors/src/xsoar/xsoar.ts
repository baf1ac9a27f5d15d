import { type ConnectorType, defineConnectorType, ensureAllowed, renderWithSeverity } from '@patchbay/kit';
import { config, runParams, secrets } from './schema.ts';
import { xsoarService } from './xsoar-service.ts';

/** XSOAR's own word for it is "unknown". */
const UNKNOWN = 0;

const renderParams: ConnectorType['renderParams'] = (params, render) => ({
  ...params,
  subActionParams: renderWithSeverity(
    (params.subActionParams ?? {}) as Record<string, unknown>,
    render,
    UNKNOWN,
  ),
});

/**
 * Palo Alto Networks Cortex XSOAR, 6 (one's own server) and 8 (cloud).
 * https://cortex-panw.stoplight.io/docs/cortex-xsoar-8/m0qlgh9inh4vk-create-or-update-an-incident
 */
export const xsoar = defineConnectorType({
  id: '.xsoar',
  name: 'XSOAR',
  description: 'Creates incidents in Cortex XSOAR, which run playbooks.',
  minimumLicense: 'platinum',
  features: ['siem'],
  config,
  secrets,
  validate: {
    config: ({ url }, { allowedHosts }) => ensureAllowed(url, allowedHosts, 'error validating url'),
  },
  renderParams,
  example: {
    name: 'Security operations',
    config: { url: 'https://api-acme.xdr.eu.paloaltonetworks.com' },
    secrets: { apiKey: 'the-api-key', apiKeyID: '7' },
    params: [
      { subAction: 'getPlaybooks', subActionParams: {} },
      {
        subAction: 'run',
        subActionParams: {
          name: 'Disk is full on host-1',
          playbookId: 'Clean Up Disk',
          createInvestigation: true,
          severity: 2,
          body: '{"details": "96 % of /var"}',
        },
      },
    ],
  },
  service: xsoarService,
  subActions: (action) => ({
    getPlaybooks: { params: null, run: ({ service }) => service.playbooks() },
    run: action(runParams, ({ params, service }) => service.createIncident(params)),
  }),
});

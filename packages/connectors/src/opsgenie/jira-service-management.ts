import { defineConnectorType, ensureAllowed } from '@patchbay/kit';
import { z } from 'zod';
import { alertExample } from './alert-example.ts';
import { closeAlertSchema, config, createAlertSchema, secrets } from './alert-schema.ts';
import { alertService } from './alert-service.ts';
import { noticeParams } from './notice-params.ts';
import { renderParams } from './render-params.ts';

const id = z.string().meta({ title: 'ID' });

const responder = z.strictObject({
  id,
  type: z.enum(['team', 'user', 'escalation', 'schedule']).meta({ title: 'Type' }),
});

const visibleTo = z.strictObject({ id, type: z.enum(['team', 'user']).meta({ title: 'Type' }) });

const response = z.union([
  z.looseObject({ took: z.number(), requestId: z.string(), result: z.string() }),
  z.looseObject({
    code: z.number().optional(),
    message: z.string().optional(),
    result: z.string().optional(),
    errors: z.array(z.strictObject({ title: z.string(), code: z.string() })).optional(),
    took: z.number().optional(),
    requestId: z.string().optional(),
  }),
]);

/**
 * The alert API of Jira Service Management operations, Opsgenie's successor: the same alerts under another path, their
 * responders named by id only.
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-integration-events/
 */
export const jiraServiceManagement = defineConnectorType({
  id: '.jira-service-management',
  name: 'Jira Service Management',
  description: 'Creates and closes alerts in Jira Service Management.',
  minimumLicense: 'platinum',
  features: ['alerting', 'uptime', 'siem', 'workflows', 'agentBuilder'],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) => ensureAllowed(apiUrl, allowedHosts, 'error validating url'),
  },
  renderParams,
  noticeParams,
  example: alertExample('https://api.atlassian.com'),
  service: (context) => alertService(context, 'jsm/ops/integration/v2/alerts', response),
  subActions: (action) => ({
    createAlert: action(createAlertSchema(responder, visibleTo), ({ params, service }) =>
      service.create(params),
    ),
    closeAlert: action(closeAlertSchema, ({ params, service }) => service.close(params)),
  }),
});

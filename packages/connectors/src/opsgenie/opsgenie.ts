import { defineConnectorType, ensureAllowed } from '@patchbay/kit';
import { z } from 'zod';
import { alertExample } from './alert-example.ts';
import { closeAlertSchema, config, createAlertSchema, secrets } from './alert-schema.ts';
import { alertService } from './alert-service.ts';
import { noticeParams } from './notice-params.ts';
import { renderParams } from './render-params.ts';

const type = z.enum(['team', 'user', 'escalation', 'schedule']).meta({ title: 'Type' });
const team = z.literal('team').meta({ title: 'Type' });
const user = z.literal('user').meta({ title: 'Type' });
const name = z.string().meta({ title: 'Name' });
const id = z.string().meta({ title: 'ID' });
const username = z.string().meta({ title: 'User name' });

const responder = z.union(
  [z.strictObject({ name, type }), z.strictObject({ id, type }), z.strictObject({ username, type: user })],
  'Each responder must have a "type" (team|user|escalation|schedule) and one of "name", "id", or "username"',
);

const visibleTo = z.union(
  [
    z.strictObject({ name, type: team }),
    z.strictObject({ id, type: z.enum(['team', 'user']).meta({ title: 'Type' }) }),
    z.strictObject({ username, type: user }),
  ],
  'Each visible target must have a "type" (team|user) and one of "name", "id", or "username"',
);

/** https://docs.opsgenie.com/docs/alert-api: accepted, and worked on later under the request's id. */
const response = z.union([
  z.looseObject({ took: z.coerce.number(), requestId: z.string(), result: z.string() }),
  z.looseObject({
    took: z.coerce.number(),
    requestId: z.string(),
    message: z.string().optional(),
    result: z.string().optional(),
    errors: z.unknown().optional(),
  }),
]);

/** Opsgenie's Alert API. https://docs.opsgenie.com/docs/alert-api */
export const opsgenie = defineConnectorType({
  id: '.opsgenie',
  name: 'Opsgenie',
  description: 'Creates and closes alerts in Opsgenie.',
  minimumLicense: 'gold',
  features: ['alerting', 'uptime', 'siem', 'workflows', 'agentBuilder'],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) => ensureAllowed(apiUrl, allowedHosts, 'error validating url'),
  },
  renderParams,
  noticeParams,
  example: alertExample('https://api.opsgenie.com'),
  service: (context) => alertService(context, 'v2/alerts', response),
  subActions: (action) => ({
    createAlert: action(createAlertSchema(responder, visibleTo), ({ params, service }) =>
      service.create(params),
    ),
    closeAlert: action(closeAlertSchema, ({ params, service }) => service.close(params)),
  }),
});

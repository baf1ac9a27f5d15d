import { defineConnectorType, subActionChoice } from '@patchbay/kit';
import { z } from 'zod';
import { type AccountContext, account, secrets, validateAccount } from './account.ts';
import { getChoices } from './choices.ts';
import { toRecord } from './event.ts';
import { orFail } from './failure.ts';
import { choicesOf, correlationId, optional } from './incident-schema.ts';
import { openInstance } from './instance.ts';

const event = z.strictObject({
  source: optional('Source', 'What reports the event.'),
  event_class: optional('Source instance', 'Which one of them.'),
  resource: optional('Resource', 'What on the node is concerned.'),
  node: optional('Node', 'The host.'),
  metric_name: optional('Metric name'),
  type: optional('Type'),
  severity: optional('Severity', '"1" critical, "2" major, "3" minor, "4" warning, "5" info, "0" clear.'),
  description: optional('Description'),
  additional_info: optional('Additional info', 'Text, which ServiceNow reads as JSON.'),
  message_key: correlationId('Message key', 'Events with the same key belong to one alert in ServiceNow.'),
  time_of_event: optional(
    'Time of event',
    'A date, in GMT where it names no zone, or milliseconds since 1970.',
  ),
});

const params = subActionChoice({ addEvent: event, getChoices: choicesOf });

/** ServiceNow ITOM: events for event management. */
export const servicenowItom = defineConnectorType({
  id: '.servicenow-itom',
  name: 'ServiceNow ITOM',
  description: 'Sends events to event management in ServiceNow.',
  minimumLicense: 'platinum',
  features: ['alerting', 'siem', 'workflows'],
  config: account,
  secrets,
  validate: validateAccount,
  params,
  example: {
    name: 'Event management',
    config: { apiUrl: 'https://acme.service-now.com' },
    secrets: { username: 'patchbay', password: 'the-password' },
    params: {
      subAction: 'addEvent',
      subActionParams: {
        source: 'Patchbay',
        node: 'host-1',
        resource: '/var',
        severity: '2',
        description: 'Disk is full on host-1',
        message_key: 'disk-host-1',
      },
    },
  },
  execute: (context) => run(context.params, context),
});

async function run({ subAction, subActionParams }: z.output<typeof params>, context: AccountContext) {
  const instance = openInstance(context);
  switch (subAction) {
    case 'addEvent': {
      const body = { records: [toRecord(subActionParams)] };
      await orFail('Unable to add event', undefined, () =>
        instance.call('POST', '/api/global/em/jsonv2', body),
      );
      return {};
    }
    case 'getChoices':
      return getChoices(instance, 'em_event', subActionParams.fields);
  }
}

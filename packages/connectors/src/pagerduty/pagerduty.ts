import { ActionError, defineConnectorType, ensureAllowed, messageOf, statusFailure } from '@patchbay/kit';
import { toEvent } from './event.ts';
import { config, params, SUMMARY_MAX, secrets } from './schema.ts';

const DEFAULT_URL = 'https://events.pagerduty.com/v2/enqueue';
const ROUTING_KEY = 'X-Routing-Key';
const POSTING = 'error posting pagerduty event';

/** PagerDuty Events API v2. https://developer.pagerduty.com/docs/events-api-v2-overview */
export const pagerduty = defineConnectorType({
  id: '.pagerduty',
  name: 'PagerDuty',
  description: 'Triggers, acknowledges and resolves alerts in PagerDuty.',
  minimumLicense: 'gold',
  features: ['alerting', 'uptime', 'siem', 'workflows'],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) =>
      ensureAllowed(apiUrl || DEFAULT_URL, allowedHosts, 'error configuring pagerduty action'),
  },
  params,
  noticeParams: ({ text, key, isOver }) =>
    isOver
      ? { eventAction: 'resolve', dedupKey: key }
      : { eventAction: 'trigger', dedupKey: key, severity: 'error', summary: text.slice(0, SUMMARY_MAX) },
  example: {
    name: 'On-call team',
    secrets: { routingKey: '0123456789abcdef0123456789abcdef' },
    params: [
      {
        eventAction: 'trigger',
        dedupKey: 'disk-host-1',
        summary: 'Disk is full on host-1',
        source: 'host-1',
        severity: 'critical',
        customDetails: { used: '100%' },
        links: [{ href: 'https://runbooks.example.com/disk', text: 'What to do' }],
      },
      { eventAction: 'resolve', dedupKey: 'disk-host-1' },
    ],
  },
  async execute({ config, secrets, params, connector, deliveryId, http, log }) {
    const response = await http
      .post(config.apiUrl || DEFAULT_URL, {
        json: toEvent(params, { connectorId: connector.id, deliveryId }),
        headers: { [ROUTING_KEY]: secrets.routingKey },
        sensitiveHeaders: [ROUTING_KEY],
        acceptStatus: () => true,
      })
      .catch((cause) => {
        log.warn(`error thrown posting pagerduty event: ${messageOf(cause)}`);
        throw new ActionError(POSTING, { serviceMessage: messageOf(cause), cause });
      });
    // PagerDuty accepts an event with this status and no other.
    if (response.status !== 202) throw statusFailure(POSTING, response.status);
    return response.data();
  },
});

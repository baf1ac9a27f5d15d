import { momentOf } from '@patchbay/kit';
import type { Params } from './schema.ts';

/** The event as PagerDuty takes it; its routing key goes in a header. What is undefined is not sent. */
export function toEvent(params: Params, connectorId: string): Record<string, unknown> {
  const { eventAction = 'trigger', dedupKey } = params;
  const event = { event_action: eventAction, dedup_key: dedupKey || undefined };
  if (eventAction !== 'trigger') return event;
  return {
    ...event,
    payload: {
      summary: params.summary || 'No summary provided.',
      source: params.source || `Kibana Action ${connectorId}`,
      severity: params.severity ?? 'info',
      timestamp: momentOf(params.timestamp ?? '')?.toISOString(),
      component: params.component,
      group: params.group,
      class: params.class,
      custom_details: params.customDetails,
    },
    links: params.links,
  };
}

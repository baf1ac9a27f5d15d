import { momentOf } from '@patchbay/kit';
import type { Params } from './schema.ts';

/**
 * The event as PagerDuty takes it; its routing key goes in a header. What is undefined is not sent. A trigger without a
 * dedup key has its delivery's id for one: what comes again with it joins the open alert.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
export function toEvent(
  params: Params,
  { connectorId, deliveryId }: { connectorId: string; deliveryId?: string | undefined },
): Record<string, unknown> {
  const { eventAction = 'trigger', dedupKey } = params;
  if (eventAction !== 'trigger') return { event_action: eventAction, dedup_key: dedupKey || undefined };
  const event = { event_action: eventAction, dedup_key: dedupKey || deliveryId };
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

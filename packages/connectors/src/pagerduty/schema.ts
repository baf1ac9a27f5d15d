import { jsonRecord, momentOf } from '@patchbay/kit';
import { z } from 'zod';

/** https://developer.pagerduty.com/docs/events-api-v2-overview */
const DEDUP_KEY_MAX = 255;
export const SUMMARY_MAX = 1024;

export const config = z.strictObject({
  apiUrl: z.string().nullable().default(null).meta({
    title: 'API URL',
    description: 'Left out, null or empty: https://events.pagerduty.com/v2/enqueue.',
  }),
});

export const secrets = z.strictObject({
  routingKey: z.string().meta({
    title: 'Integration key',
    description: 'Of an Events API v2 integration; PagerDuty calls it the routing key too.',
  }),
});

const link = z.strictObject({
  href: z.string().meta({ title: 'URL' }),
  text: z.string().meta({ title: 'Text' }),
});

export const params = z
  .strictObject({
    eventAction: z.enum(['trigger', 'resolve', 'acknowledge']).optional().meta({
      title: 'Event action',
      description: 'Left out: `trigger`. The other two send nothing but the dedup key.',
    }),
    dedupKey: z.string().max(DEDUP_KEY_MAX).optional().meta({
      title: 'Dedup key',
      description:
        'What a resolve or acknowledge finds its alert by. A trigger without one is an incident of its own.',
    }),
    summary: z
      .string()
      .max(SUMMARY_MAX)
      .optional()
      .meta({ title: 'Summary', description: 'Left out or empty: `No summary provided.`' }),
    source: z
      .string()
      .optional()
      .meta({ title: 'Source', description: 'Left out or empty: `Kibana Action` and the connector’s id.' }),
    severity: z
      .enum(['critical', 'error', 'warning', 'info'])
      .optional()
      .meta({ title: 'Severity', description: 'Left out: `info`.' }),
    timestamp: z.string().optional().meta({
      title: 'Timestamp',
      description:
        'A date, in UTC where it names no zone, or milliseconds since 1970. Blank: the moment it arrives.',
    }),
    component: z.string().optional().meta({ title: 'Component' }),
    group: z.string().optional().meta({ title: 'Group' }),
    class: z.string().optional().meta({ title: 'Class' }),
    links: z.array(link).optional().meta({ title: 'Links', description: 'Shown with the alert.' }),
    customDetails: jsonRecord()
      .optional()
      .meta({ title: 'Custom details', description: 'An object, or JSON text of one.' }),
  })
  .superRefine(({ timestamp = '', eventAction, dedupKey }, context) => {
    const moment = momentOf(timestamp);
    if (moment !== undefined && Number.isNaN(moment.getTime())) {
      context.addIssue(`error parsing timestamp "${timestamp}"`);
    } else if ((eventAction === 'resolve' || eventAction === 'acknowledge') && !dedupKey) {
      context.addIssue(`DedupKey is required when eventAction is "${eventAction}"`);
    }
  });

export type Params = z.output<typeof params>;

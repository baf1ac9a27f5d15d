import { z } from 'zod';
import { byteSize, duration } from '../units.ts';

const DAY_MS = 24 * 60 * 60_000;

/** What becomes of the event log. */
export const eventSettings = {
  'patchbay.events.retention': duration
    .default(90 * DAY_MS)
    .describe('How long events are kept ([event log](event-log.md)).'),
  'patchbay.events.maxSize': byteSize
    .default(10 * 1024 ** 3)
    .describe('How large the event log may grow, about; what was written first goes first.'),
  'patchbay.events.elasticsearch.enabled': z
    .boolean()
    .default(false)
    .describe(
      'Whether events are also written to Elasticsearch (`elasticsearch.hosts`), where Kibana has them.',
    ),
  'patchbay.events.elasticsearch.dataStream': z
    .string()
    .regex(
      /^(?![-_+])(?!\.{1,2}$)[^\p{Lu}\p{Cc}\\/*?"<>| ,#:]+$/u,
      'expected the name of a data stream, in lower case',
    )
    .default('.kibana-event-log-ds')
    .describe('The data stream that they are written to. A template is made for it where there is none.'),
} satisfies Record<string, z.ZodType>;

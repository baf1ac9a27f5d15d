import { z } from 'zod';

/** Params that every sub-action of a language model takes. */
export const modelCallParams = {
  signal: z.unknown().optional().meta({
    title: 'Signal',
    description: 'For code in the same process; over HTTP a run ends when its client goes away.',
  }),
  timeout: z.coerce.number().optional().meta({ title: 'Time-out', description: 'In milliseconds.' }),
  telemetryMetadata: z
    .strictObject({
      pluginId: z.string().optional().meta({ title: 'Plugin ID' }),
      aggregateBy: z.string().optional().meta({ title: 'Aggregate by' }),
    })
    .optional()
    .meta({ title: 'Telemetry metadata', description: 'What the call is made for.' }),
};

/** What a connector keeps about its model for those who call it; none of it is sent. */
export const modelHints = {
  contextWindowLength: z.coerce
    .number()
    .optional()
    .meta({ title: 'Context window length', description: 'In tokens. Kept for callers, not sent.' }),
  temperature: z.coerce
    .number()
    .optional()
    .meta({ title: 'Temperature', description: 'Kept for callers, not sent.' }),
};

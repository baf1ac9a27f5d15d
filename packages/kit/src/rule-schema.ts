import { z } from 'zod';

/** The rule on whose behalf a system type runs, as the alerting side hands it over. */
export const ruleSchema = z
  .strictObject({
    id: z.string().meta({ title: 'ID' }),
    name: z.string().meta({ title: 'Name' }),
    tags: z.array(z.string()).default([]).meta({ title: 'Tags' }),
    ruleUrl: z.string().nullable().default(null).meta({ title: 'URL' }),
  })
  .meta({ title: 'Rule' });

import { z } from 'zod';

/** The schemas of what `events.ts` builds. */

const whole = z.int().min(0);
const time = z.iso.datetime();

export const eventListAnswer = z.strictObject({
  /** Where the next page begins: give it as `cursor`. null: there is nothing more. */
  cursor: z.string().nullable(),
  /** Documents of the event log as they were written. */
  data: z.array(
    z.looseObject({
      /** Of the event, the same wherever it is kept. */
      id: z.string(),
      '@timestamp': time,
      event: z.looseObject({ action: z.string() }),
      message: z.string(),
    }),
  ),
});

const failures = z.strictObject({
  total: whole,
  failed: whole,
  /** From 0 to 1; null: there was nothing that could fail. */
  failure_rate: z.number().min(0).max(1).nullable(),
});

const rate = z.strictObject({
  /** Once each: a run by what it came to, a delivery by how it ended, however often it was tried. */
  runs: failures,
  /** Every time that a connector was run, each attempt of a delivery too. */
  attempts: failures,
  /** Of attempts, in milliseconds; null: there was none. */
  latency_ms: z.strictObject({ mean: whole, p50: whole, p95: whole, p99: whole }).nullable(),
});

export const failureRateAnswer = z.strictObject({
  from: time,
  to: time,
  all: rate,
  connectors: z.array(
    rate.extend({
      connector_id: z.string(),
      /** null: it is no longer there. */
      name: z.string().nullable(),
      connector_type_id: z.string().nullable(),
    }),
  ),
});

export const executionLogAnswer = z.strictObject({
  total: whole,
  data: z.array(
    z.strictObject({
      /** Of the run. */
      id: z.string(),
      timestamp: time,
      duration_ms: z.number(),
      status: z.string(),
      message: z.string(),
      version: z.string(),
      source: z.string(),
      schedule_delay_ms: z.number(),
      space_ids: z.array(z.string()),
      connector_name: z.string(),
      connector_id: z.string(),
      timed_out: z.boolean(),
    }),
  ),
});

export const executionKpiAnswer = z.strictObject({
  success: whole,
  unknown: whole,
  failure: whole,
  warning: whole,
});

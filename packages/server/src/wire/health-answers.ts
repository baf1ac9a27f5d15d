import { z } from 'zod';
import { listedDelivery } from './delivery-answers.ts';

/** The schemas of what `why.ts` and `connector-health.ts` build. */

const time = z.iso.datetime();

const answer = z.strictObject({
  /** `arrived`: its remote took it. `on_its_way`: nothing is in its way. `waiting`: something is. `not_arrived`: it is over. */
  status: z.enum(['arrived', 'on_its_way', 'waiting', 'not_arrived']),
  reason: z.enum([
    'delivered',
    'running',
    'due',
    'scheduled',
    'retrying',
    'order',
    'paused',
    'breaker_open',
    'breaker_probing',
    'rate_limited',
    'host_rate_limited',
    'no_worker',
    'refused',
    'failing',
    'nothing_sent',
    'dead',
    'cancelled',
    'discarded',
  ]),
  /** As people read it. */
  text: z.string(),
  /** When it goes on at the earliest, where that is known. */
  until: time.optional(),
});

export const whyAnswer = answer.extend({
  connector_id: z.string(),
  delivery: listedDelivery.optional(),
  /** What holds as well. */
  also: z.array(answer),
  /** What happened, the last one last. */
  chain: z.array(
    z.strictObject({
      at: time,
      kind: z.enum(['accepted', 'attempt', 'delivered', 'dead', 'cancelled', 'discarded', 'replayed', 'run']),
      text: z.string(),
      delivery_id: z.string().optional(),
      execution_uuid: z.string().optional(),
    }),
  ),
});

const runEnd = z.strictObject({
  at: time,
  execution_uuid: z.string(),
  /** Of a failure. */
  reason: z.string().nullable(),
});

const count = z.int().min(0);
const ms = z.number().min(0);

const window = z.strictObject({
  /** Each attempt of a delivery is one. */
  runs: count,
  failures: count,
  /** From 0 to 1; null: there were no runs. */
  success_ratio: z.number().min(0).max(1).nullable(),
  latency_ms: z.strictObject({ mean: ms, p50: ms, p95: ms, p99: ms }).nullable(),
});

const hold = z.strictObject({
  kind: z.enum(['paused', 'breaker_open', 'breaker_probing', 'rate_limited', 'host_rate_limited']),
  until: time,
  host: z.string().optional(),
});

export const connectorHealthAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  connector_type_id: z.string(),
  is_preconfigured: z.boolean(),
  is_missing_secrets: z.boolean(),
  /**
   * `unusable`: it takes nothing. `failing`: its last run failed, or its breaker is not closed. `degraded`: it works, not all of
   * the time. `unused`: the event log knows no run of it.
   */
  status: z.enum(['healthy', 'degraded', 'failing', 'unusable', 'unused']),
  /** Why it takes nothing. */
  refusal: z.string().nullable(),
  last_success: runEnd.nullable(),
  last_failure: runEnd.nullable(),
  windows: z.strictObject({ '1h': window, '24h': window, '7d': window }),
  breaker: z.strictObject({
    state: z.enum(['closed', 'open', 'probing', 'disabled']),
    /** Attempts that have failed one after the other, up to now. */
    failures: count,
    failing_since: time.nullable(),
  }),
  is_rate_limited: z.boolean(),
  /** What keeps its deliveries from being run now. */
  holds: z.array(hold),
  /** Of a connector that is not stored: those of all spaces. */
  deliveries: z.strictObject({
    ready: count,
    blocked: count,
    running: count,
    dead: count,
    /** When the first that is ready was, or is, to be run. */
    first_due_at: time.nullable(),
  }),
  /** Certificates and tokens that end soon, or have ended. */
  expiring: z.array(
    z.strictObject({
      what: z.string(),
      kind: z.enum(['certificate', 'token']),
      expires_at: time,
      subject: z.string().optional(),
    }),
  ),
});

export const connectorHealthListAnswer = z.array(connectorHealthAnswer);

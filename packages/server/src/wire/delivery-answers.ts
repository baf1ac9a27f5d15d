import { DELIVERY_STATES } from '@patchbay/engine/store';
import { z } from 'zod';

/** The schemas of what `delivery.ts` builds. */

const state = z.enum(DELIVERY_STATES);
const time = z.iso.datetime();

const enqueuedAnswer = z.strictObject({
  id: z.string(),
  state,
  /** It was enqueued before, under the same idempotency key. */
  is_duplicate: z.boolean(),
});

/** One, or as many as were enqueued, in their order. */
export const enqueuedAnswers = z.union([
  enqueuedAnswer,
  z.strictObject({ deliveries: z.array(enqueuedAnswer) }),
]);

const attempt = z.strictObject({
  number: z.int().min(1),
  started_at: time,
  ended_at: time,
  /** `refused`: nothing was sent. `lost`: the process that ran it ended, and whether it was sent is not known. */
  outcome: z.enum(['delivered', 'failed', 'refused', 'lost']),
  /** Its run in the event log. */
  execution_uuid: z.string().nullable(),
  reason: z.string().nullable(),
  next_try_at: time.nullable(),
});

/** Without its attempts. */
export const listedDelivery = z.strictObject({
  id: z.string(),
  connector_id: z.string(),
  connector_type_id: z.string(),
  state,
  /** Why it is not delivered, as of its last attempt. */
  reason: z.string().nullable(),
  order_key: z.string().nullable(),
  idempotency_key: z.string().nullable(),
  /** Who or what asked for it. */
  source: z.strictObject({
    kind: z.string(),
    user: z.strictObject({ name: z.string() }).optional(),
    api_key: z.strictObject({ name: z.string() }).optional(),
  }),
  /** What it came from, when that is another delivery. */
  origin: z
    .strictObject({
      kind: z.enum(['fallback', 'replay', 'notice']),
      delivery_id: z.string().nullable(),
      connector_ids: z.array(z.string()),
    })
    .nullable(),
  run_at: time,
  /** When it is run next; null: it is over. */
  due_at: time.nullable(),
  /** How many attempts were begun. */
  attempt: z.int().min(0),
  created_at: time,
  updated_at: time,
  ended_at: time.nullable(),
});

export const deliveryAnswer = listedDelivery.extend({
  attempts: z.array(attempt),
  /** For those who ask for them; null: they are no longer kept. */
  params: z.record(z.string(), z.unknown()).nullable().optional(),
});

export const deliveryListAnswer = z.strictObject({
  page: z.int().min(1),
  per_page: z.int().min(1),
  total: z.int().min(0),
  /** There are more than were counted. */
  total_is_lower_bound: z.literal(true).optional(),
  data: z.array(listedDelivery),
});

export const deliveriesChangedAnswer = z.strictObject({ changed: z.int().min(0) });

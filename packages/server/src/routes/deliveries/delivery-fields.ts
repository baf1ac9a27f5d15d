import { DELIVERY_STATES, type DeliveryQuery } from '@patchbay/engine/store';
import { z } from 'zod';

const KEY_MAX = 512;

/** An order key or an idempotency key: the caller's own words, as they stand. */
export const key = z.string().min(1).max(KEY_MAX);

/** With an offset, or in UTC. */
export const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

const state = z.enum(DELIVERY_STATES);

/** What deliveries are found by. */
export const filterFields = {
  connector_id: z.string().min(1).optional(),
  state: z.union([state, z.array(state).min(1)]).optional(),
  order_key: key.optional(),
  idempotency_key: key.optional(),
  /** Created then or later. */
  from: time.optional(),
  /** Created before. */
  to: time.optional(),
};

type Filter = z.output<z.ZodObject<typeof filterFields>>;

export function queryOf(spaceId: string, filter: Filter): DeliveryQuery {
  return {
    spaceId,
    connectorId: filter.connector_id,
    states: filter.state === undefined ? undefined : [filter.state].flat(),
    orderKey: filter.order_key,
    idempotencyKey: filter.idempotency_key,
    from: filter.from?.toISOString(),
    to: filter.to?.toISOString(),
  };
}

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

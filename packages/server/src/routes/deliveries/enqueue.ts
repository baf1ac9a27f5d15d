import type { NewDelivery } from '@patchbay/engine/delivery';
import { AnswerError, atPlace, BadRequestError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { anyMap, text } from '../../http/request-schema.ts';
import type { System } from '../../system.ts';
import { enqueuedAnswer } from '../../wire/delivery.ts';
import { authorizeRun } from '../connector-access.ts';
import { httpSource } from '../http-source.ts';
import { key, time } from './delivery-fields.ts';

/** How many one request may enqueue. */
const MAX_AT_ONCE = 1000;

const one = z.strictObject({
  connector_id: text,
  params: anyMap(),
  order_key: key.optional(),
  idempotency_key: key.optional(),
  run_at: time.optional(),
});
type Asked = z.output<typeof one>;

const body = z.union([one, z.strictObject({ deliveries: z.array(one).min(1).max(MAX_AT_ONCE) })]);

/** Accepts runs that nobody waits for: one, or several, all of them or none. */
export function enqueueRoute(app: App, system: System): void {
  const { delivery } = system;

  app.post(
    '/api/patchbay/deliveries',
    { schema: { body }, config: { access: 'public', isActionsRoute: true, audit: 'delivery_enqueue' } },
    async (request, reply) => {
      const asked = request.body;
      reply.code(202);
      if ('deliveries' in asked) {
        if (request.headers['idempotency-key'] !== undefined) {
          throw new BadRequestError(
            'The header Idempotency-Key is for one delivery: of several each has its own idempotency_key',
          );
        }
        const items: NewDelivery[] = [];
        for (const [place, each] of asked.deliveries.entries()) {
          try {
            items.push(await itemOf(request, each));
          } catch (error) {
            throw error instanceof AnswerError ? atPlace(place, error) : error;
          }
        }
        const enqueued = await delivery.enqueue(items);
        request.auditedId = enqueued.map(({ id }) => id).join(',');
        return { deliveries: enqueued.map(enqueuedAnswer) };
      }
      const idempotencyKey = idempotencyKeyOf(request, asked);
      const [enqueued] = await delivery.enqueue([
        await itemOf(request, { ...asked, idempotency_key: idempotencyKey }),
      ]);
      request.auditedId = enqueued?.id;
      return enqueued && enqueuedAnswer(enqueued);
    },
  );

  async function itemOf(request: FastifyRequest, asked: Asked): Promise<NewDelivery> {
    const { connector_id: connectorId, params } = asked;
    const caller = await authorizeRun(system, request, { connectorId, params });
    return {
      spaceId: request.spaceId,
      connectorId,
      params,
      source: httpSource(caller),
      orderKey: asked.order_key,
      idempotencyKey: asked.idempotency_key,
      runAt: asked.run_at,
    };
  }
}

/** The body's, or the header's: as it stands, or in quotation marks, as the IETF's draft has it. */
function idempotencyKeyOf({ headers }: FastifyRequest, { idempotency_key }: Asked): string | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return idempotency_key;
  const given = key.safeParse(String(header).replace(/^"(.*)"$/s, '$1'));
  if (!given.success)
    throw new BadRequestError(`[request headers.idempotency-key]: ${given.error.issues[0]?.message}`);
  if (idempotency_key !== undefined && idempotency_key !== given.data) {
    throw new BadRequestError('The header Idempotency-Key and the body’s idempotency_key differ');
  }
  return given.data;
}

import { redactValues } from '@patchbay/engine/redaction';
import type { DeliveryRecord } from '@patchbay/engine/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { deliveryAnswer, listedDeliveryAnswer } from '../../wire/delivery.ts';
import { authorize, authorizeExecute, hiddenFrom } from '../connector-access.ts';
import { authorizeDelivery, ensureMayReadParams } from './delivery-access.ts';
import { filterFields, queryOf } from './delivery-fields.ts';

/** How far pages go: what comes after is found by a narrower filter. */
const WINDOW = 10_000;

const whole = z.coerce.number().int().min(1);

const querystring = z
  .strictObject({ ...filterFields, page: whole.default(1), per_page: whole.max(100).default(20) })
  .refine(({ page, per_page }) => page * per_page <= WINDOW, {
    path: ['page'],
    message: `pages go no further than ${WINDOW} deliveries: narrow it down, for example with "to"`,
  });

const byId = {
  params: z.object({ id: z.string() }),
  querystring: z.strictObject({ params: z.enum(['true', 'false']).optional() }),
};

export function readDeliveryRoutes(app: App, system: System): void {
  const { catalog, delivery, execution } = system;
  const config = { access: 'public', isActionsRoute: true } as const;

  app.get('/api/patchbay/deliveries', { schema: { querystring }, config }, async (request) => {
    const caller = authorize(system, request, 'find');
    const { page, per_page: perPage, ...filter } = request.query;
    const exceptConnectors = [...(await hiddenFrom(system, request, caller))];
    const query = { ...queryOf(request.spaceId, filter), exceptConnectors };
    const { deliveries, total, isMore } = await delivery.find(query, { page, perPage });
    return {
      page,
      per_page: perPage,
      total,
      ...(isMore && { total_is_lower_bound: true }),
      data: deliveries.map(listedDeliveryAnswer),
    };
  });

  app.get('/api/patchbay/deliveries/:id', { schema: byId, config }, async (request) => {
    const { found } = await authorizeDelivery(system, request, 'get', request.params.id);
    if (request.query.params !== 'true') return deliveryAnswer(found);
    return { ...deliveryAnswer(found), params: await shownParams(request, found) };
  });

  /** Params hold no secrets; somebody may have put one there all the same. */
  async function shownParams(request: FastifyRequest, found: DeliveryRecord): Promise<unknown> {
    const { spaceId, connectorId, typeId } = found;
    const params = await delivery.paramsOf(found);
    const type = catalog.types.find(typeId);
    authorizeExecute(system, request, { typeId, type, params: (params ?? {}) as Record<string, unknown> });
    await ensureMayReadParams(system, request, found);
    if (params === undefined) return null;
    return redactValues(params, await execution.redactorOf(spaceId, connectorId));
  }
}

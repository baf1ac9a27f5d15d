import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { whyAnswer } from '../wire/why.ts';
import { authorizeConnector } from './connector-access.ts';
import { authorizeDelivery } from './deliveries/index.ts';

const id = z.string().min(1).optional();

const querystring = z
  .strictObject({ delivery_id: id, connector_id: id })
  .refine(({ delivery_id, connector_id }) => (delivery_id === undefined) !== (connector_id === undefined), {
    message: 'expected either delivery_id or connector_id',
  });

/** Why something arrived or did not. */
export function whyRoute(app: App, system: System): void {
  const { why } = system;
  app.get(
    '/api/patchbay/why',
    { schema: { querystring }, config: { access: 'public', isActionsRoute: true } },
    async (request) => {
      const { delivery_id: deliveryId, connector_id: connectorId = '' } = request.query;
      if (deliveryId === undefined) {
        await authorizeConnector(system, request, 'get', connectorId);
        return whyAnswer(await why.ofConnector(request.spaceId, connectorId), connectorId);
      }
      await authorizeDelivery(system, request, 'get', deliveryId);
      const { delivery, ...found } = await why.ofDelivery(request.spaceId, deliveryId);
      return whyAnswer(found, delivery.connectorId, delivery);
    },
  );
}

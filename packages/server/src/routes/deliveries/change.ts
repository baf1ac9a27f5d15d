import { mayWithConnector, type Principal } from '@patchbay/engine/access';
import type { Change } from '@patchbay/engine/delivery';
import { BadRequestError, ForbiddenError } from '@patchbay/engine/errors';
import type { DeliveryRecord } from '@patchbay/engine/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { AuditAction } from '../../http/audit-requests.ts';
import type { System } from '../../system.ts';
import { deliveryAnswer } from '../../wire/delivery.ts';
import { authorize, mayRunType } from '../connector-access.ts';
import { authorizeDelivery } from './delivery-access.ts';
import { filterFields, queryOf } from './delivery-fields.ts';

const AUDITED: Record<Change, AuditAction> = {
  cancel: 'delivery_cancel',
  replay: 'delivery_replay',
  discard: 'delivery_discard',
};

const params = z.object({ id: z.string() });

const filter = z
  .strictObject(filterFields)
  .refine((given) => Object.values(given).some((value) => value !== undefined), {
    message: 'an empty filter matches everything: say "all": true in its place',
  });

const body = z.union([z.strictObject({ filter }), z.strictObject({ all: z.literal(true) })]);

/** What somebody does by hand: to one, or to all that match. Whoever may run it may. */
export function changeDeliveryRoutes(app: App, system: System): void {
  for (const change of ['cancel', 'replay', 'discard'] as const) changeRoutes(app, system, change);
}

function changeRoutes(app: App, system: System, change: Change): void {
  const { catalog, delivery } = system;
  const config = { access: 'public', isActionsRoute: true, audit: AUDITED[change] } as const;

  app.post(`/api/patchbay/deliveries/:id/_${change}`, { schema: { params }, config }, async (request) => {
    const { spaceId } = request;
    const { id } = request.params;
    const { caller, found } = await authorizeDelivery(system, request, 'execute', id);
    if (change === 'replay' && isSystems(found))
      throw new BadRequestError('Execution of system action is not allowed');
    if (!(await isOpenTo(caller, request, found)))
      throw new ForbiddenError(`Unauthorized to execute a "${found.typeId}" action`);
    return deliveryAnswer(await delivery[change](spaceId, id));
  });

  app.post(`/api/patchbay/deliveries/_${change}`, { schema: { body }, config }, async (request) => {
    const caller = authorize(system, request, 'execute');
    const asked = 'filter' in request.body ? request.body.filter : {};
    const changed = await delivery.changeAll(
      change,
      queryOf(request.spaceId, asked),
      async (found) => !(change === 'replay' && isSystems(found)) && (await isOpenTo(caller, request, found)),
    );
    return { changed };
  });

  const isSystems = ({ typeId }: DeliveryRecord) => catalog.types.find(typeId)?.isSystemActionType === true;

  async function isOpenTo(
    caller: Principal,
    { spaceId }: FastifyRequest,
    found: DeliveryRecord,
  ): Promise<boolean> {
    const connector = (await catalog.resolve(spaceId, found.connectorId))?.connector;
    if (connector !== undefined && !mayWithConnector(caller, connector, 'execute')) return false;
    const type = catalog.types.find(found.typeId);
    // Of most types it does not matter what a run would do.
    if (type?.subFeature === undefined) return true;
    const params = ((await delivery.paramsOf(found)) ?? {}) as Record<string, unknown>;
    return mayRunType(caller, spaceId, { type, params });
  }
}

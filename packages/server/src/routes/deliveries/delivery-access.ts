import { isSuperuser, mayWithConnector, type Principal } from '@patchbay/engine/access';
import { sourceOf } from '@patchbay/engine/delivery';
import { ForbiddenError, NotFoundError } from '@patchbay/engine/errors';
import type { DeliveryRecord } from '@patchbay/engine/store';
import type { FastifyRequest } from 'fastify';
import type { System } from '../../system.ts';
import { authorize, authorizeConnector } from '../connector-access.ts';

/** A delivery, if the caller may do this with its connector. Who does not see that sees no delivery of it either. */
export async function authorizeDelivery(
  system: System,
  request: FastifyRequest,
  operation: 'get' | 'execute',
  id: string,
): Promise<{ caller: Principal; found: DeliveryRecord }> {
  const caller = authorize(system, request, operation);
  const found = await system.delivery.get(request.spaceId, id);
  const { connectorId } = found;
  const connector = (await system.catalog.resolve(request.spaceId, connectorId))?.connector;
  if (connector !== undefined && !mayWithConnector(caller, connector, 'read'))
    throw new NotFoundError(`Delivery [${id}] not found`);
  await authorizeConnector(system, request, operation, connectorId);
  return { caller, found };
}

/** Throws 403 where the caller may not see what a delivery says. */
export async function ensureMayReadParams(
  system: System,
  request: FastifyRequest,
  { connectorId, source }: DeliveryRecord,
): Promise<void> {
  const caller = await authorizeConnector(system, request, 'execute', connectorId);
  if ((await system.catalog.resolve(request.spaceId, connectorId)) !== undefined) return;
  // It may have been private, which went with it.
  if (isSuperuser(caller) || sourceOf(source).user?.id === caller.profileUid) return;
  throw new ForbiddenError(`Unauthorized to execute connector ${connectorId}`);
}

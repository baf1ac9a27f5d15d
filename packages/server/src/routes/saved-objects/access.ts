import { type ConnectorOperation, can, mayWithConnector, type Operation } from '@patchbay/engine/access';
import { ForbiddenError, NotFoundError } from '@patchbay/engine/errors';
import type { Asker } from '@patchbay/engine/saved-objects';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';

/** What the reference calls the operations that these routes come to, and what they take. */
const OPERATIONS = {
  find: 'find',
  bulk_get: 'get',
  bulk_create: 'create',
} satisfies Record<string, Operation>;

/**
 * What the connectors of the request's space are to its caller. Throws 403 when they may not do this there, then 404 when
 * there is no such space.
 */
export async function authorizeObjects(
  system: System,
  request: FastifyRequest,
  name: keyof typeof OPERATIONS,
): Promise<Asker> {
  const { spaceId } = request;
  if (!can(callerOf(request), OPERATIONS[name], spaceId))
    throw new ForbiddenError(`Unable to ${name} action`);
  if (!system.spaces.has(spaceId)) throw new NotFoundError(`Saved object [space/${spaceId}] not found`);
  return askerIn(system, request, spaceId);
}

/** What the connectors of a space are to a caller who may do something there. */
export async function askerIn(
  { catalog }: Pick<System, 'catalog'>,
  request: FastifyRequest,
  spaceId: string,
): Promise<Asker> {
  const caller = callerOf(request);
  const accesses = await catalog.accessIn(spaceId);
  const may = (operation: ConnectorOperation) => (id: string) =>
    mayWithConnector(caller, { access: accesses.get(id) ?? catalog.inMemory(id)?.access }, operation);
  return {
    sees: may('read'),
    mayReplace: may('edit'),
    mayUse: may('execute'),
    owner: caller.profileUid === '' ? undefined : caller.profileUid,
  };
}

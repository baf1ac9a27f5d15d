import { can } from '@patchbay/engine/access';
import { ForbiddenError, NotFoundError } from '@patchbay/engine/errors';
import type { Target } from '@patchbay/engine/saved-objects';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';
import { askerIn } from '../saved-objects/access.ts';

/** Throws 403 when the caller may not create connectors in a space, then 404 when there is no such space. */
export async function targetIn(system: System, request: FastifyRequest, spaceId: string): Promise<Target> {
  if (!can(callerOf(request), 'create', spaceId))
    throw new ForbiddenError(`Unauthorized to create actions in the space "${spaceId}"`);
  if (!system.spaces.has(spaceId)) throw new NotFoundError(`Saved object [space/${spaceId}] not found`);
  return { spaceId, asker: await askerIn(system, request, spaceId) };
}

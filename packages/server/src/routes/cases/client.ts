import { canSeeSpace } from '@patchbay/engine/access';
import type { CasesClient } from '@patchbay/engine/cases';
import { NotFoundError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';

/** What the caller may do with the cases of the request's space, which whoever may see it is told is not there. */
export function clientOf({ cases, spaces }: System, request: FastifyRequest): CasesClient {
  const caller = callerOf(request);
  const { spaceId } = request;
  if (!spaces.has(spaceId) && canSeeSpace(caller, spaceId)) {
    throw new NotFoundError(`Saved object [space/${spaceId}] not found`);
  }
  return cases.clientOf(caller, spaceId);
}

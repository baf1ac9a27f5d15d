import { canManageSecurity, type Principal } from '@patchbay/engine/access';
import { ForbiddenError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../http/caller.ts';

/** Throws 403 when the caller may not manage users and roles. */
export function authorizeSecurity(request: FastifyRequest): Principal {
  const caller = callerOf(request);
  if (!canManageSecurity(caller)) throw new ForbiddenError('Forbidden');
  return caller;
}

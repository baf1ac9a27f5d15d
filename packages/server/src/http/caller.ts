import type { Principal } from '@patchbay/engine/access';
import { UnauthorizedError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';

/** The caller of a route that requires one. */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new UnauthorizedError('Unauthorized');
  return request.principal;
}

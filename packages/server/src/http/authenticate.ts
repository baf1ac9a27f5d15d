import type { Principal } from '@patchbay/engine/access';
import { ServiceUnavailableError, UnauthorizedError } from '@patchbay/engine/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { System } from '../system.ts';
import { clientAddress } from './client-address.ts';
import { type SessionCookie, sessionCookie } from './session-cookie.ts';

export type Authenticate = (request: FastifyRequest, reply: FastifyReply) => Promise<Principal | undefined>;

/** Who calls: whoever the `Authorization` header names, or without one the holder of the session. */
export function createAuthenticate({ access, settings }: System): Authenticate {
  const cookie = sessionCookie(settings);

  async function bySession(request: FastifyRequest, reply: FastifyReply, token: string): Promise<Principal> {
    // A page that only looks after its session does not use it.
    const isLookedAfter = request.headers['kbn-system-request'] === 'true';
    const extending = request.routeOptions.config.extendsSession ? 'now' : 'when due';
    const use = access.useSession(token, isLookedAfter ? 'not' : extending);
    const { principal, session } = await use.catch((error) => forget(error, cookie, reply));
    request.session = session;
    return principal;
  }

  return async (request, reply) => {
    const { auth } = request.routeOptions.config;
    const header = request.headers.authorization;
    const token = header === undefined ? cookie.read(request) : undefined;
    const attempt =
      token === undefined
        ? access.authenticate(header, clientAddress(request))
        : bySession(request, reply, token);
    if (auth === undefined) return attempt;
    return attempt.catch((error) => {
      if (error instanceof UnauthorizedError) return undefined;
      if (auth === 'ifPossible' && error instanceof ServiceUnavailableError) return undefined;
      throw error;
    });
  };
}

/** A browser is not to go on sending what lets nobody in. */
function forget(error: unknown, cookie: SessionCookie, reply: FastifyReply): never {
  if (error instanceof UnauthorizedError) cookie.clear(reply);
  throw error;
}

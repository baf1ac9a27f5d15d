import { isSuperuser, type Session } from '@patchbay/engine/access';
import { BadRequestError, ForbiddenError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import { clientAddress } from '../../http/client-address.ts';
import { sessionCookie } from '../../http/session-cookie.ts';
import type { System } from '../../system.ts';
import { nextUrl } from './next-url.ts';

const some = z.string().min(1, 'value has length [0] but it must have a minimum length of [1].');

const loginBody = z.strictObject({
  /** There are users with passwords here, and no other way to begin a session. */
  providerType: z.enum(['basic', 'token'], { error: 'expected value to equal [basic] or [token]' }),
  providerName: some,
  currentURL: z.string(),
  params: z.strictObject({ username: some, password: some }),
});

/** Whoever sends a browser here adds what they like. */
const logoutQuery = z.looseObject({ msg: z.string().optional(), next: z.string().optional() });

const invalidateBody = z
  .strictObject({
    match: z.enum(['all', 'query']),
    query: z
      .strictObject({
        provider: z.strictObject({ type: z.string(), name: z.string().optional() }),
        username: z.string().optional(),
      })
      .optional(),
  })
  .superRefine(({ match, query }, context) => {
    const message =
      match === 'all'
        ? query && "a value wasn't expected to be present"
        : query === undefined && 'expected at least one defined value but got [undefined]';
    if (message) context.addIssue({ code: 'custom', path: ['query'], message });
  });

/** Less than this before its very end, a session is not worth putting its idle end off. */
const WARNING_MS = 5 * 60_000;

/** Logins that a browser keeps in a cookie. */
export function sessionRoutes(app: App, { access, settings, now }: System): void {
  const cookie = sessionCookie(settings);
  const basePath = settings['server.basePath'];

  app.post(
    '/internal/security/login',
    { schema: { body: loginBody }, config: { access: 'internal', auth: 'none', audit: 'user_login' } },
    async (request, reply) => {
      const { providerName: provider, currentURL, params } = request.body;
      const login = { ...params, provider, address: clientAddress(request) };
      const { token, principal } = await access.logIn(login, cookie.read(request));
      request.principal = principal;
      cookie.set(reply, token);
      return { location: nextUrl(currentURL, basePath) };
    },
  );

  app.get(
    '/api/security/logout',
    {
      schema: { querystring: logoutQuery },
      config: { access: 'public', auth: 'none', audit: 'user_logout' },
    },
    async (request, reply) => {
      const { headers, query } = request;
      if (headers['kbn-xsrf'] !== undefined || headers['kbn-version'] !== undefined)
        throw new BadRequestError('Client should be able to process redirect response.');
      const token = cookie.read(request);
      if (token === undefined) return reply.redirect(`${basePath}/`, 302);
      request.principal = await access.logOut(token);
      cookie.clear(reply);
      const search = new URLSearchParams({
        msg: query.msg ?? 'LOGGED_OUT',
        ...(query.next !== undefined && { next: query.next }),
      });
      return reply.redirect(`${basePath}/login?${search}`, 302);
    },
  );

  app.get('/internal/security/session', { config: { access: 'internal' } }, async ({ session }, reply) =>
    session === undefined ? reply.code(204).send() : sessionInfo(session, now().getTime()),
  );

  // What is extended is told by the route that the client is sent to.
  app.post(
    '/internal/security/session',
    { config: { access: 'internal', audit: false, extendsSession: true } },
    async (_request, reply) => reply.redirect(`${basePath}/internal/security/session`, 302),
  );

  app.post(
    '/api/security/session/_invalidate',
    { schema: { body: invalidateBody }, config: { access: 'public', audit: 'session_invalidate' } },
    async (request) => {
      if (!isSuperuser(callerOf(request))) throw new ForbiddenError('Forbidden');
      const { query } = request.body;
      if (query !== undefined && !['basic', 'token'].includes(query.provider.type)) return { total: 0 };
      const of = { username: query?.username, provider: query?.provider.name };
      return { total: await access.endSessions(of) };
    },
  );
}

function sessionInfo({ provider, expiresAt, idleExpiresAt }: Session, now: number) {
  const end = Math.min(expiresAt ?? Number.POSITIVE_INFINITY, idleExpiresAt ?? Number.POSITIVE_INFINITY);
  const isEndless = end === Number.POSITIVE_INFINITY;
  return {
    expiresInMs: isEndless ? null : end - now,
    canBeExtended: idleExpiresAt !== null && (expiresAt === null || end + WARNING_MS < expiresAt),
    provider: { type: 'basic', name: provider },
    ...(!isEndless && { expirationReason: end === expiresAt ? 'lifespan' : 'idle' }),
  };
}

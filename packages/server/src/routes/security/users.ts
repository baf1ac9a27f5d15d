import { canManageSecurity, type Principal, type Session, type User } from '@patchbay/engine/access';
import { BadRequestError, ForbiddenError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import { clientAddress } from '../../http/client-address.ts';
import { sessionCookie } from '../../http/session-cookie.ts';
import type { System } from '../../system.ts';
import { authorizeSecurity } from './access.ts';

const byName = z.object({ username: z.string().min(1).max(1024) });

const password = z.string().min(6, 'Password must be at least 6 characters.');

const body = z.strictObject({
  username: z.string().min(1).max(1024),
  password: password.nullish(),
  roles: z.array(z.string().min(1)).default([]),
  full_name: z.string().nullish(),
  email: z.string().nullish(),
  enabled: z.boolean().default(true),
});

const passwordBody = z.strictObject({
  /** The present one: asked of those who change their own. */
  password: z.string().min(1).optional(),
  newPassword: password,
});

export function userRoutes(app: App, { access, settings }: System): void {
  const cookie = sessionCookie(settings);
  const config = { access: 'internal' } as const;

  app.get('/internal/security/users', { config }, async (request) => {
    authorizeSecurity(request);
    return (await access.listUsers()).map(answer);
  });

  app.get('/internal/security/users/:username', { schema: { params: byName }, config }, async (request) => {
    authorizeSecurity(request);
    return answer(await access.getUser(request.params.username));
  });

  app.post(
    '/internal/security/users/:username',
    { schema: { params: byName, body }, config: { ...config, audit: 'user_put' } },
    async (request) => {
      authorizeSecurity(request);
      const { username, password, roles, full_name: fullName, email, enabled } = request.body;
      if (username !== request.params.username) {
        throw new BadRequestError(
          `[request body.username]: expected "${request.params.username}", the name in the path`,
        );
      }
      const user = { username, roles, fullName: fullName ?? null, email: email ?? null, enabled };
      await access.putUser({ ...user, password: password ?? undefined });
      return answer(user);
    },
  );

  app.delete(
    '/internal/security/users/:username',
    { schema: { params: byName }, config: { ...config, audit: 'user_delete' } },
    async (request, reply) => {
      authorizeSecurity(request);
      await access.deleteUser(request.params.username);
      return reply.code(204).send();
    },
  );

  app.post(
    '/internal/security/users/:username/password',
    { schema: { params: byName, body: passwordBody }, config: { ...config, audit: 'user_password_change' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { username } = request.params;
      const { password: present = '', newPassword: next } = request.body;
      // A key does not know its owner's password, and is not to change it.
      if (caller.username === username && caller.apiKey === undefined && caller.realm === undefined) {
        const address = clientAddress(request);
        await access.changePassword({ username, present, next, address });
        // It ended all sessions of the user: whoever changes a password in one goes on in a new one.
        if (request.session !== undefined) {
          const login = { username, password: next, address, provider: request.session.provider };
          cookie.set(reply, (await access.logIn(login, undefined)).token);
        }
      } else if (canManageSecurity(caller)) await access.setPassword(username, next);
      else throw new ForbiddenError('Forbidden');
      return reply.code(204).send();
    },
  );

  for (const [action, enabled] of [
    ['_enable', true],
    ['_disable', false],
  ] as const) {
    app.post(
      `/internal/security/users/:username/${action}`,
      { schema: { params: byName }, config: { ...config, audit: 'user_put' } },
      async (request, reply) => {
        authorizeSecurity(request);
        await access.setUserEnabled(request.params.username, enabled);
        return reply.code(204).send();
      },
    );
  }

  app.get('/internal/security/me', { config }, async (request) => me(callerOf(request), request.session));
}

function answer({ username, roles, fullName, email, enabled }: User) {
  return { username, roles, full_name: fullName, email, enabled, metadata: {} };
}

function me(
  { username, roles, fullName, email, profileUid, apiKey, realm: elsewhere }: Principal,
  session: Session | undefined,
) {
  const realm =
    elsewhere ??
    (apiKey === undefined
      ? { name: 'native', type: 'native' }
      : { name: '_es_api_key', type: '_es_api_key' });
  return {
    username,
    roles,
    full_name: fullName,
    email,
    metadata: {},
    enabled: true,
    authentication_realm: realm,
    lookup_realm: realm,
    authentication_type: apiKey === undefined ? 'realm' : 'api_key',
    authentication_provider:
      session === undefined ? { type: 'http', name: '__http__' } : { type: 'basic', name: session.provider },
    elastic_cloud_user: false,
    profile_uid: profileUid,
    ...(apiKey !== undefined && { api_key: apiKey }),
  };
}

import type { Principal, User } from '@patchbay/engine/access';
import { BadRequestError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';
import { authorizeSecurity } from './access.ts';

const byName = z.object({ username: z.string().min(1).max(1024) });

const body = z.strictObject({
  username: z.string().min(1).max(1024),
  password: z.string().min(6, 'Password must be at least 6 characters.').nullish(),
  roles: z.array(z.string().min(1)).default([]),
  full_name: z.string().nullish(),
  email: z.string().nullish(),
  enabled: z.boolean().default(true),
});

export function userRoutes(app: App, { access }: System): void {
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

  app.get('/internal/security/me', { config }, async (request) => me(callerOf(request)));
}

function answer({ username, roles, fullName, email, enabled }: User) {
  return { username, roles, full_name: fullName, email, enabled, metadata: {} };
}

function me({ username, roles, fullName, email, profileUid, apiKey }: Principal) {
  const realm =
    apiKey === undefined ? { name: 'native', type: 'native' } : { name: '_es_api_key', type: '_es_api_key' };
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
    authentication_provider: { type: 'http', name: '__http__' },
    elastic_cloud_user: false,
    profile_uid: profileUid,
    ...(apiKey !== undefined && { api_key: apiKey }),
  };
}

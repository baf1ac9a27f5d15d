import type { Role } from '@patchbay/engine/access';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { authorizeSecurity } from './access.ts';
import { roleKibana } from './role-schema.ts';

const byName = z.object({
  name: z.string().min(1).max(1024, 'Role name must be 1024 characters or less.'),
});

const anything = z.record(z.string(), z.unknown());

const body = z.strictObject({
  description: z.string().max(2048, 'Role description must be 2048 characters or less.').optional(),
  metadata: anything.nullish(),
  elasticsearch: anything.nullish(),
  kibana: roleKibana.nullish(),
});

const putQuery = z.object({ createOnly: z.stringbool().default(false) });

export function roleRoutes(app: App, { access }: System): void {
  const config = { access: 'public' } as const;

  app.get('/api/security/role', { config }, async (request) => {
    authorizeSecurity(request);
    return access.listRoles().map(answer);
  });

  app.get('/api/security/role/:name', { schema: { params: byName }, config }, async (request) => {
    authorizeSecurity(request);
    return answer(access.getRole(request.params.name));
  });

  app.put(
    '/api/security/role/:name',
    { schema: { params: byName, querystring: putQuery, body }, config: { ...config, audit: 'role_put' } },
    async (request, reply) => {
      authorizeSecurity(request);
      const { description, metadata, elasticsearch, kibana } = request.body;
      const role: Role = {
        name: request.params.name,
        ...(description !== undefined && { description }),
        metadata: metadata ?? {},
        elasticsearch: { cluster: [], indices: [], run_as: [], ...elasticsearch },
        kibana: kibana ?? [],
      };
      await access.putRole(role, request.query);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/api/security/role/:name',
    { schema: { params: byName }, config: { ...config, audit: 'role_delete' } },
    async (request, reply) => {
      authorizeSecurity(request);
      await access.deleteRole(request.params.name);
      return reply.code(204).send();
    },
  );
}

function answer({ name, description, metadata, elasticsearch, kibana }: Role) {
  return {
    name,
    ...(description !== undefined && { description }),
    metadata,
    transient_metadata: { enabled: true },
    elasticsearch,
    kibana: kibana.map(({ base, feature, spaces }) => ({ base, feature, spaces })),
    _transform_error: [],
    _unrecognized_applications: [],
  };
}

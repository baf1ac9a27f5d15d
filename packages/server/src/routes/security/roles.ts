import type { Role } from '@patchbay/engine/access';
import { AnswerError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { roleAnswer } from '../../wire/role.ts';
import { authorizeSecurity } from './access.ts';
import { roleBody, roleElasticsearch, roleName } from './role-schema.ts';

const byName = z.object({ name: roleName });
const getQuery = z.object({ replaceDeprecatedPrivileges: z.stringbool().default(false) });
const putQuery = z.object({ createOnly: z.stringbool().default(false) });
const bulkBody = z.strictObject({ roles: z.record(roleName, roleBody) });

/** How many roles an answer holds where nobody asks for a number: Elasticsearch's own default. */
const DEFAULT_SIZE = 10;
const whole = z.int().min(0);
const findBody = z.strictObject({
  query: z.string().optional(),
  from: whole.default(0),
  size: whole.max(10_000).default(DEFAULT_SIZE),
  sort: z
    .strictObject({ field: z.enum(['name', 'description']), direction: z.enum(['asc', 'desc']) })
    .optional(),
  filters: z.strictObject({ showReservedRoles: z.boolean().default(true) }).optional(),
});

export function roleRoutes(app: App, { access }: System): void {
  const config = { access: 'public' } as const;

  app.get('/api/security/role', { schema: { querystring: getQuery }, config }, async (request) => {
    authorizeSecurity(request);
    const how = { replacesDeprecated: request.query.replaceDeprecatedPrivileges };
    return access.listRoles().map((role) => roleAnswer(role, how));
  });

  app.get(
    '/api/security/role/:name',
    { schema: { params: byName, querystring: getQuery }, config },
    async (request) => {
      authorizeSecurity(request);
      const how = { replacesDeprecated: request.query.replaceDeprecatedPrivileges };
      return roleAnswer(access.getRole(request.params.name), how);
    },
  );

  app.put(
    '/api/security/role/:name',
    {
      schema: { params: byName, querystring: putQuery, body: roleBody },
      config: { ...config, audit: 'role_put' },
    },
    async (request, reply) => {
      authorizeSecurity(request);
      await access.putRole(roleOf(request.params.name, request.body), request.query);
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

  // One role that cannot be put does not keep the others from it.
  app.post(
    '/api/security/roles',
    { schema: { body: bulkBody }, config: { ...config, audit: 'role_put' } },
    async (request) => {
      authorizeSecurity(request);
      const done = { created: [] as string[], updated: [] as string[], noop: [] as string[] };
      const errors: Record<string, { type: string; reason: string }> = {};
      for (const [name, body] of Object.entries(request.body.roles)) {
        try {
          done[await access.putRole(roleOf(name, body), { createOnly: false })].push(name);
        } catch (error) {
          if (!(error instanceof AnswerError)) throw error;
          errors[name] = { type: 'illegal_argument_exception', reason: error.message };
        }
      }
      request.auditedId = Object.values(done).flat().join(', ');
      request.hasFailed = Object.keys(errors).length > 0;
      const lists = Object.entries(done).filter(([, names]) => names.length > 0);
      return { ...Object.fromEntries(lists), ...(Object.keys(errors).length > 0 && { errors }) };
    },
  );

  app.post(
    '/api/security/role/_query',
    { schema: { body: findBody }, config: { ...config, audit: false } },
    async (request) => {
      authorizeSecurity(request);
      const { query = '', from, size, sort, filters } = request.body;
      const found = access
        .listRoles()
        .filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()))
        .filter(({ metadata }) => filters?.showReservedRoles === true || metadata._reserved !== true);
      if (sort !== undefined) {
        const [first, second] = sort.direction === 'asc' ? [-1, 1] : [1, -1];
        found.sort((a, b) => ((a[sort.field] ?? '') < (b[sort.field] ?? '') ? first : second));
      }
      const page = found.slice(from, from + size);
      return { roles: page.map((role) => roleAnswer(role)), count: page.length, total: found.length };
    },
  );
}

function roleOf(
  name: string,
  { description, metadata, elasticsearch, kibana }: z.output<typeof roleBody>,
): Role {
  return {
    name,
    ...(description !== undefined && { description }),
    metadata: metadata ?? {},
    elasticsearch: elasticsearch ?? roleElasticsearch.parse({}),
    kibana: kibana ?? [],
  };
}

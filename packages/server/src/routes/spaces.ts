import { canManageSpaces, canSeeSpace } from '@patchbay/engine/access';
import { BadRequestError, ForbiddenError } from '@patchbay/engine/errors';
import type { Space } from '@patchbay/engine/spaces';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { callerOf } from '../http/caller.ts';
import type { System } from '../system.ts';

const body = z.strictObject({
  id: z.string().regex(/^[a-z0-9_-]+$/, "must be lower case, a-z, 0-9, '_', and '-' are allowed"),
  name: z.string().min(1, 'value has length [0] but it must have a minimum length of [1].'),
  description: z.string().optional(),
  initials: z
    .string()
    .refine((value) => value.length <= 2, {
      error: ({ input }) =>
        `value has length [${String(input).length}] but it must have a maximum length of [2].`,
    })
    .optional(),
  color: z
    .string()
    .regex(/^#[a-zA-Z0-9]{6}$/, 'must be a 6 digit hex color, starting with a #')
    .optional(),
  disabledFeatures: z
    .array(z.string())
    .refine((value) => value.length <= 100, {
      error: ({ input }) =>
        `array size is [${(input as unknown[]).length}], but cannot be greater than [100]`,
    })
    .default([]),
  imageUrl: z
    .string()
    .refine((value) => value === '' || value.startsWith('data:image'), {
      message: "must start with 'data:image'",
    })
    .optional(),
  solution: z
    .enum(['es', 'oblt', 'security', 'classic', ''], {
      error: 'expected one of "es", "oblt", "security", "classic"',
    })
    .optional(),
  projectRouting: z.string().optional(),
  _reserved: z.boolean().optional(),
});

type Body = z.output<typeof body>;

const PURPOSES = ['any', 'copySavedObjectsIntoSpace', 'shareSavedObjectsIntoSpace'];

const listQuery = z.object({ purpose: z.string().optional() });

const byId = z.object({ id: z.string() });

export function spaceRoutes(app: App, system: System): void {
  const { spaces } = system;
  const config = { access: 'public' } as const;

  app.post(
    '/api/spaces/space',
    { schema: { body }, config: { ...config, audit: 'space_create' } },
    async (request) => {
      ensureManages(request, 'create');
      request.auditedId = request.body.id;
      return answer(await spaces.create(fromBody(request.body, 'create')));
    },
  );

  app.get('/api/spaces/space', { schema: { querystring: listQuery }, config }, async (request) => {
    const { purpose } = request.query;
    if (purpose !== undefined && !PURPOSES.includes(purpose)) {
      throw new BadRequestError(`unsupported space purpose: ${purpose}`);
    }
    const caller = callerOf(request);
    return spaces
      .list()
      .filter(({ id }) => canSeeSpace(caller, id))
      .map(answer);
  });

  app.get('/api/spaces/space/:id', { schema: { params: byId }, config }, async (request) => {
    const { id } = request.params;
    if (!canSeeSpace(callerOf(request), id)) throw new ForbiddenError(`Unauthorized to get ${id} space`);
    return answer(spaces.get(id));
  });

  app.put(
    '/api/spaces/space/:id',
    { schema: { params: byId, body }, config: { ...config, audit: 'space_update' } },
    async (request) => {
      ensureManages(request, 'update');
      return answer(await spaces.update(request.params.id, fromBody(request.body, 'update')));
    },
  );

  app.delete(
    '/api/spaces/space/:id',
    { schema: { params: byId }, config: { ...config, audit: 'space_delete' } },
    async (request, reply) => {
      ensureManages(request, 'delete');
      await spaces.delete(request.params.id);
      return reply.code(204).send();
    },
  );

  /** What a space must not have here or under this configuration, then the space itself. */
  function fromBody(
    { _reserved, projectRouting, ...space }: Body,
    verb: 'create' | 'update',
  ): Omit<Space, 'isReserved'> {
    if (space.disabledFeatures.length > 0 && !system.settings['xpack.spaces.allowFeatureVisibility']) {
      throw new BadRequestError(
        `Unable to ${verb} Space, the disabledFeatures array must be empty when xpack.spaces.allowFeatureVisibility setting is disabled`,
      );
    }
    if (space.solution === '') {
      throw new BadRequestError(`Unable to ${verb} Space, solution property cannot be empty`);
    }
    if (space.solution !== undefined && !system.settings['xpack.spaces.allowSolutionVisibility']) {
      throw new BadRequestError(
        `Unable to ${verb} Space, the solution property can not be set when xpack.spaces.allowSolutionVisibility setting is disabled`,
      );
    }
    if (projectRouting !== undefined) {
      throw new BadRequestError(
        `Unable to ${verb} Space, projectRouting property is only allowed when CPS is enabled`,
      );
    }
    return space;
  }
}

function ensureManages(request: FastifyRequest, verb: string): void {
  if (!canManageSpaces(callerOf(request))) throw new ForbiddenError(`Unauthorized to ${verb} spaces`);
}

function answer({ isReserved, ...space }: Space) {
  return { ...space, ...(isReserved && { _reserved: true }) };
}

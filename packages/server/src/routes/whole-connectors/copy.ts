import type { ImportOptions } from '@patchbay/engine/saved-objects';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { carriedAnswer } from '../../wire/carried.ts';
import { authorize, authorizeCopy } from '../connector-access.ts';
import { auditedIds } from './audited-ids.ts';
import { targetIn } from './target.ts';

const MAX_CONNECTORS = 1000;
const MAX_SPACES = 100;

const options = {
  overwrite: z.boolean().default(false),
  create_new_copies: z.boolean().default(false),
};
const id = z.string().min(1);
const spaces = z.array(id).min(1).max(MAX_SPACES);

const oneOfThem = z
  .strictObject({ spaces, ...options })
  .refine(({ overwrite, create_new_copies }) => !(overwrite && create_new_copies), {
    message: 'cannot use [overwrite] with [create_new_copies]',
  });
const many = z
  .strictObject({ connector_ids: z.array(id).min(1).max(MAX_CONNECTORS), spaces, ...options })
  .refine(({ overwrite, create_new_copies }) => !(overwrite && create_new_copies), {
    message: 'cannot use [overwrite] with [create_new_copies]',
  });

/** Copies of connectors in other spaces, which work at once: all of them or none. */
export function copyRoutes(app: App, system: System): void {
  const config = { access: 'public', isActionsRoute: true, audit: 'connector_copy' } as const;

  app.post(
    '/api/patchbay/connectors/:id/_copy',
    { schema: { params: z.object({ id }), body: oneOfThem }, config },
    (request) => copy(request, [request.params.id], request.body),
  );

  app.post('/api/patchbay/connectors/_copy', { schema: { body: many }, config }, (request) =>
    copy(request, request.body.connector_ids, request.body),
  );

  async function copy(
    request: FastifyRequest,
    ids: readonly string[],
    { spaces, overwrite, create_new_copies: createNewCopies }: z.output<typeof oneOfThem>,
  ) {
    request.auditedId = auditedIds(ids);
    // Copying out takes what changing does: whoever has the copy decides what becomes of its secrets.
    authorize(system, request, 'update');
    const targets = await Promise.all([...new Set(spaces)].map((space) => targetIn(system, request, space)));
    for (const each of ids) await authorizeCopy(system, request, each);
    const how: ImportOptions = { overwrite, createNewCopies };
    const outcome = await system.savedObjects.copy(request.spaceId, ids, targets, how);
    return { copies: carriedAnswer(outcome, 'copied') };
  }
}

import { parseDuration } from '@patchbay/engine/config';
import { AnswerError, BadRequestError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';
import { privilegesOfDescriptors, roleDescriptors } from './role-descriptors.ts';

const createBody = z.strictObject({
  type: z.literal('rest').optional(),
  name: z.string().min(1, 'value has length [0] but it must have a minimum length of [1].'),
  /** A time span, `1d`, `12h`; left out: the key does not expire. */
  expiration: z
    .string()
    .refine((value) => /^\d+(ms|s|m|h|d)$/.test(value), {
      message: 'expected a time span such as 30m, 12h or 7d',
    })
    .optional(),
  role_descriptors: roleDescriptors.default({}),
  metadata: z.record(z.string(), z.unknown()).default({}),
});

const invalidateBody = z.strictObject({
  apiKeys: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  isAdmin: z.boolean().optional(),
});

export function apiKeyRoutes(app: App, { access, now }: System): void {
  const config = { access: 'internal' } as const;

  app.post(
    '/internal/security/api_key',
    { schema: { body: createBody }, config: { ...config, audit: 'api_key_create' } },
    async (request) => {
      const caller = callerOf(request);
      if (caller.apiKey !== undefined) {
        throw new BadRequestError(
          'creating derived api keys is not supported: use the credentials of a user',
        );
      }
      const { name, expiration, role_descriptors: descriptors, metadata } = request.body;
      const lifetime = expiration === undefined ? undefined : parseDuration(expiration);
      const created = await access.createApiKey(caller, {
        name,
        metadata,
        expiresAt: lifetime === undefined ? null : expiry(now(), lifetime),
        privileges: privilegesOfDescriptors(descriptors),
      });
      request.auditedId = created.id;
      return {
        id: created.id,
        name: created.name,
        api_key: created.key,
        encoded: created.encoded,
        ...(created.expiresAt !== null && { expiration: Date.parse(created.expiresAt) }),
      };
    },
  );

  app.post(
    '/internal/security/api_key/invalidate',
    { schema: { body: invalidateBody }, config: { ...config, audit: 'api_key_invalidate' } },
    async (request) => {
      const caller = callerOf(request);
      const itemsInvalidated: { id: string; name: string }[] = [];
      const errors: { id: string; name: string; error: { statusCode: number; message: string } }[] = [];
      for (const { id, name } of request.body.apiKeys) {
        try {
          await access.invalidateApiKey(caller, id);
          itemsInvalidated.push({ id, name });
        } catch (error) {
          if (!(error instanceof AnswerError)) throw error;
          errors.push({ id, name, error: { statusCode: error.statusCode, message: error.message } });
        }
      }
      if (itemsInvalidated.length > 0) request.auditedId = itemsInvalidated.map(({ id }) => id).join(', ');
      else request.hasFailed = true;
      return { itemsInvalidated, errors };
    },
  );
}

function expiry(from: Date, lifetimeMs: number): string {
  const date = new Date(from.getTime() + lifetimeMs);
  if (Number.isNaN(date.getTime())) throw new BadRequestError('[request body.expiration]: too long');
  return date.toISOString();
}

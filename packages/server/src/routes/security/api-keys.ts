import type { KeyLimits } from '@patchbay/engine/access';
import { parseDuration } from '@patchbay/engine/config';
import { AnswerError, BadRequestError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';
import {
  kibanaRoleDescriptors,
  privilegesOfDescriptors,
  type RoleDescriptors,
  roleDescriptors,
} from './role-descriptors.ts';

const type = z.literal('rest').optional();

/** A time span, `1d`, `12h`; left out: the key does not expire. */
const expiration = z.string().refine((value) => /^\d+(ms|s|m|h|d)$/.test(value), {
  message: 'expected a time span such as 30m, 12h or 7d',
});

const metadata = z.record(z.string(), z.unknown());

/** Written one way or the other, not both. */
const descriptors = {
  role_descriptors: roleDescriptors.optional(),
  kibana_role_descriptors: kibanaRoleDescriptors.optional(),
};

const createBody = z.strictObject({
  type,
  name: z.string().min(1, 'value has length [0] but it must have a minimum length of [1].'),
  expiration: expiration.optional(),
  ...descriptors,
  metadata: metadata.default({}),
});

const updateBody = z.strictObject({
  type,
  id: z.string(),
  expiration: expiration.optional(),
  ...descriptors,
  metadata: metadata.optional(),
});

const invalidateBody = z.strictObject({
  apiKeys: z.array(z.strictObject({ id: z.string(), name: z.string() })).max(1000),
  isAdmin: z.boolean().optional(),
});

export function apiKeyRoutes(app: App, { access, now }: System): void {
  const config = { access: 'internal' } as const;

  app.post(
    '/internal/security/api_key',
    { schema: { body: createBody }, config: { ...config, audit: 'api_key_create' } },
    async (request) => {
      const { name, expiration, metadata } = request.body;
      const created = await access.createApiKey(callerOf(request), {
        name,
        metadata,
        expiresAt: expiryOf(expiration, now()) ?? null,
        limits: limitsOf(request.body) ?? { descriptors: {}, privileges: undefined },
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

  app.put(
    '/internal/security/api_key',
    { schema: { body: updateBody }, config: { ...config, audit: 'api_key_update' } },
    async (request) => {
      const { id, expiration, metadata } = request.body;
      request.auditedId = id;
      const expiresAt = expiryOf(expiration, now());
      const change = { expiresAt, metadata, limits: limitsOf(request.body) };
      return { updated: await access.updateApiKey(callerOf(request), id, change) };
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

/** undefined: none are given. An empty list of them takes nothing away. */
function limitsOf(body: {
  role_descriptors?: RoleDescriptors | undefined;
  kibana_role_descriptors?: RoleDescriptors | undefined;
}): KeyLimits | undefined {
  const { role_descriptors: own, kibana_role_descriptors: kibana } = body;
  if (own !== undefined && kibana !== undefined) {
    throw new BadRequestError(
      '[request body]: expected [role_descriptors] or [kibana_role_descriptors], but not both',
    );
  }
  const given = own ?? kibana;
  return given && { descriptors: given, privileges: privilegesOfDescriptors(given) };
}

function expiryOf(lifetime: string | undefined, from: Date): string | undefined {
  if (lifetime === undefined) return undefined;
  const date = new Date(from.getTime() + (parseDuration(lifetime) ?? Number.NaN));
  if (Number.isNaN(date.getTime())) throw new BadRequestError('[request body.expiration]: too long');
  return date.toISOString();
}

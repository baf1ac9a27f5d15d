import {
  can,
  ensureMayWithConnector,
  isSuperuser,
  type Principal,
  permissionsOn,
} from '@patchbay/engine/access';
import { type Connector, OPEN_ACCESS } from '@patchbay/engine/catalog';
import { BadRequestError, ForbiddenError, NotFoundError } from '@patchbay/engine/errors';
import type { ConnectorAccess } from '@patchbay/engine/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import {
  accessControlAnswer,
  connectorAccessAnswer,
  profileAnswer,
  type ShownAccess,
} from '../wire/connector-access.ts';
import { authorize } from './connector-access.ts';

const MAX_ENTRIES = 100;
const MAX_SUGGESTED = 100;
/** A role has more room in it than anybody fills. */
const MAX_NAMES = 1000;

const params = z.object({ id: z.string() });

const controlBody = z.strictObject({
  access_mode: z.enum(['private', 'public']),
  entries: z
    .array(z.strictObject({ type: z.literal('user'), id: z.string().min(1), role: z.literal('executor') }))
    .max(MAX_ENTRIES)
    .default([]),
});

const suggestBody = z.strictObject({
  name: z.string(),
  size: z.int().min(1).max(MAX_SUGGESTED).default(20),
});

const names = z.array(z.string().min(1).max(1024)).max(MAX_NAMES).default([]);
const audience = z.strictObject({ users: names, roles: names }).nullable().default(null);
const body = z.strictObject({ use: audience, edit: audience, owner: z.string().min(1).optional() });

/** Who may do what with one connector: the reference's private connectors, and lists of users and roles beside them. */
export function connectorRulesRoutes(app: App, system: System): void {
  const isInternal = { access: 'internal', isActionsRoute: true } as const;
  const isPublic = { access: 'public', isActionsRoute: true } as const;
  const control = '/internal/actions/connector/:id/access_control';
  const url = '/api/patchbay/connectors/:id/access';

  app.get(control, { schema: { params }, config: isInternal }, async (request) => {
    const { caller, connector } = await seen(system, request, request.params.id);
    return accessControlAnswer(await show(system, request, caller, connector), caller.profileUid);
  });

  app.put(
    control,
    { schema: { params, body: controlBody }, config: { ...isInternal, audit: 'connector_access_update' } },
    async (request, reply) => {
      const { access_mode: mode, entries } = request.body;
      const profiles = await system.access.listProfiles();
      await change(system, request, request.params.id, (access) => {
        const ids = [...new Set(entries.map(({ id }) => id))];
        if (!ids.every((id) => profiles.some(({ uid }) => uid === id)))
          throw new BadRequestError('One or more of the selected users could not be resolved');
        const at = system.now().toISOString();
        const addedAt = (id: string) => access.entries.find((known) => known.id === id)?.addedAt ?? at;
        return { ...access, mode, entries: ids.map((id) => ({ id, addedAt: addedAt(id) })) };
      });
      return reply.code(204).send();
    },
  );

  app.post(
    `${control}/_suggest_user_profiles`,
    { schema: { params, body: suggestBody }, config: { ...isInternal, audit: false } },
    async (request) => {
      const { caller, connector } = await seen(system, request, request.params.id);
      const { permissions, profiles } = await show(system, request, caller, connector);
      if (!permissions.manage)
        throw new ForbiddenError('Only the owner can manage the access of a connector');
      const { name, size } = request.body;
      const part = name.toLowerCase();
      return profiles
        .filter(({ enabled }) => enabled)
        .filter(({ username, fullName, email }) =>
          [username, fullName, email].some((text) => text?.toLowerCase().includes(part)),
        )
        .slice(0, size)
        .map(profileAnswer);
    },
  );

  app.get(url, { schema: { params }, config: isPublic }, async (request) => {
    const { caller, connector } = await seen(system, request, request.params.id);
    return connectorAccessAnswer(await show(system, request, caller, connector));
  });

  app.put(
    url,
    { schema: { params, body }, config: { ...isPublic, audit: 'connector_access_update' } },
    async (request) => {
      const { use, edit, owner } = request.body;
      const { id } = request.params;
      const profiles = await system.access.listProfiles();
      const { caller, connector } = await change(system, request, id, (access) => {
        if (owner === undefined) return { ...access, use, edit };
        const profile = profiles.find(({ username }) => username === owner);
        if (profile === undefined)
          throw new BadRequestError(`[request body.owner]: there is no user "${owner}"`);
        return { ...access, use, edit, owner: profile.uid };
      });
      return connectorAccessAnswer(await show(system, request, caller, connector));
    },
  );

  app.delete(
    url,
    { schema: { params }, config: { ...isPublic, audit: 'connector_access_delete' } },
    async (request, reply) => {
      await change(system, request, request.params.id, (access) => ({ ...access, use: null, edit: null }));
      return reply.code(204).send();
    },
  );
}

/** The connector, as far as the caller sees it. Throws 404 where they do not. */
async function seen(
  system: System,
  request: FastifyRequest,
  id: string,
): Promise<{ caller: Principal; connector: Connector }> {
  const caller = authorize(system, request, 'get');
  const connector = await connectorOf(system, request, id);
  ensureMayWithConnector(caller, connector, 'read');
  return { caller, connector };
}

async function show(
  { access }: System,
  { spaceId }: FastifyRequest,
  caller: Principal,
  connector: Connector,
): Promise<ShownAccess> {
  const permissions = effective(caller, spaceId, connector);
  const isShown = permissions.manage || isSuperuser(caller);
  return {
    permissions,
    access: isShown ? (connector.access ?? OPEN_ACCESS) : undefined,
    profiles: isShown ? await access.listProfiles() : [],
  };
}

/** What the privileges in the space and the connector's own rules come to. What the configuration file holds changes there alone. */
function effective(caller: Principal, spaceId: string, { access, origin }: Connector) {
  const { read, execute, edit, manage } = permissionsOn(caller, access);
  const mayChange = origin === 'stored' && can(caller, 'update', spaceId);
  return {
    read,
    execute: execute && can(caller, 'execute', spaceId),
    edit: edit && mayChange,
    manage: manage && mayChange,
  };
}

/** Throws where the caller may not manage the connector; one that nobody owns becomes theirs. */
async function change(
  system: System,
  request: FastifyRequest,
  id: string,
  step: (access: ConnectorAccess) => ConnectorAccess,
): Promise<{ caller: Principal; connector: Connector }> {
  const caller = authorize(system, request, 'update');
  const connector = await connectorOf(system, request, id);
  ensureMayWithConnector(caller, connector, 'read');
  if (caller.profileUid === '')
    throw new ForbiddenError('A user profile is required to manage connector access');
  const access = await system.catalog.changeAccess(request.spaceId, id, (now) => {
    // Asked of what stands now: somebody may have been faster.
    ensureMayWithConnector(caller, { id, access: now }, 'manage');
    return step({ ...now, owner: now.owner ?? caller.profileUid });
  });
  return { caller, connector: { ...connector, access } };
}

async function connectorOf({ catalog }: System, { spaceId }: FastifyRequest, id: string): Promise<Connector> {
  const connector = (await catalog.resolve(spaceId, id))?.connector;
  if (connector === undefined) throw new NotFoundError(`Saved object [action/${id}] not found`);
  if (connector.origin === 'system') throw new NotFoundError(`Connector ${id} not found`);
  return connector;
}

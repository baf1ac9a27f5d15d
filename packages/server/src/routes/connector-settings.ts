import { isDeepStrictEqual } from 'node:util';
import { ensureMayWithConnector, type Principal } from '@patchbay/engine/access';
import {
  type ConnectorSettings,
  connectorSettings,
  type ShownConnectorSettings,
} from '@patchbay/engine/catalog';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { snakeCased, toSnakeCase } from '../wire/snake-case.ts';
import { authorizeConnector } from './connector-access.ts';

const url = '/api/patchbay/connectors/:id/settings';
const params = z.object({ id: z.string() });
const body = snakeCased(connectorSettings);
const config = { access: 'public', isActionsRoute: true } as const;

/** How a connector connects: what Kibana's body of a connector has no place for. */
export function connectorSettingsRoutes(app: App, system: System): void {
  const { catalog } = system;

  app.get(url, { schema: { params }, config }, async (request) => {
    await authorizeConnector(system, request, 'get', request.params.id);
    return answer(await catalog.getSettings(request.spaceId, request.params.id));
  });

  app.put(
    url,
    { schema: { params, body }, config: { ...config, audit: 'connector_settings_update' } },
    async (request) => {
      const caller = await authorizeConnector(system, request, 'update', request.params.id);
      await ensureMayName(request, caller, request.body);
      return answer(await catalog.putSettings(request.spaceId, request.params.id, request.body));
    },
  );

  app.delete(
    url,
    { schema: { params }, config: { ...config, audit: 'connector_settings_delete' } },
    async (request, reply) => {
      await authorizeConnector(system, request, 'delete', request.params.id);
      await catalog.deleteSettings(request.spaceId, request.params.id);
      return reply.code(204).send();
    },
  );

  /** Whoever names a connector to stand in, or to be told, may run it themselves. What stands as it stood is not asked for. */
  async function ensureMayName(
    { spaceId, params: { id } }: FastifyRequest<{ Params: z.output<typeof params> }>,
    caller: Principal,
    { delivery }: ConnectorSettings,
  ): Promise<void> {
    const before = (await catalog.resolve(spaceId, id))?.deliverySettings;
    for (const part of ['fallback', 'notices'] as const) {
      const named = delivery?.[part];
      if (named === undefined || isDeepStrictEqual(named, before?.[part])) continue;
      const connector = (await catalog.resolve(spaceId, named.connectorId))?.connector;
      if (connector !== undefined) ensureMayWithConnector(caller, connector, 'execute');
    }
  }
}

/** The secrets themselves are in no answer; which there are is. */
function answer({ settings, secretsSet }: ShownConnectorSettings) {
  const secrets = toSnakeCase(
    connectorSettings.shape.secrets,
    Object.fromEntries(secretsSet.map((name) => [name, name])),
  );
  return {
    ...(toSnakeCase(connectorSettings, settings) as Record<string, unknown>),
    secrets_set: Object.keys(secrets as object),
  };
}

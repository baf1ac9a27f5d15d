import { connectorSettings, type ShownConnectorSettings } from '@patchbay/engine/catalog';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { snakeCased, toSnakeCase } from '../wire/snake-case.ts';
import { authorize } from './connector-access.ts';

const url = '/api/patchbay/connectors/:id/settings';
const params = z.object({ id: z.string() });
const body = snakeCased(connectorSettings);
const config = { access: 'public', isActionsRoute: true } as const;

/** How a connector connects: what Kibana's body of a connector has no place for. */
export function connectorSettingsRoutes(app: App, system: System): void {
  const { catalog } = system;

  app.get(url, { schema: { params }, config }, async (request) => {
    authorize(system, request, 'get');
    return answer(await catalog.getSettings(request.spaceId, request.params.id));
  });

  app.put(
    url,
    { schema: { params, body }, config: { ...config, audit: 'connector_settings_update' } },
    async (request) => {
      authorize(system, request, 'update');
      return answer(await catalog.putSettings(request.spaceId, request.params.id, request.body));
    },
  );

  app.delete(
    url,
    { schema: { params }, config: { ...config, audit: 'connector_settings_delete' } },
    async (request, reply) => {
      authorize(system, request, 'delete');
      await catalog.deleteSettings(request.spaceId, request.params.id);
      return reply.code(204).send();
    },
  );
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

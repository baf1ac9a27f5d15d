import { NotFoundError } from '@patchbay/engine/errors';
import type { FastifyContextConfig } from 'fastify';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { map, text } from '../http/request-schema.ts';
import type { System } from '../system.ts';
import { connectorAnswer, connectorTypeAnswer, listedConnectorAnswer } from '../wire/connector.ts';
import { connectorSpecAnswer } from '../wire/connector-spec.ts';
import { authorize, authorizeConnector, listFor } from './connector-access.ts';

const newId = z
  .string()
  .min(1, 'Connector ID is required.')
  .max(36, 'Connector ID must be 36 characters or less.')
  .regex(/^[a-z0-9-]+$/, 'Connector ID must contain only lowercase letters, numbers, and hyphens.');

const createBody = z.strictObject({
  name: text,
  connector_type_id: text,
  config: map().default({}),
  secrets: map().default({}),
});

const updateBody = createBody.omit({ connector_type_id: true });

const byId = z.object({ id: z.string() });

/** Feature ids are short; a longer one cannot be meant. */
const typesQuery = z.strictObject({
  feature_id: z.string().max(256).optional(),
  elasticInternalOrigin: z.string().optional(),
});

const isPublic: FastifyContextConfig = { access: 'public', isActionsRoute: true };
const isInternal: FastifyContextConfig = { access: 'internal', isActionsRoute: true };

export function connectorRoutes(app: App, system: System): void {
  const { catalog } = system;
  const { types } = catalog;

  // The trailing slash is how some clients write "no id".
  for (const url of ['/api/actions/connector', '/api/actions/connector/', '/api/actions/connector/:id']) {
    const params = z.object({ id: url.endsWith(':id') ? newId : newId.optional() });
    app.post(
      url,
      { schema: { params, body: createBody }, config: { ...isPublic, audit: 'connector_create' } },
      async (request) => {
        const { name, connector_type_id: typeId, config, secrets } = request.body;
        // Who is no user (any more) has no profile, and owns nothing.
        const { profileUid: owner } = authorize(system, request, 'create', typeId);
        const { id } = request.params;
        const connector = await catalog.create(request.spaceId, {
          id,
          typeId,
          name,
          config,
          secrets,
          ...(owner !== '' && { owner }),
        });
        request.auditedId = connector.id;
        return connectorAnswer(connector, types);
      },
    );
  }

  app.put(
    '/api/actions/connector/:id',
    { schema: { params: byId, body: updateBody }, config: { ...isPublic, audit: 'connector_update' } },
    async (request) => {
      await authorizeConnector(system, request, 'update', request.params.id);
      return connectorAnswer(await catalog.update(request.spaceId, request.params.id, request.body), types);
    },
  );

  app.get('/api/actions/connector/:id', { schema: { params: byId }, config: isPublic }, async (request) => {
    await authorizeConnector(system, request, 'get', request.params.id);
    return connectorAnswer(await catalog.get(request.spaceId, request.params.id), types);
  });

  app.delete(
    '/api/actions/connector/:id',
    { schema: { params: byId }, config: { ...isPublic, audit: 'connector_delete' } },
    async (request, reply) => {
      await authorizeConnector(system, request, 'delete', request.params.id);
      await catalog.delete(request.spaceId, request.params.id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/internal/actions/connector_types/:id/spec',
    { schema: { params: byId }, config: isInternal },
    async (request) => {
      authorize(system, request, 'get');
      const { id } = request.params;
      const type = types.find(id);
      if (type?.source !== 'spec') throw new NotFoundError(`Spec for connector type "${id}" not found.`);
      return connectorSpecAnswer(type, catalog.validation.settings);
    },
  );

  const lists = [
    { prefix: '/api/actions', config: isPublic, withSystem: false },
    { prefix: '/internal/actions', config: isInternal, withSystem: true },
  ];
  for (const { prefix, config, withSystem } of lists) {
    app.get(`${prefix}/connectors`, { config }, async (request) => {
      const connectors = await listFor(system, request, { withSystem });
      return connectors.map((connector) => listedConnectorAnswer(connector, types));
    });

    app.get(`${prefix}/connector_types`, { schema: { querystring: typesQuery }, config }, async (request) =>
      types.list({ featureId: request.query.feature_id, withSystem }).map(connectorTypeAnswer),
    );
  }
}

import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { configurationAnswer } from '../../wire/case.ts';
import { listedConnectorAnswer } from '../../wire/connector.ts';
import { listFor } from '../connector-access.ts';
import { clientOf } from './client.ts';
import { configurationChange, newConfiguration, owner } from './fields.ts';
import { several } from './query.ts';

export function configureRoutes(app: App, system: System): void {
  const config = { access: 'public' } as const;
  const { catalog } = system;

  app.get(
    '/api/cases/configure',
    { schema: { querystring: z.strictObject({ owner: several(owner) }) }, config },
    async (request) => {
      const { configuration } = clientOf(system, request);
      return (await configuration.configurations(request.query.owner)).map(configurationAnswer);
    },
  );

  app.post(
    '/api/cases/configure',
    { schema: { body: newConfiguration }, config: { ...config, audit: 'case_configuration_create' } },
    async (request) => {
      const { closure_type: closureType, analytics_enabled: _, ...given } = request.body;
      const configured = await clientOf(system, request).configuration.configure({ ...given, closureType });
      request.auditedId = configured.id;
      return configurationAnswer(configured);
    },
  );

  app.patch(
    '/api/cases/configure/:configuration_id',
    {
      schema: { params: z.object({ configuration_id: z.string() }), body: configurationChange },
      config: { ...config, audit: 'case_configuration_update' },
    },
    async (request) => {
      const { closure_type: closureType, analytics_enabled: _, version, ...given } = request.body;
      const change = { ...given, ...(closureType !== undefined && { closureType }) };
      const { configuration } = clientOf(system, request);
      return configurationAnswer(
        await configuration.changeConfiguration(request.params.configuration_id, version, change),
      );
    },
  );

  app.get('/api/cases/configure/connectors/_find', { config }, async (request) => {
    const connectors = await listFor(system, request, { withSystem: false });
    return connectors
      .filter(({ typeId }) => catalog.types.find(typeId)?.caseIncident !== undefined)
      .map((connector) => {
        const answer = listedConnectorAnswer(connector, catalog.types);
        return {
          id: answer.id,
          name: answer.name,
          actionTypeId: answer.connector_type_id,
          ...('config' in answer && { config: answer.config }),
          isPreconfigured: answer.is_preconfigured,
          isDeprecated: answer.is_deprecated,
          isSystemAction: answer.is_system_action,
          ...('is_missing_secrets' in answer && { isMissingSecrets: answer.is_missing_secrets }),
          isConnectorTypeDeprecated: answer.is_connector_type_deprecated,
          referencedByCount: answer.referenced_by_count,
        };
      });
  });
}

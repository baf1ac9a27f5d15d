import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { connectorHealthAnswer } from '../wire/connector-health.ts';
import { authorizeConnector, listFor } from './connector-access.ts';

const params = z.object({ id: z.string() });
const config = { access: 'public', isActionsRoute: true } as const;

/** How connectors are doing. */
export function connectorHealthRoutes(app: App, system: System): void {
  const { health } = system;

  app.get('/api/patchbay/connectors/_health', { config }, async (request) => {
    const connectors = await listFor(system, request, { withSystem: false });
    return (await health.all(request.spaceId, connectors)).map(connectorHealthAnswer);
  });

  app.get('/api/patchbay/connectors/:id/health', { schema: { params }, config }, async (request) => {
    const { id } = request.params;
    await authorizeConnector(system, request, 'get', id);
    return connectorHealthAnswer(await health.of(request.spaceId, id));
  });
}

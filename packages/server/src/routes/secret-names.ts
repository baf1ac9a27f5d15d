import { BadRequestError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { authorizeConnector } from './connector-access.ts';

/** Secrets with names of their own, and the types that have them. */
const NAMED_SECRETS = [
  { path: 'secret_headers', field: 'secretHeaders', types: ['.webhook', '.cases-webhook', '.http'] },
  { path: 'secret_query_params', field: 'secretQueryParams', types: ['.http'] },
] as const;

/** The names, without their values, of a connector's secret headers and query parameters: what a form shows of them. */
export function secretNamesRoutes(app: App, system: System): void {
  const { catalog } = system;
  const schema = { params: z.object({ id: z.string() }) };
  const config = { access: 'internal', isActionsRoute: true } as const;
  for (const { path, field, types } of NAMED_SECRETS) {
    app.get(`/internal/stack_connectors/:id/${path}`, { schema, config }, async (request) => {
      const { id } = request.params;
      await authorizeConnector(system, request, 'get', id);
      const { typeId } = await catalog.get(request.spaceId, id);
      if (!types.some((type) => type === typeId)) {
        throw new BadRequestError(`Connector must be one of the following types: ${types.join(', ')}`);
      }
      const secrets = (await catalog.resolve(request.spaceId, id))?.readSecrets() as
        | Partial<Record<typeof field, Record<string, string> | null>>
        | undefined;
      return Object.keys(secrets?.[field] ?? {});
    });
  }
}

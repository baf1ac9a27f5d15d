import { BadRequestError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { authorize } from './connector-access.ts';

/** The types whose secrets hold headers. */
const TYPES: readonly string[] = ['.webhook', '.cases-webhook', '.http'];

/** The names, without their values, of a connector's secret headers: what a form shows of them. */
export function secretHeadersRoute(app: App, system: System): void {
  const { catalog } = system;
  const schema = { params: z.object({ id: z.string() }) };
  const config = { access: 'internal', isActionsRoute: true } as const;
  app.get('/internal/stack_connectors/:id/secret_headers', { schema, config }, async (request) => {
    authorize(system, request, 'get');
    const { id } = request.params;
    const { typeId } = await catalog.get(request.spaceId, id);
    if (!TYPES.includes(typeId)) {
      throw new BadRequestError(`Connector must be one of the following types: ${TYPES.join(', ')}`);
    }
    const secrets = (await catalog.resolve(request.spaceId, id))?.readSecrets() as
      | { secretHeaders?: Record<string, string> | null }
      | undefined;
    return Object.keys(secrets?.secretHeaders ?? {});
  });
}

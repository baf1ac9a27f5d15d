import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { authorizeObjects } from './access.ts';

const ref = z.strictObject({ type: z.string(), id: z.string() });

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item)]);

const body = z.strictObject({
  type: oneOrMore(z.string()).optional(),
  objects: z.array(ref).optional(),
  hasReference: oneOrMore(ref).optional(),
  search: z.string().optional(),
  includeReferencesDeep: z.boolean().default(false),
  excludeExportDetails: z.boolean().default(false),
});

/** Connectors as a file that the reference imports. Their secrets stay. */
export function exportRoute(app: App, system: System): void {
  const { savedObjects } = system;

  app.post(
    '/api/saved_objects/_export',
    { schema: { body }, config: { access: 'public', audit: 'saved_objects_export' } },
    async (request, reply) => {
      const { type = [], objects = [], hasReference = [], search, ...how } = request.body;
      const asker = await authorizeObjects(system, request, objects.length > 0 ? 'bulk_get' : 'find');
      const asked = { types: [type].flat(), objects, hasReference: [hasReference].flat(), search, ...how };
      const lines = await savedObjects.export(request.spaceId, asked, asker);
      return (
        reply
          .header('content-disposition', 'attachment; filename="export.ndjson"')
          .type('application/ndjson')
          // As bytes: to the type of a text a charset would be added, which the reference's has not.
          .send(Buffer.from(lines.join('\n')))
      );
    },
  );
}

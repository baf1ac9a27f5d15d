import { isSuperuser } from '@patchbay/engine/access';
import { ForbiddenError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { authorize } from '../connector-access.ts';
import { auditedIds } from './audited-ids.ts';

/** Whoever has the file has all the time that there is to guess it. */
const MIN_PASSPHRASE = 12;
const MAX_RECIPIENTS = 20;
const MAX_CONNECTORS = 10_000;

const recipient = z.string().regex(/^age1[a-z0-9]+$/, 'expected a public key of age: age1...');

const body = z
  .strictObject({
    connector_ids: z.array(z.string().min(1)).min(1).max(MAX_CONNECTORS).optional(),
    passphrase: z.string().min(MIN_PASSPHRASE, `expected at least ${MIN_PASSPHRASE} characters`).optional(),
    recipients: z.array(recipient).min(1).max(MAX_RECIPIENTS).optional(),
  })
  .refine(({ passphrase, recipients }) => (passphrase === undefined) !== (recipients === undefined), {
    message: 'expected either [passphrase] or [recipients]',
  });

/** Connectors with their secrets and settings as a file that `age` opens, and another installation imports. */
export function exportWholeRoute(app: App, system: System): void {
  const { catalog, savedObjects } = system;

  app.post(
    '/api/patchbay/connectors/_export',
    {
      schema: { body },
      config: { access: 'public', isActionsRoute: true, audit: 'connector_export_with_secrets' },
    },
    async (request, reply) => {
      const { connector_ids, passphrase, recipients = [] } = request.body;
      const caller = authorize(system, request, 'get');
      if (!isSuperuser(caller)) throw new ForbiddenError('Unauthorized to export actions with their secrets');
      const ids = connector_ids ?? (await storedIds(request.spaceId));
      request.auditedId = auditedIds(ids);
      const lock = passphrase === undefined ? { recipients } : { passphrase };
      const file = await savedObjects.exportWhole(request.spaceId, ids, lock);
      return reply
        .header('content-disposition', 'attachment; filename="connectors.age"')
        .type('application/octet-stream')
        .send(Buffer.from(file));
    },
  );

  async function storedIds(spaceId: string): Promise<string[]> {
    const connectors = await catalog.list(spaceId, { withSystem: false });
    return connectors.filter(({ origin }) => origin === 'stored').map(({ id }) => id);
  }
}

import { isSuperuser } from '@patchbay/engine/access';
import { ForbiddenError, TooManyRequestsError } from '@patchbay/engine/errors';
import { messageOf } from '@patchbay/kit';
import type { App } from '../http/app-type.ts';
import { callerOf } from '../http/caller.ts';
import { packed } from '../packed.ts';
import type { System } from '../system.ts';

/** Everything that the store holds, secrets as they are sealed, for `patchbay restore`; the server works on meanwhile. */
export function backupRoute(app: App, { store, events, log, now }: System): void {
  let isRunning = false;

  app.post(
    '/api/patchbay/_backup',
    { config: { access: 'public', audit: 'store_backup' } },
    async (request, reply) => {
      if (!isSuperuser(callerOf(request))) throw new ForbiddenError('Forbidden');
      if (isRunning) throw new TooManyRequestsError('A backup is being taken already.');
      isRunning = true;
      const at = now();
      try {
        // What was answered is in it.
        await events.flush();
        const lines = await store.backup(at);
        const bytes = packed(lines, (error) => {
          isRunning = false;
          // Its receiver has half of it, which says of itself that it is not whole.
          if (error !== undefined) log.error(`a backup did not come to its end: ${messageOf(error)}`);
        });
        const name = `patchbay-${at.toISOString().replaceAll(/[:.]/g, '-')}.backup.gz`;
        return reply
          .type('application/gzip')
          .header('content-disposition', `attachment; filename="${name}"`)
          .send(bytes);
      } catch (error) {
        isRunning = false;
        throw error;
      }
    },
  );
}

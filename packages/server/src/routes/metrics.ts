import { can } from '@patchbay/engine/access';
import { ForbiddenError } from '@patchbay/engine/errors';
import type { App } from '../http/app-type.ts';
import { callerOf } from '../http/caller.ts';
import type { System } from '../system.ts';

/** For Prometheus. It names connectors of all spaces: who may read those may read it. */
export function metricsRoute(app: App, { settings, scrape }: System): void {
  if (scrape === undefined) return;
  const isAnonymous = settings['patchbay.metrics.allowAnonymous'];
  app.get(
    '/metrics',
    { config: { access: 'public', ...(isAnonymous && { auth: 'none' as const }) } },
    async (request, reply) => {
      if (!isAnonymous && !can(callerOf(request), 'get', '*'))
        throw new ForbiddenError('Unauthorized to read metrics');
      const { contentType, text } = await scrape();
      return reply.type(contentType).send(text);
    },
  );
}

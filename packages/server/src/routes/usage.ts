import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { API_LEVEL, PATCHBAY_VERSION } from '../version.ts';
import { authorizeSecurity } from './security/access.ts';

/** What the installation is used for. It covers all spaces, so it is for those who manage security. */
export function usageRoute(app: App, { usage, store, now }: System): void {
  app.get('/api/patchbay/usage', { config: { access: 'public' } }, async (request) => {
    authorizeSecurity(request);
    const { connectors, executions, eventLog, ...counts } = await usage();
    return {
      version: PATCHBAY_VERSION,
      api_level: API_LEVEL,
      store: store.isShared ? 'postgres' : 'sqlite',
      at: now().toISOString(),
      ...counts,
      connectors: {
        total: connectors.total,
        preconfigured: connectors.preconfigured,
        missing_secrets: connectors.missingSecrets,
        by_type: connectors.byType,
      },
      executions: Object.fromEntries(
        Object.entries(executions).map(([window, { total, byType }]) => [window, { total, by_type: byType }]),
      ),
      event_log: eventLog,
    };
  });
}

import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { executionLogRoutes } from './execution-log.ts';
import { failureRateRoute } from './failure-rate.ts';
import { eventListRoute } from './list.ts';

/** What the event log is asked. */
export function eventRoutes(app: App, system: System): void {
  eventListRoute(app, system);
  executionLogRoutes(app, system);
  failureRateRoute(app, system);
}

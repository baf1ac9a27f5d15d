import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { exportRoute } from './export.ts';
import { importRoutes } from './import.ts';

export function savedObjectRoutes(app: App, system: System): void {
  exportRoute(app, system);
  importRoutes(app, system);
}

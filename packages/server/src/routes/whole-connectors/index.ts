import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { copyRoutes } from './copy.ts';
import { exportWholeRoute } from './export.ts';
import { importWholeRoute } from './import.ts';

/** Connectors that are taken elsewhere with their secrets and settings. */
export function wholeConnectorRoutes(app: App, system: System): void {
  copyRoutes(app, system);
  exportWholeRoute(app, system);
  importWholeRoute(app, system);
}

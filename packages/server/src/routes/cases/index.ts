import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { caseRoutes } from './cases.ts';
import { commentRoutes } from './comments.ts';
import { configureRoutes } from './configure.ts';

export function casesRoutes(app: App, system: System): void {
  caseRoutes(app, system);
  commentRoutes(app, system);
  configureRoutes(app, system);
}

import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { apiKeyListRoute } from './api-key-list.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { roleRoutes } from './roles.ts';
import { sessionRoutes } from './sessions.ts';
import { userRoutes } from './users.ts';

export function securityRoutes(app: App, system: System): void {
  roleRoutes(app, system);
  userRoutes(app, system);
  apiKeyRoutes(app, system);
  apiKeyListRoute(app, system);
  sessionRoutes(app, system);
}

import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { changeDeliveryRoutes } from './change.ts';
import { enqueueRoute } from './enqueue.ts';
import { readDeliveryRoutes } from './read.ts';

export { authorizeDelivery } from './delivery-access.ts';

/** Runs that nobody waits for, and what became of them. */
export function deliveryRoutes(app: App, system: System): void {
  enqueueRoute(app, system);
  readDeliveryRoutes(app, system);
  changeDeliveryRoutes(app, system);
}

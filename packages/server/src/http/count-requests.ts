import type { Tallies } from '../metrics/observers.ts';
import type { App } from './app-type.ts';

/** Whatever is asked for that is no route of ours. */
const NO_ROUTE = '_none';

/** Counts answers by route, as it is declared: never the path that was asked for. */
export function countRequests(app: App, { httpRequests, httpSeconds, httpAborted }: Tallies): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, is404, routeOptions } = request;
    const route = is404 ? NO_ROUTE : (routeOptions.url ?? NO_ROUTE);
    httpRequests.add([method, route, String(reply.statusCode)]);
    httpSeconds.observe([method, route], reply.elapsedTime / 1000);
    done();
  });
  app.addHook('onRequestAbort', (_request, done) => {
    httpAborted.add([]);
    done();
  });
}

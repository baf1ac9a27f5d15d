import type { Logger } from '@patchbay/kit';
import type { App } from './app-type.ts';
import { clientAddress } from './client-address.ts';

/** A line for each answer, at the level debug, in ECS fields. Never a query string, a header or a body. */
export function logRequests(app: App, log: Logger): void {
  if (!log.isEnabled('debug')) return;
  app.addHook('onResponse', (request, reply, done) => {
    const path = request.originalUrl.split('?', 1)[0] ?? '';
    log.debug(`${request.method} ${path} ${reply.statusCode}`, {
      client: { ip: clientAddress(request) },
      http: {
        request: { id: request.id, method: request.method },
        response: { status_code: reply.statusCode },
      },
      url: { path },
      event: { duration: Math.round(reply.elapsedTime * 1e6) },
    });
    done();
  });
}

import type { OpenSpan, TraceContext, Tracing } from '@patchbay/engine/tracing';
import type { FastifyRequest } from 'fastify';
import type { App } from './app-type.ts';

/** A request is a span, which goes on with the trace of its caller. Health checks are none. */
export function traceRequests(app: App, tracing: Tracing): void {
  if (!tracing.isOn) return;
  const spans = new WeakMap<FastifyRequest, OpenSpan>();

  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, is404 } = request;
    if (routeOptions.config.auth === 'none') return done();
    const route = is404 ? undefined : routeOptions.url;
    const span = tracing.open(route === undefined ? method : `${method} ${route}`, {
      kind: 'server',
      parent: callersTrace(request) ?? 'none',
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'url.scheme': request.protocol,
        'http.request.id': request.id,
      },
    });
    spans.set(request, span);
    // Fastify goes on in it, also past the reading of a body.
    span.within(done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': reply.statusCode });
    if (reply.statusCode >= 500) span?.fail(String(reply.statusCode));
    span?.end();
    done();
  });
}

/** What cannot be read is no trace, and the tracer begins its own. */
function callersTrace({ headers }: FastifyRequest): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return undefined;
  return typeof tracestate === 'string' ? { traceparent, tracestate } : { traceparent };
}

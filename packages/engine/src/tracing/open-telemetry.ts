import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Link,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Attributes, OpenSpan, SpanFacts, TraceContext, Tracing } from './tracing.ts';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * Spans by a tracer of OpenTelemetry. What is under way is kept here and not in the API's one global context: each server
 * has its own.
 */
export function openTelemetryTracing(tracer: Tracer, propagator: TextMapPropagator): Tracing {
  const underWay = new AsyncLocalStorage<Context>();
  const current = () => underWay.getStore() ?? ROOT_CONTEXT;

  const contextFrom = (carried: TraceContext) =>
    propagator.extract(ROOT_CONTEXT, carried, defaultTextMapGetter);
  function carriedOf(context: Context): TraceContext | undefined {
    const carrier: Partial<TraceContext> = {};
    propagator.inject(context, carrier, defaultTextMapSetter);
    const { traceparent, tracestate } = carrier;
    if (traceparent === undefined) return undefined;
    return tracestate === undefined || tracestate === '' ? { traceparent } : { traceparent, tracestate };
  }
  const linksTo = (others: readonly TraceContext[]) =>
    others.flatMap((other): Link[] => {
      const context = trace.getSpanContext(contextFrom(other));
      return context === undefined ? [] : [{ context }];
    });
  function parentOf(parent: SpanFacts['parent']): Context {
    if (parent === undefined) return current();
    return parent === 'none' ? ROOT_CONTEXT : contextFrom(parent);
  }

  function open(name: string, { kind = 'internal', attributes = {}, parent, links = [] }: SpanFacts = {}) {
    const around = parentOf(parent);
    const span = tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: known(attributes), links: linksTo(links) },
      around,
    );
    return opened(span, trace.setSpan(around, span));
  }

  function opened(span: OtelSpan, context: Context): OpenSpan {
    return {
      set: (attributes) => void span.setAttributes(known(attributes)),
      link: (others) => void span.addLinks(linksTo(others)),
      fail(type) {
        span.setAttribute('error.type', type);
        span.setStatus({ code: SpanStatusCode.ERROR });
      },
      context: () => carriedOf(context),
      within: (work) => underWay.run(context, work),
      end: () => span.end(),
    };
  }

  return {
    isOn: true,
    open,
    async span(name, facts, work) {
      const span = open(name, facts);
      try {
        return await span.within(() => work(span));
      } catch (error) {
        span.fail(error instanceof Error ? error.name : 'unknown');
        throw error;
      } finally {
        span.end();
      }
    },
    carried: () => carriedOf(current()),
    ids() {
      const ids = trace.getSpanContext(current());
      return ids && { traceId: ids.traceId, spanId: ids.spanId };
    },
  };
}

function known(attributes: Attributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
    ),
  );
}

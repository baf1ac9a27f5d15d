import type { TextMapPropagator, Tracer } from '@opentelemetry/api';
import type { Tracing } from './tracing.ts';

export {
  type Attributes,
  NO_TRACING,
  type OpenSpan,
  type Span,
  type SpanFacts,
  type TraceContext,
  type Tracing,
} from './tracing.ts';

/** OpenTelemetry's API is 7 MB that a process which traces nothing does without. */
export async function tracingBy(tracer: Tracer, propagator: TextMapPropagator): Promise<Tracing> {
  const { openTelemetryTracing } = await import('./open-telemetry.ts');
  return openTelemetryTracing(tracer, propagator);
}

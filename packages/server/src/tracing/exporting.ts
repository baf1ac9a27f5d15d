import { randomUUID } from 'node:crypto';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { tracingBy } from '@patchbay/engine/tracing';
import { PATCHBAY_VERSION } from '../version.ts';
import type { ExportLog, Traces, TracingSettings } from './traces.ts';

/** Sent this often, or when 512 are there. */
const EXPORT_EVERY_MS = 2000;
const EXPORT_TIMEOUT_MS = 10_000;
/** What waits at most; what comes beyond it is dropped. */
const MAX_WAITING = 8192;
/** A collector that does not answer does not hold up the end of the process. */
const STOP_MS = 3000;

/** Spans by the SDK of OpenTelemetry, sent by OTLP over HTTP. docs/decisions/0091 says why not by egress. */
export async function exportingTracing(
  endpoint: string,
  settings: TracingSettings,
  log: ExportLog,
): Promise<Traces> {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': settings['patchbay.tracing.serviceName'],
      'service.version': PATCHBAY_VERSION,
      'service.instance.id': randomUUID(),
    }).merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({
      root: new TraceIdRatioBasedSampler(settings['patchbay.tracing.sampleRatio']),
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: telling(
          log,
          new OTLPTraceExporter({
            url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
            headers: settings['patchbay.tracing.headers'],
            timeoutMillis: EXPORT_TIMEOUT_MS,
          }),
        ),
        scheduledDelayMillis: EXPORT_EVERY_MS,
        maxQueueSize: MAX_WAITING,
      }),
    ],
  });
  const tracing = await tracingBy(
    provider.getTracer('patchbay', PATCHBAY_VERSION),
    new W3CTraceContextPropagator(),
  );
  return {
    tracing,
    async stop() {
      const timer = Promise.withResolvers<void>();
      const late = setTimeout(timer.resolve, STOP_MS);
      await Promise.race([provider.shutdown().catch(() => {}), timer.promise]);
      clearTimeout(late);
    },
  };
}

/** The SDK keeps its failures to itself. */
function telling(log: ExportLog, exporter: SpanExporter): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== ExportResultCode.SUCCESS;
        if (hasFailed !== isFailing) log(hasFailed ? (result.error?.message ?? 'unknown') : undefined);
        isFailing = hasFailed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

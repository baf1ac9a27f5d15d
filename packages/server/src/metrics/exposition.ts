import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { METRICS, type MetricDefinition, type MetricName } from './definitions.ts';
import type { Sample } from './tally.ts';

export type Samples = Partial<Record<MetricName, Sample[]>>;

/** What prom-client says of any Node process: memory, CPU, event loop, garbage collection. */
const ofProcess = new Registry();
collectDefaultMetrics({ register: ofProcess });

/** The text that Prometheus reads. */
export async function expose(samples: Samples): Promise<{ contentType: string; text: string }> {
  const ours = new Registry();
  for (const [key, definition] of Object.entries(METRICS)) {
    ours.registerMetric(metricOf(definition, samples[key as MetricName] ?? []));
  }
  const text = `${await ours.metrics()}\n${await ofProcess.metrics()}`;
  return { contentType: ours.contentType, text };
}

/** All that a registry asks of a metric. The library's type knows only those that count for themselves. */
function metricOf({ name, type, help }: MetricDefinition, values: readonly Sample[]): Metric {
  return { name, get: async () => ({ name, type, help, values }) } as unknown as Metric;
}

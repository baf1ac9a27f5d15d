import type { Settings } from '@patchbay/engine/config';
import type { MetricName } from './definitions.ts';
import type { Samples } from './exposition.ts';
import { type Asked, processGauges, storeGauges, storeUp } from './gauges.ts';
import { connectorNames, createTallies, type Observers, observersOf, type Tallies } from './observers.ts';

/** What this process counts, and the answer that tells it. */
export interface Metrics {
  observers: Observers;
  tallies: Tallies;
  /** The answer to who asks now; one who asks while another one does gets the same. */
  scrape(asked: Asked): Promise<{ contentType: string; text: string }>;
}

export type MetricsSettings = Pick<
  Settings,
  'patchbay.metrics.connectorLabels' | 'patchbay.metrics.maxConnectors'
>;

export function createMetrics(settings: MetricsSettings): Metrics {
  const tallies = createTallies();
  const names = {
    isNamed: settings['patchbay.metrics.connectorLabels'],
    max: settings['patchbay.metrics.maxConnectors'],
  };
  const connector = connectorNames(names);
  let scraping: ReturnType<Metrics['scrape']> | undefined;

  async function scrape(asked: Asked) {
    // prom-client is 20 MB that a process nobody asks does without.
    const { expose } = await import('./exposition.ts');
    const ofStore = await storeGauges(asked, connector).catch(() => undefined);
    const counted = Object.entries(tallies).map(([name, tally]) => [name as MetricName, tally.samples()]);
    const samples: Samples = {
      ...Object.fromEntries(counted),
      ...processGauges(asked),
      ...ofStore,
      storeUp: [storeUp(asked, ofStore !== undefined)],
    };
    return expose(samples);
  }

  return {
    observers: observersOf(tallies, connector, names),
    tallies,
    scrape(asked) {
      scraping ??= scrape(asked).finally(() => {
        scraping = undefined;
      });
      return scraping;
    },
  };
}

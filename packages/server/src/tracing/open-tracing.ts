import { NO_TRACING } from '@patchbay/engine/tracing';
import type { Logger } from '@patchbay/kit';
import type { ExportLog, Traces, TracingSettings } from './traces.ts';

/** Nobody watches. */
export const NOT_TRACED: Traces = { tracing: NO_TRACING, stop: async () => {} };

export function tellOfTraces(log: Logger, problem: string | undefined): void {
  if (problem === undefined) log.info('spans are sent again');
  else log.warn(`spans cannot be sent to patchbay.tracing.endpoint, and are dropped: ${problem}`);
}

/** Whoever traces nothing loads nothing: the SDK is 30 MB. */
export async function openTracing(settings: TracingSettings, log: ExportLog): Promise<Traces> {
  const endpoint = settings['patchbay.tracing.endpoint'];
  if (endpoint === undefined) return NOT_TRACED;
  const { exportingTracing } = await import('./exporting.ts');
  return exportingTracing(endpoint, settings, log);
}

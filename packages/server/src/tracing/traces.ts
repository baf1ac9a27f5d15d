import type { Settings } from '@patchbay/engine/config';
import type { Tracing } from '@patchbay/engine/tracing';

/** Tracing as long as a server lives. */
export interface Traces {
  tracing: Tracing;
  /** Sends what is left, or gives it up after a while. */
  stop(): Promise<void>;
}

export type TracingSettings = Pick<
  Settings,
  | 'patchbay.tracing.endpoint'
  | 'patchbay.tracing.headers'
  | 'patchbay.tracing.serviceName'
  | 'patchbay.tracing.sampleRatio'
>;

/** Told once when spans cannot be sent any more, and once, with nothing, when they can again. */
export type ExportLog = (problem: string | undefined) => void;

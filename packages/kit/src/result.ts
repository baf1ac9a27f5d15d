import type { ErrorSource, Retry } from './errors.ts';

/** What one run of one action came to. `actionId` is the connector's id, or what its type says in place of it. */
export interface ActionResult {
  actionId: string;
  status: 'ok' | 'error';
  data?: unknown;
  message?: string;
  serviceMessage?: string;
  retry?: Retry | null;
  errorSource?: ErrorSource;
}

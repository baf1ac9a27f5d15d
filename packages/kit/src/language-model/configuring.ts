import type { AllowedHosts } from '../action-context.ts';
import { ensureAllowed, ensureHttpUrl } from '../service/index.ts';

/** Runs a validator whose refusal then begins as the reference's does: `Error configuring <what>: Error: <reason>`. */
export function configuring(what: string, validate: () => void): void {
  try {
    validate();
  } catch (cause) {
    throw new Error(`Error configuring ${what}: ${cause}`, { cause });
  }
}

/** The address of a model's API: http or https, and at an allowed host. */
export function ensureModelUrl(url: string, allowedHosts: Pick<AllowedHosts, 'ensureUrlAllowed'>): void {
  ensureHttpUrl(url);
  ensureAllowed(url, allowedHosts, 'error validating url');
}

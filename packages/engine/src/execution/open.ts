import type { ActionResult } from '@patchbay/kit';
import type { OpenConnectorSettings, ResolvedConnector } from '../catalog/index.ts';
import { SecretReferenceError } from '../vault/index.ts';

/** A connector's secrets and settings as they are for one run, or why it cannot have them. */
export interface Opened {
  secrets?: unknown;
  settings?: OpenConnectorSettings | undefined;
  failure?: ActionResult;
}

/** Throws `InternalError` when the secrets do not open. What they only refer to is somebody's to mend, and worth another try. */
export function open(resolved: ResolvedConnector): Opened {
  try {
    return { secrets: resolved.openSecrets(), settings: resolved.openSettings() };
  } catch (error) {
    if (!(error instanceof SecretReferenceError)) throw error;
    const { id: actionId } = resolved.connector;
    const { message } = error;
    return { failure: { actionId, status: 'error', message, retry: true, errorSource: 'user' } };
  }
}

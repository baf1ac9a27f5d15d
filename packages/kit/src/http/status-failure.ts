import { ActionError } from '../errors.ts';

/** A status that a type does not want, for types that say no more of it: worth another try or not. */
export function statusFailure(doing: string, status: number): ActionError {
  return status === 429 || status >= 500
    ? new ActionError(`${doing}: http status ${status}, retry later`, { retry: true })
    : new ActionError(`${doing}: unexpected status ${status}`);
}

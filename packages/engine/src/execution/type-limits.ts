import type { ActionResult, ConnectorType } from '@patchbay/kit';
import type { Connector } from '../catalog/index.ts';
import { createRateLimit, type RateLimit } from '../rate-limits/index.ts';

/** Counts a run of a type, and says whether it is one too many; limits are by type id, without its dot. */
export function typeLimits(
  limits: Readonly<Record<string, RateLimit>>,
): (typeId: string, now: Date) => boolean {
  const counters = new Map(
    Object.entries(limits).map(([name, { lookbackWindow, limit }]) => [
      `.${name}`,
      // The reference looks before it counts: it lets one run more through than the limit says.
      createRateLimit({ lookbackWindow, limit: limit + 1 }),
    ]),
  );
  return (typeId, now) => counters.get(typeId)?.(typeId, now) ?? false;
}

/** What a run comes to that is one too many: nothing was sent, and a later try may pass. */
export function tooOften(type: ConnectorType, connector: Connector): ActionResult {
  return {
    actionId: connector.id,
    status: 'error',
    message: 'an error occurred while running the action',
    serviceMessage: `Action execution rate limit exceeded for connector: ${type.id}`,
    retry: true,
    errorSource: 'user',
  };
}

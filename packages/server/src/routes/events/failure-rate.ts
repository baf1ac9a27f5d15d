import { BadRequestError } from '@patchbay/engine/errors';
import { failureRates } from '@patchbay/engine/events';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';
import { failureRateAnswer } from '../../wire/events.ts';
import { hiddenFrom, listFor } from '../connector-access.ts';
import { momentAt } from './moment.ts';

const querystring = z.strictObject({
  /** Then or later: a date, or date math. */
  from: z.string().min(1).default('now-24h'),
  /** Before. */
  to: z.string().min(1).default('now'),
});

export function failureRateRoute(app: App, system: System): void {
  const { store, events, now } = system;

  app.get(
    '/api/patchbay/connectors/_failure_rate',
    { schema: { querystring }, config: { access: 'public', isActionsRoute: true } },
    async (request) => {
      const connectors = await listFor(system, request, { withSystem: true });
      const hidden = await hiddenFrom(system, request, callerOf(request));
      const at = now();
      const from = momentAt('query.from', request.query.from, at);
      const to = momentAt('query.to', request.query.to, at);
      if (from >= to) throw new BadRequestError('[request query.from]: expected a time before "to"');
      await events.flush();
      const rates = await failureRates(store, {
        spaceId: request.spaceId,
        from,
        to,
        exceptConnectorIds: [...hidden],
      });
      const known = new Map(connectors.map((connector) => [connector.id, connector]));
      return {
        from: from.toISOString(),
        to: to.toISOString(),
        all: failureRateAnswer(rates.all),
        connectors: rates.connectors.map(({ connectorId, ...rate }) => ({
          connector_id: connectorId,
          name: known.get(connectorId)?.name ?? null,
          connector_type_id: known.get(connectorId)?.typeId ?? null,
          ...failureRateAnswer(rate),
        })),
      };
    },
  );
}

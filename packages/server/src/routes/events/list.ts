import { BadRequestError } from '@patchbay/engine/errors';
import { readKql, searchEvents } from '@patchbay/engine/events';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { cursorOf, eventAnswer, placeOf } from '../../wire/events.ts';
import { authorize, hiddenFrom } from '../connector-access.ts';
import { momentAt } from './moment.ts';

/** So many documents that do not match are read for one answer: a page may come back short, and goes on at its cursor. */
const LOOK_AT_MOST = 50_000;

const one = z.string().min(1);
const some = z.union([one, z.array(one).min(1)]).optional();

const querystring = z.strictObject({
  connector_id: some,
  connector_type_id: some,
  execution_uuid: some,
  delivery_id: some,
  /** `execute-start`, `execute`, `execute-timeout` */
  action: some,
  outcome: some,
  source: some,
  /** In Kibana's query language. */
  filter: z.string().max(8192).optional(),
  /** Then or later: a date, or date math such as `now-1h`. */
  from: one.optional(),
  /** Before. */
  to: one.optional(),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  per_page: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: one.optional(),
});

const listOf = (value: string | string[] | undefined) => (value === undefined ? undefined : [value].flat());

export function eventListRoute(app: App, system: System): void {
  const { store, events, now } = system;
  const search = searchEvents(store.events, now);

  app.get(
    '/api/patchbay/events',
    { schema: { querystring }, config: { access: 'public', isActionsRoute: true } },
    async (request) => {
      const caller = authorize(system, request, 'find');
      const asked = request.query;
      const after = asked.cursor === undefined ? undefined : placeOf(asked.cursor);
      if (asked.cursor !== undefined && after === undefined)
        throw new BadRequestError('[request query.cursor]: expected the cursor of an answer');
      const at = now();
      await events.flush();
      const found = await search.find(
        {
          spaceIds: [request.spaceId],
          exceptConnectorIds: [...(await hiddenFrom(system, request, caller))],
          connectorIds: listOf(asked.connector_id),
          typeIds: listOf(asked.connector_type_id),
          executionUuids: listOf(asked.execution_uuid),
          deliveryIds: listOf(asked.delivery_id),
          actions: listOf(asked.action),
          outcomes: listOf(asked.outcome),
          sources: listOf(asked.source),
          kql: asked.filter === undefined ? undefined : readKql(asked.filter),
          from: asked.from && momentAt('query.from', asked.from, at).toISOString(),
          to: asked.to && momentAt('query.to', asked.to, at).toISOString(),
          order: asked.sort_order === 'asc' ? 'oldest' : 'newest',
          after,
        },
        { limit: asked.per_page, lookAtMost: LOOK_AT_MOST },
      );
      return {
        cursor: found.next === undefined ? null : cursorOf(found.next),
        data: found.events.map(eventAnswer),
      };
    },
  );
}

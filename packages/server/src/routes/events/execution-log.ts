import { can, type Principal } from '@patchbay/engine/access';
import { BadRequestError, ForbiddenError } from '@patchbay/engine/errors';
import {
  EXECUTION_SORTS,
  type ExecutionQuery,
  type ExecutionSort,
  executionLog,
  readKql,
  searchEvents,
} from '@patchbay/engine/events';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';
import { executionAnswer } from '../../wire/events.ts';
import { authorize, hiddenFrom } from '../connector-access.ts';
import { moment } from './moment.ts';

const MAX_NAMESPACES = 1000;
const KPI_FILTER_MAX = 8192;

const fields = {
  date_start: z.string(),
  date_end: z.string().optional(),
  filter: z.string().optional(),
  namespaces: z.array(z.string()).max(MAX_NAMESPACES).optional(),
};

const logBody = z.strictObject({
  ...fields,
  per_page: z.int().max(100).default(10),
  page: z.int().max(1000).default(1),
  sort: z
    .array(z.record(z.string(), z.strictObject({ order: z.enum(['asc', 'desc']) })))
    .max(10)
    .default([{ timestamp: { order: 'desc' } }]),
});

const kpiBody = z.strictObject({ ...fields, filter: z.string().max(KPI_FILTER_MAX).optional() });

type Asked = z.output<typeof kpiBody>;

/** Kibana's own: the runs of connectors as a list, and how they ended. */
export function executionLogRoutes(app: App, system: System): void {
  const { store, events, spaces, now } = system;
  const log = executionLog(searchEvents(store.events, now), store.events);
  const config = { access: 'internal', isActionsRoute: true, audit: false } as const;

  app.post(
    '/internal/actions/_global_connector_execution_logs',
    { schema: { body: logBody }, config },
    async (request) => {
      const { sort, page, per_page: perPage, ...asked } = request.body;
      ensurePositive('page', page);
      ensurePositive('perPage', perPage);
      const query = await queryOf(request, asked);
      const { total, executions } = await log.find(query, { sort: sort.map(sortOf), page, perPage });
      return { total, data: executions.map(executionAnswer) };
    },
  );

  app.post(
    '/internal/actions/_global_connector_execution_kpi',
    { schema: { body: kpiBody }, config },
    async (request) => log.kpi(await queryOf(request, request.body)),
  );

  async function queryOf(request: FastifyRequest, asked: Asked): Promise<ExecutionQuery> {
    const caller = callerOf(request);
    const spaceIds = await spacesOf(caller, request, asked.namespaces);
    const at = now();
    await events.flush();
    const hidden = await Promise.all(spaceIds.map((spaceId) => hiddenFrom(system, { spaceId }, caller)));
    return {
      spaceIds,
      exceptConnectorIds: hidden.flatMap((ids) => [...ids]),
      from: dateOf('dateStart', asked.date_start, at),
      to: asked.date_end === undefined ? at : dateOf('dateEnd', asked.date_end, at, { isEnd: true }),
      kql: asked.filter === undefined ? undefined : readKql(asked.filter),
    };
  }

  /** The request's own space, or those named in which the caller may read connectors. Throws where there is none. */
  async function spacesOf(
    caller: Principal,
    request: FastifyRequest,
    namespaces: readonly string[] | undefined,
  ): Promise<string[]> {
    if (namespaces === undefined) {
      authorize(system, request, 'get');
      return [request.spaceId];
    }
    const named = namespaces.includes('*') ? spaces.list().map(({ id }) => id) : [...new Set(namespaces)];
    const readable = named.filter((id) => can(caller, 'get', id));
    if (readable.length === 0 && named.length > 0) throw new ForbiddenError('Unauthorized to get actions');
    return readable;
  }
}

/** A date, date math, or how long ago (`5m`), as the reference reads it for rules. Its text names its own parameters. */
function dateOf(name: string, text: string, now: Date, side = {}): Date {
  const found = moment(/^[1-9]\d*[smhd]$/.test(text) ? `now-${text}` : text, now, side);
  if (found === undefined) throw new BadRequestError(`Invalid date for parameter ${name}: "${text}"`);
  return found;
}

function ensurePositive(name: string, value: number): void {
  if (value < 1) throw new BadRequestError(`Invalid ${name} field "${value}" - must be greater than 0`);
}

function sortOf(sort: Record<string, { order: 'asc' | 'desc' }>): ExecutionSort {
  const [[field, { order }] = ['', { order: 'desc' as const }], ...more] = Object.entries(sort);
  const by = EXECUTION_SORTS.find((name) => name === field);
  if (by === undefined || more.length > 0)
    throw new BadRequestError(
      `Invalid sort field "${more.at(-1)?.[0] ?? field}" - must be one of [${EXECUTION_SORTS.join(',')}]`,
    );
  return { by, order };
}

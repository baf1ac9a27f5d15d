import type { EventStore, StoredEvent } from '../store/index.ts';
import { documentOf } from './document.ts';
import type { KqlNode } from './kql/index.ts';
import type { Searching } from './search.ts';

/** Which runs: those that have ended, of these spaces and within this time. */
export interface ExecutionQuery {
  spaceIds: readonly string[];
  exceptConnectorIds?: readonly string[] | undefined;
  from: Date;
  /** Then too. */
  to: Date;
  kql?: KqlNode | undefined;
}

export const EXECUTION_SORTS = ['timestamp', 'execution_duration', 'schedule_delay'] as const;

export interface ExecutionSort {
  by: (typeof EXECUTION_SORTS)[number];
  order: 'asc' | 'desc';
}

export interface Execution {
  uuid: string;
  /** When it began. */
  startedAt: string;
  durationMs: number;
  outcome: string;
  /** What was logged, and what went wrong. */
  message: string;
  version: string;
  source: string;
  scheduleDelayMs: number;
  spaceIds: string[];
  connectorId: string;
  connectorName: string;
  hasTimedOut: boolean;
}

export interface ExecutionLog {
  /** Total counts all; only the newest thousand can be sorted and paged to, as in the reference. */
  find(
    query: ExecutionQuery,
    page: { sort: readonly ExecutionSort[]; page: number; perPage: number },
  ): Promise<{ total: number; executions: Execution[] }>;
  /** How the newest ten thousand ended, as in the reference. */
  kpi(query: ExecutionQuery): Promise<{ success: number; unknown: number; failure: number; warning: number }>;
}

const PAGED = 1000;
const COUNTED = 10_000;

export function executionLog(search: Searching, store: Pick<EventStore, 'find'>): ExecutionLog {
  /** A run has one document of its end. */
  const endsOf = ({ from, to, ...query }: ExecutionQuery) => ({
    ...query,
    actions: ['execute'],
    from: from.toISOString(),
    to: new Date(to.getTime() + 1).toISOString(),
  });

  async function timedOut(executionUuids: readonly string[]): Promise<Set<string>> {
    const events = await store.find({
      executionUuids,
      actions: ['execute-timeout'],
      limit: executionUuids.length,
    });
    return new Set(events.map(({ executionUuid }) => executionUuid));
  }

  return {
    async find(query, { sort, page, perPage }) {
      const asked = endsOf(query);
      const { events, next } = await search.find(asked, { limit: PAGED });
      const total =
        next === undefined
          ? events.length
          : [...(await search.outcomes(asked)).values()].reduce((a, b) => a + b, 0);
      const rows = events.map((event) => ({ event, execution: executionOf(event) }));
      const paged = rows
        .sort((a, b) => compared(a.execution, b.execution, sort))
        .slice((page - 1) * perPage, page * perPage);
      const late = await timedOut(paged.map(({ execution }) => execution.uuid));
      return {
        total,
        executions: paged.map(({ execution }) => ({ ...execution, hasTimedOut: late.has(execution.uuid) })),
      };
    },

    async kpi(query) {
      const counts = await search.outcomes(endsOf(query), COUNTED);
      const of = (outcome: string) => counts.get(outcome) ?? 0;
      const known = { success: of('success'), failure: of('failure'), warning: of('warning') };
      const all = [...counts.values()].reduce((a, b) => a + b, 0);
      return { ...known, unknown: all - known.success - known.failure - known.warning };
    },
  };
}

function executionOf(event: StoredEvent): Execution {
  const { event: facts, message, error, kibana } = documentOf(event);
  return {
    uuid: event.executionUuid,
    startedAt: facts.start ?? event.timestamp,
    durationMs: event.durationMs ?? 0,
    outcome: event.outcome ?? 'unknown',
    message: error === undefined ? message : `${message} - ${error.message}`,
    version: kibana.version,
    source: event.source,
    scheduleDelayMs: Math.round((kibana.task?.schedule_delay ?? 0) / 1_000_000),
    spaceIds: kibana.space_ids,
    connectorId: event.connectorId,
    connectorName: kibana.action.name ?? '',
    hasTimedOut: false,
  };
}

/** Those that are equal stay as they are: the newest first. */
function compared(a: Execution, b: Execution, sort: readonly ExecutionSort[]): number {
  for (const { by, order } of sort) {
    const difference = SORTS[by](a) - SORTS[by](b);
    if (difference !== 0) return order === 'asc' ? difference : -difference;
  }
  return 0;
}

const SORTS: Record<ExecutionSort['by'], (execution: Execution) => number> = {
  timestamp: ({ startedAt }) => Date.parse(startedAt),
  execution_duration: ({ durationMs }) => durationMs,
  schedule_delay: ({ scheduleDelayMs }) => scheduleDelayMs,
};

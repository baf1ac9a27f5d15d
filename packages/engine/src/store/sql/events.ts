import { type RawBuilder, type Selectable, sql } from 'kysely';
import type {
  EventFilter,
  EventPlace,
  EventQuery,
  EventStore,
  EventTally,
  StoredEvent,
} from '../event-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { type EventIndex, eventWindows, valuesOf } from './event-windows.ts';
import type { Tables } from './tables.ts';

const DEFAULT_LIMIT = 100;

/** How many documents are looked at to know how long they are. */
const SAMPLE = 200;
/** What an event takes beside its document: its fields, and its places in the indices. */
const FIELDS_BYTES = 500;

const WHOLE_SECOND_MS = 1000;

/** What is asked of the event log; how it is written is each driver's own. */
export function eventQueries(db: Database, dialect: SqlDialect): Omit<EventStore, 'append'> {
  const size = dialect.eventsAtOnce;

  async function find(query: EventQuery): Promise<StoredEvent[]> {
    const { order = 'newest', limit = DEFAULT_LIMIT } = query;
    if (isNothing(query)) return [];
    const direction = order === 'newest' ? ('desc' as const) : ('asc' as const);
    const some = async (conditions: readonly RawBuilder<boolean>[], left: number) => {
      const rows = await db
        .selectFrom('events')
        .selectAll()
        .where(allOf(conditions))
        .orderBy('timestamp', direction)
        .orderBy('seq', direction)
        .limit(left)
        .execute();
      return rows.map(storedEvent);
    };
    const behind = query.after === undefined ? [] : [isBehind(query.after, order)];
    const rest = conditionsOf(query);
    // A run has few: they are looked at whatever else is asked.
    if (query.executionUuids !== undefined) return some([...rest, ...timeOf(query), ...behind], limit);
    const [index, values] = await placesOf(query);
    const found: StoredEvent[] = [];
    for (const value of values) {
      let left = limit;
      // What is in later windows is behind it anyway.
      let place = behind;
      for await (const window of eventWindows(db, { index, value, order, size, ...rangeOf(query) })) {
        const events = await some([window, ...rest, ...place], left);
        place = [];
        found.push(...events);
        left -= events.length;
        if (left <= 0) break;
      }
    }
    return values.length === 1 ? found : found.sort(byPlace(order)).slice(0, limit);
  }

  /** Where to look: at connectors that are named, else at spaces. */
  async function placesOf(filter: EventFilter): Promise<[EventIndex, readonly string[]]> {
    if (filter.connectorIds !== undefined) return ['connector_id', [...new Set(filter.connectorIds)]];
    if (filter.spaceIds !== undefined) return ['space_id', [...new Set(filter.spaceIds)]];
    return ['space_id', await valuesOf(db, 'space_id')];
  }

  return {
    find,

    async tally(filter) {
      if (isNothing(filter)) return [];
      const tallies = new Map<string, Tally>();
      const [index, values] = await placesOf(filter);
      for (const value of values) {
        for await (const window of eventWindows(db, {
          index,
          value,
          order: 'oldest',
          size,
          ...rangeOf(filter),
        })) {
          const { rows } = await sql<TallyRow>`
            select connector_id, outcome, attempt is null as is_direct, ${rounded} as ms,
              count(*) as count, sum(duration_ms) as total
            from events
            where ${allOf([window, ...conditionsOf(filter)])} and action = 'execute' and outcome is not null
            group by connector_id, outcome, attempt is null, ${rounded}`.execute(db);
          for (const row of rows) add(tallies, row);
        }
      }
      return [...tallies.values()].map(({ byMs, ...tally }) => ({
        ...tally,
        durations: [...byMs].sort(([a], [b]) => a - b),
      }));
    },

    async written(after, limit) {
      const rows = await db
        .selectFrom('events')
        .select(['seq', 'timestamp', 'action', 'execution_uuid as executionUuid', 'document'])
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows;
    },

    async size() {
      const { first, last } = await db
        .selectFrom('events')
        .select(({ fn }) => [fn.min('seq').as('first'), fn.max('seq').as('last')])
        .executeTakeFirstOrThrow();
      if (first === null) return { events: 0, bytes: 0 };
      const events = last - first + 1;
      const step = Math.max(1, Math.floor(events / SAMPLE));
      const sample = Array.from({ length: Math.min(SAMPLE, events) }, (_, n) => first + n * step);
      const { length } = await db
        .selectFrom('events')
        .select(sql<number | null>`avg(octet_length(document))`.as('length'))
        .where('seq', 'in', sample)
        .executeTakeFirstOrThrow();
      return { events, bytes: Math.round(events * (Number(length) + FIELDS_BYTES)) };
    },

    async pruneOlder(than, limit) {
      let removed = 0;
      for (const spaceId of await valuesOf(db, 'space_id')) {
        if (removed >= limit) break;
        removed += await prune(
          sql<boolean>`space_id = ${spaceId} and timestamp < ${than}`,
          'timestamp',
          limit - removed,
        );
      }
      return removed;
    },

    pruneFirst: (limit) => prune(sql<boolean>`true`, 'seq', limit),
  };

  /** The one written last stays: SQLite counts on from it, and who reads in the order of writing with it. */
  async function prune(
    which: RawBuilder<boolean>,
    order: 'timestamp' | 'seq',
    limit: number,
  ): Promise<number> {
    let those = db
      .selectFrom('events')
      .select('seq')
      .where(which)
      .where('seq', '<', ({ selectFrom }) =>
        selectFrom('events').select(({ fn }) => fn.max('seq').as('last')),
      )
      .orderBy(order)
      .limit(limit);
    // Several processes prune at once: each takes what no other one has taken.
    if (dialect.locksRows) those = those.forUpdate().skipLocked();
    const { numDeletedRows } = await db
      .deleteFrom('events')
      .where('seq', 'in', those)
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }
}

/** Whole milliseconds below a second, three digits above: so many values that all can be given back. */
const rounded = sql<number | null>`case
  when duration_ms < ${sql.lit(WHOLE_SECOND_MS)} then duration_ms
  when duration_ms < 10000 then duration_ms / 10 * 10
  when duration_ms < 100000 then duration_ms / 100 * 100
  else duration_ms / 1000 * 1000 end`;

interface TallyRow {
  connector_id: string;
  outcome: string;
  is_direct: number | boolean;
  ms: number | null;
  count: number;
  total: number | string | null;
}

type Tally = Omit<EventTally, 'durations'> & { byMs: Map<number, number> };

function add(tallies: Map<string, Tally>, row: TallyRow): void {
  const isDelivery = !row.is_direct;
  const key = JSON.stringify([row.connector_id, row.outcome, isDelivery]);
  let tally = tallies.get(key);
  if (tally === undefined) {
    const { connector_id: connectorId, outcome } = row;
    tally = { connectorId, outcome, isDelivery, count: 0, totalMs: 0, byMs: new Map() };
    tallies.set(key, tally);
  }
  tally.count += row.count;
  tally.totalMs += Number(row.total ?? 0);
  if (row.ms !== null) tally.byMs.set(row.ms, (tally.byMs.get(row.ms) ?? 0) + row.count);
}

/** The columns of lists; those that have an index are asked so that it is not used where windows have another one. */
const COLUMNS = {
  spaceIds: sql`(space_id || '')`,
  connectorIds: sql`(connector_id || '')`,
  typeIds: sql`type_id`,
  executionUuids: sql`execution_uuid`,
  deliveryIds: sql`delivery_id`,
  actions: sql`action`,
  outcomes: sql`outcome`,
  sources: sql`source`,
} as const satisfies Partial<Record<keyof EventFilter, RawBuilder<unknown>>>;

const listFields = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

function isNothing(filter: EventFilter): boolean {
  return listFields.some((field) => filter[field]?.length === 0);
}

function conditionsOf(filter: EventFilter): RawBuilder<boolean>[] {
  return listFields.flatMap((field) => {
    const values = filter[field];
    return values === undefined ? [] : [sql<boolean>`${COLUMNS[field]} in (${sql.join(values)})`];
  });
}

function timeOf({ from, to }: EventFilter): RawBuilder<boolean>[] {
  return [
    ...(from === undefined ? [] : [sql<boolean>`timestamp >= ${from}`]),
    ...(to === undefined ? [] : [sql<boolean>`timestamp < ${to}`]),
  ];
}

function isBehind({ timestamp, seq }: EventPlace, order: 'newest' | 'oldest'): RawBuilder<boolean> {
  return sql`(timestamp, seq) ${order === 'newest' ? sql`<` : sql`>`} (${timestamp}, ${seq})`;
}

function allOf(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql`${sql.join(conditions, sql` and `)}`;
}

/** What of the order of time a query can have to do with. */
function rangeOf({ from, to, after, order }: EventQuery) {
  const until = to === undefined ? undefined : { timestamp: to, isIncluded: false };
  if (after === undefined) return { from, to: until };
  if (order === 'oldest') return { from: after.timestamp, to: until };
  return { from, to: { timestamp: after.timestamp, isIncluded: true } };
}

function byPlace(order: 'newest' | 'oldest'): (a: EventPlace, b: EventPlace) => number {
  const sign = order === 'oldest' ? 1 : -1;
  return (a, b) => sign * (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.seq - b.seq);
}

function storedEvent(row: Selectable<Tables['events']>): StoredEvent {
  return {
    seq: row.seq,
    timestamp: row.timestamp,
    action: row.action,
    spaceId: row.space_id,
    connectorId: row.connector_id,
    typeId: row.type_id,
    executionUuid: row.execution_uuid,
    outcome: row.outcome,
    source: row.source,
    durationMs: row.duration_ms,
    deliveryId: row.delivery_id,
    attempt: row.attempt,
    document: JSON.parse(row.document),
  };
}

import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { EventFilter, EventPlace, EventQuery, EventStore, StoredEvent } from '../event-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { allOf, conditionsOf, isBehind, isNothing, rangeOf, timeOf } from './event-conditions.ts';
import { placesOf } from './event-places.ts';
import { eventPruning } from './event-pruning.ts';
import { eventTallies } from './event-tally.ts';
import type { Tables } from './tables.ts';
import { timeWindows } from './time-windows.ts';

const DEFAULT_LIMIT = 100;

/** What is asked of the event log; how it is written is each driver's own. */
export function eventQueries(db: Database, dialect: SqlDialect): Omit<EventStore, 'append'> {
  /** What is asked of each space or connector, window by window. */
  async function partsOf(query: EventQuery, factor = 1): Promise<AsyncIterable<RawBuilder<boolean>>[]> {
    if (isNothing(query)) return [];
    const { order = 'newest', after } = query;
    const conditions = conditionsOf(query, dialect);
    const behind = after === undefined ? [] : [isBehind(after, order)];
    // A run has few.
    if (query.executionUuids !== undefined)
      return [only(allOf([...conditions, ...timeOf(query), ...behind]))];
    const [index, values] = await placesOf(db, query);
    const time = {
      table: 'events',
      column: 'timestamp',
      order,
      size: dialect.rowsAtOnce && dialect.rowsAtOnce * factor,
    } as const;
    async function* windows(value: string) {
      // What is in later windows is behind it anyway.
      let place = behind;
      const of = sql<boolean>`${sql.ref(index)} = ${value}`;
      for await (const window of timeWindows(db, { ...time, ...rangeOf(query), of })) {
        yield allOf([window, ...conditions, ...place]);
        place = [];
      }
    }
    return values.map(windows);
  }

  /** The first so many in an order. */
  async function collect<Row extends EventPlace>(
    query: EventQuery,
    limit: number,
    ask: (where: RawBuilder<boolean>, limit: number) => Promise<Row[]>,
  ): Promise<Row[]> {
    const found: Row[] = [];
    for (const part of await partsOf(query)) {
      let left = limit;
      for await (const where of part) {
        const rows = await ask(where, left);
        found.push(...rows);
        left -= rows.length;
        if (left === 0) break;
      }
    }
    return found.sort(byPlace(query.order)).slice(0, limit);
  }

  /** Windows larger by a factor: counting needs the index alone, and each turn that others have is waited for. */
  async function* all(filter: EventFilter, factor: number): AsyncGenerator<RawBuilder<boolean>> {
    const isIndexEnough = filter.documentHas === undefined && filter.typeIds === undefined;
    for (const part of await partsOf(filter, isIndexEnough ? factor : 1)) yield* part;
  }

  return {
    ...eventPruning(db, dialect),

    find(query) {
      const direction = query.order === 'oldest' ? 'asc' : 'desc';
      return collect(query, query.limit ?? DEFAULT_LIMIT, async (where, limit) => {
        const rows = await db
          .selectFrom('events')
          .selectAll()
          .where(where)
          .orderBy('timestamp', direction)
          .orderBy('seq', direction)
          .limit(limit)
          .execute();
        return rows.map(storedEvent);
      });
    },

    async outcomes(filter, newest) {
      const counts = new Map<string | null, number>();
      const add = (outcome: string | null, count: number) =>
        counts.set(outcome, (counts.get(outcome) ?? 0) + count);
      if (newest !== undefined) {
        const rows = await collect(filter, newest, (where, limit) =>
          db
            .selectFrom('events')
            .select(['timestamp', 'seq', 'outcome'])
            .where(where)
            .orderBy('timestamp', 'desc')
            .limit(limit)
            .execute(),
        );
        for (const { outcome } of rows) add(outcome, 1);
        return counts;
      }
      for await (const where of all(filter, 4)) {
        const { rows } = await sql<{ outcome: string | null; count: number }>`
          select outcome, count(*) as count from events where ${where} group by outcome`.execute(db);
        for (const { outcome, count } of rows) add(outcome, count);
      }
      return counts;
    },

    async tally(filter) {
      const tallies = eventTallies(db);
      for await (const where of all(filter, 2)) await tallies.count(where);
      return tallies.all();
    },

    async last() {
      const row = await db
        .selectFrom('events')
        .select(({ fn }) => fn.max('seq').as('last'))
        .executeTakeFirst();
      return row?.last ?? 0;
    },

    written: (after, limit) =>
      db
        .selectFrom('events')
        .select(['seq', 'timestamp', 'action', 'execution_uuid as executionUuid', 'document'])
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute(),
  };
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

function byPlace(order: EventQuery['order']): (a: EventPlace, b: EventPlace) => number {
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

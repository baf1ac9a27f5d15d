import { setImmediate as othersTurn } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './dialect.ts';

/** What events are found by through an index of its own, in which each value's are in the order of time. */
export type EventIndex = 'space_id' | 'connector_id';

export interface WindowRange {
  index: EventIndex;
  value: string;
  from?: string | undefined;
  /** Before, or then too when it says so. */
  to?: { timestamp: string; isIncluded: boolean } | undefined;
  order: 'newest' | 'oldest';
  /** About how many events a window has; left out: all that there are, in one. */
  size: number | undefined;
}

/**
 * Cuts what is asked of many events into conditions on a few each, in order: where the database holds up everybody while it
 * answers, others have their turn between two of them.
 */
export async function* eventWindows(db: Database, range: WindowRange): AsyncGenerator<RawBuilder<boolean>> {
  const { index, value, from, to, order, size } = range;
  const isOf = sql<boolean>`${sql.ref(index)} = ${value}`;
  let lower = from === undefined ? undefined : sql<boolean>`timestamp >= ${from}`;
  let upper =
    to === undefined
      ? undefined
      : to.isIncluded
        ? sql<boolean>`timestamp <= ${to.timestamp}`
        : sql<boolean>`timestamp < ${to.timestamp}`;
  const within = () => {
    const conditions = [isOf, lower, upper].filter((condition) => condition !== undefined);
    return sql<boolean>`(${sql.join(conditions, sql` and `)})`;
  };
  for (let isFirst = true; size !== undefined; isFirst = false) {
    if (!isFirst && !db.isTransaction) await othersTurn();
    const { rows } = await sql<{ timestamp: string }>`
      select timestamp from events where ${within()}
      order by timestamp ${order === 'newest' ? sql`desc` : sql`asc`} limit 1 offset ${sql.lit(size)}`.execute(
      db,
    );
    const edge = rows[0]?.timestamp;
    if (edge === undefined) break;
    // All of one moment are in one window.
    if (order === 'newest') {
      const outer = lower;
      lower = sql<boolean>`timestamp >= ${edge}`;
      yield within();
      [lower, upper] = [outer, sql<boolean>`timestamp < ${edge}`];
    } else {
      const outer = upper;
      upper = sql<boolean>`timestamp <= ${edge}`;
      yield within();
      [lower, upper] = [sql<boolean>`timestamp > ${edge}`, outer];
    }
  }
  yield within();
}

/** The values under which there are events: a look each, not one at every event. */
export async function valuesOf(db: Database, index: EventIndex): Promise<string[]> {
  const column = sql.ref(index);
  const { rows } = await sql<{ value: string }>`
    with recursive known (value) as (
      select min(${column}) from events
      union all
      select (select min(${column}) from events where ${column} > known.value) from known where known.value is not null
    )
    select value from known where value is not null`.execute(db);
  return rows.map(({ value }) => value);
}

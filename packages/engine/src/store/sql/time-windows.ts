import { setImmediate as othersTurn } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './dialect.ts';

export interface TimeRange {
  table: 'events' | 'deliveries';
  /** The time; an index must have it behind what `of` asks for. */
  column: 'timestamp' | 'ended_at';
  of: RawBuilder<boolean>;
  from?: string | undefined;
  /** Before, or then too when it says so. */
  to?: { time: string; isIncluded: boolean } | undefined;
  order: 'newest' | 'oldest';
  /** About how many rows a window has; left out: all that there are, in one. */
  size: number | undefined;
}

/**
 * Cuts what is asked of many rows into conditions on a few each, in order: where the database holds up everybody while it
 * answers, others have their turn between two of them.
 */
export async function* timeWindows(db: Database, range: TimeRange): AsyncGenerator<RawBuilder<boolean>> {
  const { of, from, to, order, size } = range;
  const column = sql.ref(range.column);
  let lower = from === undefined ? undefined : sql<boolean>`${column} >= ${from}`;
  let upper =
    to === undefined ? undefined : sql<boolean>`${column} ${to.isIncluded ? sql`<=` : sql`<`} ${to.time}`;
  const within = () => {
    const conditions = [of, lower, upper].filter((condition) => condition !== undefined);
    return sql<boolean>`(${sql.join(conditions, sql` and `)})`;
  };
  for (let isFirst = true; size !== undefined; isFirst = false) {
    if (!isFirst && !db.isTransaction) await othersTurn();
    const { rows } = await sql<{ time: string }>`
      select ${column} as time from ${sql.table(range.table)} where ${within()}
      order by ${column} ${order === 'newest' ? sql`desc` : sql`asc`} limit 1 offset ${sql.lit(size)}`.execute(
      db,
    );
    const edge = rows[0]?.time;
    if (edge === undefined) break;
    // All of one moment are in one window.
    if (order === 'newest') {
      const outer = lower;
      lower = sql<boolean>`${column} >= ${edge}`;
      yield within();
      [lower, upper] = [outer, sql<boolean>`${column} < ${edge}`];
    } else {
      const outer = upper;
      upper = sql<boolean>`${column} <= ${edge}`;
      yield within();
      [lower, upper] = [sql<boolean>`${column} > ${edge}`, outer];
    }
  }
  yield within();
}

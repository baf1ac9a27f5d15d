import { type RawBuilder, sql } from 'kysely';
import type { EventStore } from '../event-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { spacesOfEvents } from './event-places.ts';

/** How many documents are looked at to know how long they are. */
const SAMPLE = 200;

/** What an event takes beside its document: its fields, and its places in the indices. */
const FIELDS_BYTES = 500;

export function eventPruning(
  db: Database,
  { locksRows }: SqlDialect,
): Pick<EventStore, 'size' | 'pruneOlder' | 'pruneFirst'> {
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
    if (locksRows) those = those.forUpdate().skipLocked();
    const { numDeletedRows } = await db
      .deleteFrom('events')
      .where('seq', 'in', those)
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }

  return {
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
      for (const spaceId of await spacesOfEvents(db)) {
        if (removed >= limit) break;
        const isOlder = sql<boolean>`space_id = ${spaceId} and timestamp < ${than}`;
        removed += await prune(isOlder, 'timestamp', limit - removed);
      }
      return removed;
    },

    pruneFirst: (limit) => prune(sql<boolean>`true`, 'seq', limit),
  };
}

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

  const edge = (direction: 'asc' | 'desc') =>
    db.selectFrom('events').select('seq').orderBy('seq', direction).limit(1).executeTakeFirst();

  return {
    async size() {
      // One question each: of both in one, SQLite looks at every event.
      const first = (await edge('asc'))?.seq;
      const last = (await edge('desc'))?.seq;
      if (first === undefined || last === undefined) return { events: 0, bytes: 0 };
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

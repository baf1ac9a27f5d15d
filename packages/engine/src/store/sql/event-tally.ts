import { type RawBuilder, sql } from 'kysely';
import type { EventTally } from '../event-port.ts';
import type { Database } from './dialect.ts';

/** Whole milliseconds below a second, three digits above: so few values that all can be given back. */
const rounded = sql<number | null>`case
  when duration_ms < 1000 then duration_ms
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

/** Counts what it is shown, window by window. */
export function eventTallies(db: Database) {
  const tallies = new Map<string, Tally>();
  return {
    async count(where: RawBuilder<boolean>): Promise<void> {
      const { rows } = await sql<TallyRow>`
        select connector_id, outcome, attempt is null as is_direct, ${rounded} as ms,
          count(*) as count, sum(duration_ms) as total
        from events where ${where} and action = 'execute' and outcome is not null
        group by connector_id, outcome, attempt is null, ${rounded}`.execute(db);
      for (const row of rows) add(tallies, row);
    },

    all(): EventTally[] {
      return [...tallies.values()].map(({ byMs, ...tally }) => ({
        ...tally,
        durations: [...byMs].sort(([a], [b]) => a - b),
      }));
    },
  };
}

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

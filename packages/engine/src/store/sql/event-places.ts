import { sql } from 'kysely';
import type { EventFilter } from '../event-port.ts';
import type { Database } from './dialect.ts';

/** What events are found by through an index of its own, in which each value's are in the order of time. */
export type EventIndex = 'space_id' | 'connector_id';

/** Where to look: at connectors that are named, else at spaces. */
export async function placesOf(db: Database, filter: EventFilter): Promise<[EventIndex, readonly string[]]> {
  if (filter.connectorIds !== undefined) return ['connector_id', [...new Set(filter.connectorIds)]];
  if (filter.spaceIds !== undefined) return ['space_id', [...new Set(filter.spaceIds)]];
  return ['space_id', await spacesOfEvents(db)];
}

/** A look at each space, not one at every event. */
export async function spacesOfEvents(db: Database): Promise<string[]> {
  const { rows } = await sql<{ value: string }>`
    with recursive known (value) as (
      select min(space_id) from events
      union all
      select (select min(space_id) from events where space_id > known.value) from known where known.value is not null
    )
    select value from known where value is not null`.execute(db);
  return rows.map(({ value }) => value);
}

import { type RawBuilder, sql } from 'kysely';
import type { EventFilter, EventPlace, EventQuery } from '../event-port.ts';
import type { SqlDialect } from './dialect.ts';
import type { TimeRange } from './time-windows.ts';

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

/** Whether a filter asks for one of none. */
export function isNothing(filter: EventFilter): boolean {
  return listFields.some((field) => filter[field]?.length === 0);
}

/** All that a filter asks for but the time. */
export function conditionsOf(filter: EventFilter, { contains }: SqlDialect): RawBuilder<boolean>[] {
  const conditions = listFields.flatMap((field) => {
    const values = filter[field];
    return values === undefined ? [] : [sql<boolean>`${COLUMNS[field]} in (${sql.join(values)})`];
  });
  if (filter.exceptConnectorIds !== undefined && filter.exceptConnectorIds.length > 0)
    conditions.push(sql`${COLUMNS.connectorIds} not in (${sql.join(filter.exceptConnectorIds)})`);
  if (filter.documentHas === undefined) return conditions;
  const { text, ignoresCase } = filter.documentHas;
  return [...conditions, contains(ignoresCase ? sql`lower(document)` : sql`document`, text)];
}

export function timeOf({ from, to }: EventFilter): RawBuilder<boolean>[] {
  return [
    ...(from === undefined ? [] : [sql<boolean>`timestamp >= ${from}`]),
    ...(to === undefined ? [] : [sql<boolean>`timestamp < ${to}`]),
  ];
}

export function isBehind({ timestamp, seq }: EventPlace, order: 'newest' | 'oldest'): RawBuilder<boolean> {
  return sql`(timestamp, seq) ${order === 'newest' ? sql`<` : sql`>`} (${timestamp}, ${seq})`;
}

export function allOf(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql`${sql.join(conditions, sql` and `)}`;
}

/** What of the order of time a query can have to do with. */
export function rangeOf({ from, to, after, order = 'newest' }: EventQuery): Pick<TimeRange, 'from' | 'to'> {
  const until = to === undefined ? undefined : { time: to, isIncluded: false };
  if (after === undefined) return { from, to: until };
  if (order === 'oldest') return { from: after.timestamp, to: until };
  return { from, to: { time: after.timestamp, isIncluded: true } };
}

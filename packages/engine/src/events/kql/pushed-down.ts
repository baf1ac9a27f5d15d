import type { EventFilter } from '../../store/index.ts';
import type { KqlNode } from './grammar.js';

/** What the store answers by itself, and what is left to be asked of each document. */
export interface PushedDown {
  filter: EventFilter;
  /** undefined: nothing. */
  rest: KqlNode | undefined;
}

type ListField = Exclude<keyof EventFilter, 'from' | 'to' | 'documentHas' | 'exceptConnectorIds'>;

/** Fields that are columns, and hold one value in every document. */
const COLUMNS: Readonly<Record<string, ListField>> = {
  'event.action': 'actions',
  'event.outcome': 'outcomes',
  'kibana.action.id': 'connectorIds',
  'kibana.action.type_id': 'typeIds',
  'kibana.action.execution.uuid': 'executionUuids',
  'kibana.action.execution.source': 'sources',
  'kibana.space_ids': 'spaceIds',
  'kibana.patchbay.delivery.id': 'deliveryIds',
};

/** Takes out of a query what is true of a document exactly when it is true of its columns. */
export function pushedDown(node: KqlNode): PushedDown {
  const nodes = node.kind === 'all' ? node.nodes : [node];
  let filter: EventFilter = {};
  const rest: KqlNode[] = [];
  for (const one of nodes) {
    const column = columnOf(one);
    if (column === undefined) rest.push(one);
    else filter = both(filter, { [column.field]: column.values });
  }
  if (rest.length === 0) return { filter, rest: undefined };
  return { filter, rest: rest.length === 1 ? rest[0] : { kind: 'all', nodes: rest } };
}

/** What both ask for. */
export function both(one: EventFilter, other: EventFilter): EventFilter {
  const result: EventFilter = { ...one };
  for (const field of Object.values(COLUMNS)) {
    const [mine, theirs] = [one[field], other[field]];
    if (theirs === undefined) continue;
    result[field] = mine === undefined ? theirs : mine.filter((value) => theirs.includes(value));
  }
  if (other.from !== undefined && (one.from === undefined || other.from > one.from)) result.from = other.from;
  if (other.to !== undefined && (one.to === undefined || other.to < one.to)) result.to = other.to;
  return result;
}

function columnOf(node: KqlNode): { field: ListField; values: string[] } | undefined {
  if (node.kind === 'is') {
    const field = node.field === null ? undefined : COLUMNS[node.field.pieces.join('*')];
    const [value, ...more] = node.value.pieces;
    return field === undefined || value === undefined || more.length > 0
      ? undefined
      : { field, values: [value] };
  }
  if (node.kind !== 'any') return undefined;
  const columns = node.nodes.map(columnOf);
  const field = columns[0]?.field;
  if (field === undefined || columns.some((column) => column?.field !== field)) return undefined;
  return { field, values: columns.flatMap((column) => column?.values ?? []) };
}

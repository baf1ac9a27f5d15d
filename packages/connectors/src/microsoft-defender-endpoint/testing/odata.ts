/** A row of a list. */
export type Row = Record<string, unknown>;

const TEXT = "'(?:[^']|'')*'";
const CONDITION = new RegExp(`^(\\w+) (?:eq (${TEXT})|in \\((${TEXT}(?:,${TEXT})*)\\))`);

/** The rows that `$filter`, `$orderby`, `$skip` and `$top` select; undefined where the query is not understood. */
export function select(rows: readonly Row[], query: URLSearchParams): Row[] | undefined {
  const known = ['$count', '$top', '$skip', '$orderby', '$filter'];
  if ([...query.keys()].some((name) => !known.includes(name))) return undefined;
  const filtered = filter(rows, query.get('$filter') ?? '');
  const [field, direction] = (query.get('$orderby') ?? '').split(' ');
  const sorted = field ? filtered?.toSorted((a, b) => compare(a, b, field, direction)) : filtered;
  const skip = Number(query.get('$skip') ?? 0);
  return sorted?.slice(skip, skip + Number(query.get('$top') ?? 10_000));
}

/** Conditions joined by `AND`. */
export function filter(rows: readonly Row[], text: string): Row[] | undefined {
  let selected = [...rows];
  for (let rest = text; rest !== ''; ) {
    const [whole, field = '', one, some] = CONDITION.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    const values = [...(one ?? some ?? '').matchAll(new RegExp(TEXT, 'g'))].map(([literal]) =>
      literal.slice(1, -1).replaceAll("''", "'"),
    );
    selected = selected.filter((row) => values.includes(String(row[field])));
    rest = rest.slice(whole.length);
    if (rest !== '' && !/^ and /i.test(rest)) return undefined;
    rest = rest.replace(/^ and /i, '');
  }
  return selected;
}

function compare(a: Row, b: Row, field: string, direction: string | undefined): number {
  const order = String(a[field]) < String(b[field]) ? -1 : 1;
  return direction === 'desc' ? -order : order;
}

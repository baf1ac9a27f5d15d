/** A row of a table of the stand-in. */
export type Row = Record<string, unknown>;

/**
 * Rows that an encoded query selects: conditions `field=value` joined by `^` (and) and `^OR`, and an `ORDERBYDESC`. `^^`
 * stands for a caret in a value. What is no condition is left out, as ServiceNow does it.
 */
export function select(rows: readonly Row[], query: string): Row[] {
  const terms = termsOf(query);
  const order = terms.find((term) => term.startsWith('ORDERBYDESC'))?.slice('ORDERBYDESC'.length);
  const groups: string[][] = [];
  for (const term of terms) {
    if (term.startsWith('ORDERBY') || !term.includes('=')) continue;
    if (term.startsWith('OR')) groups.at(-1)?.push(term.slice(2));
    else groups.push([term]);
  }
  const selected = rows.filter((row) =>
    groups.every((conditions) => conditions.some((condition) => isTrueOf(row, condition))),
  );
  if (order === undefined) return selected;
  return selected.toSorted((a, b) => (String(a[order]) < String(b[order]) ? 1 : -1));
}

function termsOf(query: string): string[] {
  const terms = [''];
  for (let at = 0; at < query.length; at++) {
    if (query[at] !== '^') terms.push(`${terms.pop()}${query[at]}`);
    else if (query[at + 1] === '^') terms.push(`${terms.pop()}${query[at++]}`);
    else terms.push('');
  }
  return terms;
}

function isTrueOf(row: Row, condition: string): boolean {
  const at = condition.indexOf('=');
  return String(row[condition.slice(0, at)] ?? '') === condition.slice(at + 1);
}

import type { RawTable } from './raw-store.ts';

/** Those that others refer to before those. */
export function inOrder(tables: readonly RawTable[]): RawTable[] {
  const ordered: RawTable[] = [];
  const place = (table: RawTable) => {
    if (ordered.includes(table)) return;
    for (const other of tables) if (other !== table && table.refersTo.includes(other.name)) place(other);
    ordered.push(table);
  };
  for (const table of tables) place(table);
  return ordered;
}

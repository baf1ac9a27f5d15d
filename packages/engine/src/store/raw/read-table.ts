import { type Kysely, sql } from 'kysely';
import type { RawTable, Rows } from './raw-store.ts';

const BATCH = 250;

type Row = Record<string, unknown>;

/** All rows of a table, in batches, in the order of its key. */
export async function* readTable(
  db: Kysely<Rows>,
  { name, columns, key }: RawTable,
  wanted: readonly string[] = columns,
): AsyncIterable<Row[]> {
  const list = (names: readonly string[]) => sql.join(names.map((column) => sql.ref(column)));
  const selected = [...new Set([...wanted, ...key])];
  let last: Row | undefined;
  for (;;) {
    const after =
      last === undefined
        ? sql``
        : sql`where (${list(key)}) > (${sql.join(key.map((column) => sql.val(last?.[column])))})`;
    const { rows } = await sql<Row>`
      select ${list(selected)} from ${sql.table(name)} ${after} order by ${list(key)} limit ${sql.lit(BATCH)}`.execute(
      db,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    last = rows.at(-1);
  }
}

export async function countRows(db: Kysely<Rows>, { name }: RawTable): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(db);
  return rows[0]?.count ?? 0;
}

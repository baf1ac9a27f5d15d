import { type Kysely, sql } from 'kysely';
import type { RawTable, Rows } from './raw-store.ts';

/** Counters whose rows each driver's migration makes, as many as suit it: their sum is what is carried over. */
export const COUNTERS: Readonly<Record<string, string>> = { delivery_queue: 'pending' };

/** Puts the sum in the place of what is there; gives what is read back. */
export async function setCounter(
  target: Kysely<Rows>,
  { name, key: [key = ''] }: RawTable,
  counter: string,
  sum: number,
): Promise<number> {
  await sql`
    update ${sql.table(name)} set ${sql.ref(counter)} = ${sum}
    where ${sql.ref(key)} = (select min(${sql.ref(key)}) from ${sql.table(name)})`.execute(target);
  return sumOf(target, name, counter);
}

export async function sumOf(db: Kysely<Rows>, table: string, column: string): Promise<number> {
  const { rows } = await sql<{ sum: number | string | null }>`
    select sum(${sql.ref(column)}) as sum from ${sql.table(table)}`.execute(db);
  return Number(rows[0]?.sum ?? 0);
}

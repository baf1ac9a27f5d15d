import type { Kysely } from 'kysely';
import { StartupError } from '../../errors/index.ts';
import { COUNTERS, sumOf } from './counters.ts';
import type { RawStore, Rows } from './raw-store.ts';
import { countRows } from './read-table.ts';

/** Throws `StartupError`, with `advice`, when there is a row in a store. */
export async function ensureEmpty(
  { shown, tables }: RawStore,
  target: Kysely<Rows>,
  advice: string,
): Promise<void> {
  const filled: string[] = [];
  for (const table of tables) {
    const counter = COUNTERS[table.name];
    const rows =
      counter === undefined ? await countRows(target, table) : await sumOf(target, table.name, counter);
    if (rows > 0) filled.push(table.name);
  }
  if (filled.length === 0) return;
  throw new StartupError(`${shown} is not empty: there are rows in ${filled.join(', ')}. ${advice}`);
}

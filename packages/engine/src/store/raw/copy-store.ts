import type { Kysely } from 'kysely';
import { StartupError } from '../../errors/index.ts';
import { createChecksum, rowText } from './checksum.ts';
import { COUNTERS, setCounter, sumOf } from './counters.ts';
import { ensureEmpty } from './ensure-empty.ts';
import type { RawStore, RawTable, Rows } from './raw-store.ts';
import { countRows, readTable } from './read-table.ts';
import { inOrder } from './table-order.ts';

export interface CopiedTable {
  name: string;
  rows: number;
  /** The same on both sides: they were read again and compared. */
  checksum: string;
}

/** SQLite takes 32766 parameters in a statement, PostgreSQL 65535. */
const MAX_PARAMETERS = 30_000;

/**
 * Copies every row of every table into a store that is empty, reads it back and compares. It is one transaction: a copy
 * that does not come to its end leaves the store empty. Throws `StartupError`.
 */
export async function copyStore(
  from: RawStore,
  to: RawStore,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<CopiedTable[]> {
  const tables = inOrder(from.tables);
  ensureAlike(from, to);
  return from.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (source) => {
      await from.prepareToRead(source);
      return to.db.transaction().execute(async (target) => {
        await to.prepareToWrite(target);
        await ensureEmpty(
          to,
          target,
          'A store is copied into one that no server has used yet. Nothing was copied.',
        );
        let total = 0;
        for (const table of tables)
          if (COUNTERS[table.name] === undefined) total += await countRows(source, table);
        let done = 0;
        const copied: CopiedTable[] = [];
        for (const table of tables) {
          const counter = COUNTERS[table.name];
          if (counter !== undefined) {
            copied.push(await copyCounter(source, target, table, counter));
            continue;
          }
          copied.push(
            await copyTable(source, target, table, (rows) => {
              done += rows;
              onProgress(done, total);
            }),
          );
          const counted = to.tables.find(({ name }) => name === table.name);
          if (counted?.counted !== undefined) await to.countOn(target, counted);
        }
        return copied;
      });
    });
}

async function copyTable(
  source: Kysely<Rows>,
  target: Kysely<Rows>,
  table: RawTable,
  onRows: (rows: number) => void,
): Promise<CopiedTable> {
  const [read, written] = [createChecksum(), createChecksum()];
  const atOnce = Math.floor(MAX_PARAMETERS / table.columns.length);
  for await (const rows of readTable(source, table)) {
    for (const row of rows) read.add(rowText(table.columns, row));
    for (let at = 0; at < rows.length; at += atOnce)
      await target
        .insertInto(table.name)
        .values(rows.slice(at, at + atOnce))
        .execute();
    onRows(rows.length);
  }
  for await (const rows of readTable(target, table))
    for (const row of rows) written.add(rowText(table.columns, row));
  if (read.rows !== written.rows || read.value() !== written.value()) {
    throw new StartupError(
      `The copy of ${table.name} is not what was read: ${written.rows} of ${read.rows} rows, checksum ${written.value()} for ${read.value()}. Nothing was copied.`,
    );
  }
  return { name: table.name, rows: read.rows, checksum: read.value() };
}

async function copyCounter(
  source: Kysely<Rows>,
  target: Kysely<Rows>,
  table: RawTable,
  counter: string,
): Promise<CopiedTable> {
  const { name } = table;
  const sum = await setCounter(target, table, counter, await sumOf(source, name, counter));
  return { name, rows: 1, checksum: String(sum) };
}

function ensureAlike(from: RawStore, to: RawStore): void {
  const shapeOf = ({ tables }: RawStore) =>
    tables.map(({ name, columns }) => `${name}(${columns.join()})`).sort();
  const shapes = shapeOf(to);
  const other = shapeOf(from).find((shape) => !shapes.includes(shape));
  if (other === undefined && from.tables.length === to.tables.length) return;
  throw new StartupError(`${from.shown} and ${to.shown} do not have the same tables. Nothing was copied.`);
}

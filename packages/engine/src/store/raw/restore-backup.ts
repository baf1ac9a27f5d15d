import { type Kysely, sql } from 'kysely';
import { StartupError } from '../../errors/index.ts';
import { createChecksum, rowText } from './checksum.ts';
import { COUNTERS, setCounter } from './counters.ts';
import { ensureEmpty } from './ensure-empty.ts';
import type { RawStore, RawTable, Rows } from './raw-store.ts';
import type { Backup } from './read-backup.ts';
import { readTable } from './read-table.ts';

export interface RestoredTable {
  name: string;
  rows: number;
  checksum: string;
}

export interface RestoreOptions {
  /** Queued deliveries are not to run: they are cancelled, and can be replayed. */
  holdsDeliveries: boolean;
  now: Date;
}

export interface Restored {
  tables: RestoredTable[];
  /** Deliveries that were queued. */
  queued: number;
}

/** Why a delivery that was held is cancelled: what is found by it afterwards. */
export const HELD = 'held when a backup was restored';

/** SQLite takes 32766 parameters in a statement, PostgreSQL 65535. */
const MAX_PARAMETERS = 30_000;

/**
 * Writes a backup into a store that is empty and at the schema of the backup, reads it again and compares. It is one
 * transaction: what does not come to its end leaves the store empty. Throws `StartupError`.
 */
export async function restoreBackup(
  { header, parts }: Backup,
  to: RawStore,
  { holdsDeliveries, now }: RestoreOptions,
): Promise<Restored> {
  if (to.schema !== header.schema) {
    throw new StartupError(
      `${to.shown} has the schema version ${to.schema} already, and the backup ${header.schema}: restore it to where there is no store yet.`,
    );
  }
  return to.db.transaction().execute(async (target) => {
    await to.prepareToWrite(target);
    await ensureEmpty(
      to,
      target,
      'A backup is restored into a store that no server has used yet. Nothing was restored.',
    );
    const tables: RestoredTable[] = [];
    let table: RawTable | undefined;
    let counted = 0;
    for await (const part of parts) {
      switch (part.kind) {
        case 'table':
          table = tableOf(to, part);
          counted = 0;
          break;
        case 'rows': {
          if (table === undefined) break;
          const counter = COUNTERS[table.name];
          if (counter === undefined) await insert(target, table, part.rows);
          else counted += part.rows.reduce((sum, row) => sum + Number(row[counter]), 0);
          break;
        }
        case 'end':
          if (table !== undefined) await complete(to, target, table, { ...part, counted });
          tables.push({ name: part.name, rows: part.rows, checksum: part.checksum });
      }
    }
    const missing = to.tables.filter(({ name }) => !tables.some((each) => each.name === name));
    if (missing.length > 0) throw otherTables(to, missing.map(({ name }) => name).join(', '));
    // A former version may have had none.
    const hasDeliveries = to.tables.some(({ name }) => name === 'deliveries');
    return { tables, queued: hasDeliveries ? await queuedOf(target, holdsDeliveries, now) : 0 };
  });
}

function tableOf(to: RawStore, { name, columns }: { name: string; columns: string[] }): RawTable {
  const table = to.tables.find((each) => each.name === name);
  if (table === undefined || table.columns.join() !== columns.join()) throw otherTables(to, name);
  return table;
}

async function insert(
  target: Kysely<Rows>,
  { name, columns }: RawTable,
  rows: Record<string, unknown>[],
): Promise<void> {
  const atOnce = Math.floor(MAX_PARAMETERS / columns.length);
  for (let at = 0; at < rows.length; at += atOnce)
    await target
      .insertInto(name)
      .values(rows.slice(at, at + atOnce))
      .execute();
}

/** Of a table whose rows are all there: throws when they are not those of the backup. */
async function complete(
  to: RawStore,
  target: Kysely<Rows>,
  table: RawTable,
  expected: { rows: number; checksum: string; counted: number },
): Promise<void> {
  const counter = COUNTERS[table.name];
  if (counter !== undefined) {
    const sum = await setCounter(target, table, counter, expected.counted);
    if (sum !== expected.counted) throw differs(table, `${counter} is ${sum} for ${expected.counted}`);
    return;
  }
  const written = createChecksum();
  for await (const rows of readTable(target, table))
    for (const row of rows) written.add(rowText(table.columns, row));
  if (written.rows !== expected.rows || written.value() !== expected.checksum)
    throw differs(table, `${written.rows} of ${expected.rows} rows, checksum ${written.value()}`);
  if (table.counted !== undefined) await to.countOn(target, table);
}

/** How many deliveries were queued; held ones are not any more. */
async function queuedOf(target: Kysely<Rows>, holds: boolean, now: Date): Promise<number> {
  const isQueued = sql`state in ('blocked', 'ready', 'running')`;
  const { rows } = await sql<{ count: number | string }>`
    select count(*) as count from deliveries where ${isQueued}`.execute(target);
  const count = Number(rows[0]?.count ?? 0);
  if (!holds || count === 0) return count;
  const at = now.toISOString();
  await sql`
    update deliveries
    set state = 'cancelled', worker = null, started_at = null, reason = ${HELD}, updated_at = ${at}, ended_at = ${at}
    where ${isQueued}`.execute(target);
  await sql`update delivery_queue set pending = 0`.execute(target);
  return count;
}

function differs({ name }: RawTable, how: string): StartupError {
  return new StartupError(
    `What was restored of ${name} is not what the backup holds: ${how}. Nothing was restored.`,
  );
}

function otherTables({ shown }: RawStore, which: string): StartupError {
  return new StartupError(`${shown} does not have the tables of the backup: ${which}. Nothing was restored.`);
}

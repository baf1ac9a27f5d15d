import type { z } from 'zod';
import { StartupError } from '../../errors/index.ts';
import { type BackupHeader, backupEnd, backupHeader, FORMAT, tableBegin, tableEnd } from './backup-format.ts';
import { createChecksum } from './checksum.ts';

/** A part of a backup, in the order of the file. */
export type BackupPart =
  | { kind: 'table'; name: string; columns: string[] }
  /** Of the table that began last. */
  | { kind: 'rows'; rows: Record<string, unknown>[] }
  /** What was counted and summed up is what the file says. */
  | { kind: 'end'; name: string; rows: number; checksum: string };

export interface Backup {
  header: BackupHeader;
  /** Throws `StartupError` where the file is not what was written. It is whole when this has ended. */
  parts: AsyncIterable<BackupPart>;
}

/** As many rows, or about as many characters, are read at once. */
const ROWS = 250;
const CHARACTERS = 4 * 1024 * 1024;

/** Reads the lines of a backup. Throws `StartupError` when they are none, or of a format that is not known. */
export async function readBackup(lines: AsyncIterable<string>): Promise<Backup> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const header = backupHeader.safeParse(first.done ? undefined : tryParse(first.value));
  if (!header.success) throw new StartupError('It is no backup of Patchbay.');
  if (header.data.patchbay_backup !== FORMAT) {
    throw new StartupError(
      `It is a backup in the format ${header.data.patchbay_backup}; this version of Patchbay reads ${FORMAT}.`,
    );
  }
  return { header: header.data, parts: partsOf({ [Symbol.asyncIterator]: () => iterator }) };
}

async function* partsOf(lines: AsyncIterable<string>): AsyncGenerator<BackupPart> {
  let columns: string[] = [];
  let table: string | undefined;
  let sum = createChecksum();
  let rows: Record<string, unknown>[] = [];
  let characters = 0;
  let total = 0;
  let isWhole = false;
  for await (const text of lines) {
    if (isWhole) throw damaged('it goes on after its end');
    const value = tryParse(text);
    if (Array.isArray(value)) {
      if (table === undefined || value.length !== columns.length) throw damaged('a row is in no table');
      sum.add(text);
      rows.push(Object.fromEntries(columns.map((column, index) => [column, value[index]])));
      characters += text.length;
      if (rows.length < ROWS && characters < CHARACTERS) continue;
      yield { kind: 'rows', rows };
      [rows, characters] = [[], 0];
      continue;
    }
    if (rows.length > 0) yield { kind: 'rows', rows };
    [rows, characters] = [[], 0];
    const begin = parsed(tableBegin, value);
    const end = parsed(tableEnd, value);
    if (begin !== undefined && table === undefined) {
      ({ table, columns } = begin);
      sum = createChecksum();
      yield { kind: 'table', name: table, columns };
    } else if (end !== undefined && end.end === table) {
      if (end.rows !== sum.rows || end.checksum !== sum.value()) {
        throw damaged(`of ${table} it has ${sum.rows} of ${end.rows} rows, or others than were written`);
      }
      total += sum.rows;
      yield { kind: 'end', name: table, rows: sum.rows, checksum: sum.value() };
      table = undefined;
    } else {
      const last = parsed(backupEnd, value);
      if (last === undefined || table !== undefined) throw damaged('a line in it is none of a backup');
      if (last.end_of_backup !== total) throw damaged(`it has ${total} of ${last.end_of_backup} rows`);
      isWhole = true;
    }
  }
  if (!isWhole) throw damaged('it was cut off before its end');
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  return schema.safeParse(value).data;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(why: string): StartupError {
  return new StartupError(`The backup is damaged: ${why}.`);
}

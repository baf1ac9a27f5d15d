import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@patchbay/kit';
import { StartupError, StoreUnreachableError } from '../../errors/index.ts';

/** "PBay", at offset 68 of the file: what says that a database is ours. */
export const APPLICATION_ID = 0x50426179;

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\u0000';

/** A whole check of a larger file would take longer than a start should; its events are then left out. */
const WHOLE_CHECK_MAX_BYTES = 32 * 1024 * 1024;

/**
 * Looks at a database file before anything opens it for writing. A file that is corrupt, not ours or of a newer
 * version is refused with a `StartupError` and left as it is. A missing or empty file is fine.
 */
export function checkFile(path: string, newestVersion: number, tables: readonly string[]): void {
  if (!existsSync(path)) return;
  const stats = statSync(path);
  if (!stats.isFile()) refuse(path, 'it is not a file');
  if (stats.size === 0) return;
  const header = readHeader(path);
  if (header.subarray(0, 16).toString('latin1') !== MAGIC) {
    refuse(path, 'it is not a SQLite database, or it is corrupt');
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) refuse(path, 'it belongs to another application');
  const version = header.readUInt32BE(60);
  if (version > newestVersion) refuse(path, newer(version, newestVersion));
  // A first start that died before its tables were there: it holds nothing yet, and SQLite mends it on opening.
  if (version === 0) return;
  if (endsAmidPage(path, header, stats.size)) refuse(path, 'it is corrupt (it ends in the middle of a page)');
  checkContent(path, tables);
}

/** The schema's version as the file's header tells it; 0 where there is none yet. */
export function fileVersion(path: string): number {
  const hasHeader = existsSync(path) && statSync(path).size >= HEADER_BYTES;
  return hasHeader ? readHeader(path).readUInt32BE(60) : 0;
}

export function newer(version: number, newestVersion: number): string {
  return `its schema version ${version} is newer than ${newestVersion}, the newest that this version of Patchbay knows`;
}

/** SQLite takes what is missing for zeros. With a log beside the file, the whole page is in there. */
function endsAmidPage(path: string, header: Buffer, size: number): boolean {
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return size % pageSize !== 0 && (log === undefined || log.size === 0);
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

function checkContent(path: string, tables: readonly string[]): void {
  const isSmall = statSync(path).size <= WHOLE_CHECK_MAX_BYTES;
  const checks = isSmall ? ['pragma quick_check'] : tables.map((table) => `pragma quick_check('${table}')`);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    const opened = database;
    const findings = checks
      .flatMap((check) => opened.prepare(check).all())
      .map((row) => Object.values(row)[0]);
    const broken = findings.find((finding) => finding !== 'ok');
    if (broken !== undefined) refuse(path, `it is corrupt (${String(broken).replaceAll('\n', ' ')})`);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    if (isLocked(error)) throw inUse(path, error);
    refuse(path, `it is corrupt (${messageOf(error)})`, error);
  } finally {
    database?.close();
  }
}

export function isLocked(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  // SQLITE_BUSY and SQLITE_LOCKED, extended codes included. https://www.sqlite.org/rescode.html
  return code !== undefined && [5, 6].includes(code & 0xff);
}

export function inUse(path: string, cause: unknown): StartupError {
  return new StoreUnreachableError(
    `The database ${path} is in use by another process. One process runs on one SQLite file: stop the other one first.`,
    { cause },
  );
}

function refuse(path: string, reason: string, cause?: unknown): never {
  throw new StartupError(`The database ${path} cannot be used: ${reason}. It was left as it is.`, { cause });
}

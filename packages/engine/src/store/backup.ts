import { createReadStream, existsSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { StartupError, StoreMissingError } from '../errors/index.ts';
import type { StoreAddress } from './address.ts';
import { migrateStore } from './maintenance.ts';
import {
  type Backup,
  backupLines,
  endingWith,
  type RawStore,
  type Restored,
  type RestoreOptions,
  readBackup,
  restoreBackup,
} from './raw/index.ts';
import { NEWEST_SCHEMA, openRawSqlite, readSqliteFile } from './sqlite/index.ts';

/** A store's backup beside the server: a SQLite file that none holds, or a PostgreSQL whoever works on it. Throws `StartupError`. */
export async function backupStore(where: StoreAddress, now: Date): Promise<AsyncIterable<string>> {
  const raw = await openToRead(where);
  return endingWith(raw.close, backupLines(raw, now));
}

/** What a backup file is, once it was read to its end. Throws `StartupError` where it is not whole, or not what was written. */
export async function checkBackup(
  path: string,
): Promise<{ schema: number; createdAt: string; rows: number }> {
  const { header, parts } = await openBackup(path);
  let rows = 0;
  for await (const part of parts) if (part.kind === 'end') rows += part.rows;
  return { schema: header.schema, createdAt: header.created_at, rows };
}

/**
 * Restores a backup file into a store that is empty, verifies it, and brings it to the newest schema: all or nothing. Throws
 * `StartupError`.
 */
export async function restoreStore(
  path: string,
  where: StoreAddress,
  options: RestoreOptions,
): Promise<Restored & { createdAt: string }> {
  const { header, parts } = await openBackup(path);
  if (header.schema > NEWEST_SCHEMA) {
    throw new StartupError(
      `The backup's schema version ${header.schema} is newer than ${NEWEST_SCHEMA}, the newest that this version of Patchbay knows.`,
    );
  }
  const to = await openAt(where, header.schema);
  let restored: Restored;
  try {
    restored = await restoreBackup({ header, parts }, to, options);
  } finally {
    await to.close();
  }
  await migrateStore(where);
  return { ...restored, createdAt: header.created_at };
}

async function openToRead(where: StoreAddress): Promise<RawStore> {
  if (where.kind === 'sqlite') return readSqliteFile(where.path);
  const { openRawPostgres, schemaVersion, withClient } = await import('./postgres/index.ts');
  const { address } = where;
  if ((await withClient(address, (client) => schemaVersion(client, address))) === 0)
    throw new StoreMissingError(`There is no store in the PostgreSQL database ${address.shown}`);
  return openRawPostgres(address);
}

/** A store at this schema, if there was none; one that is there as it is. */
async function openAt(where: StoreAddress, schema: number): Promise<RawStore> {
  if (where.kind === 'sqlite') return openRawSqlite(where.path, schema);
  const { migrateDatabase, openRawPostgres } = await import('./postgres/index.ts');
  await migrateDatabase(where.address, { schema });
  return openRawPostgres(where.address);
}

async function openBackup(path: string): Promise<Backup> {
  if (!existsSync(path)) throw new StoreMissingError(`There is no file ${path}`);
  return readBackup(linesOf(path));
}

const NEWLINE = 10;

/** The lines of a file under gzip. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text = createGunzip();
  file.on('error', (error) => text.destroy(error));
  let begun: Buffer[] = [];
  try {
    for await (const chunk of file.pipe(text) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        begun.push(chunk.subarray(from, at));
        yield Buffer.concat(begun).toString('utf8');
        begun = [];
        from = at + 1;
      }
      if (from < chunk.length) begun.push(chunk.subarray(from));
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // Of zlib: what is no gzip, has changed, or ends too early.
    if (!code.startsWith('Z_')) throw error;
    throw new StartupError(
      code === 'Z_BUF_ERROR'
        ? 'The backup is damaged: it was cut off before its end.'
        : 'It is no backup of Patchbay, or it is damaged: it does not unpack.',
      { cause: error },
    );
  } finally {
    file.destroy();
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString('utf8');
}

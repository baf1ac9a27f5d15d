import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@patchbay/kit';
import { StartupError } from '../../errors/index.ts';
import { APPLICATION_ID, checkFile, inUse, isLocked, newer } from './file-check.ts';
import { coreTables, migrations } from './migrations.ts';

/**
 * Opens (or makes) the database file and brings it to the newest schema, or an older one than that if it has none yet. The process holds the file alone: a
 * second one is told so. Throws `StartupError`.
 */
export function openDatabase(path: string, schema = migrations.length): DatabaseSync {
  checkFile(path, migrations.length, coreTables);
  let database: DatabaseSync | undefined;
  try {
    // A new file has its mode from the first instant: SQLite would make one that others may read.
    closeSync(openSync(path, 'a', 0o600));
    database = new DatabaseSync(path, { timeout: 0 });
    // Locks stay until the process ends, however it ends.
    database.exec('pragma locking_mode = exclusive');
    // Written before anything else, straight into the file: a start that dies half way leaves a file that is ours.
    if (pragma(database, 'application_id') === 0) database.exec(`pragma application_id = ${APPLICATION_ID}`);
    database.exec('pragma journal_mode = wal');
    // An acknowledged write is on the disk.
    database.exec('pragma synchronous = full');
    // Fewer checkpoints than at 1000, the default: each waits for the disk, and copies pages that the next ones copy again.
    database.exec('pragma wal_autocheckpoint = 4000');
    database.exec('pragma foreign_keys = on');
    migrate(database, path, schema);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof StartupError) throw error;
    if (isLocked(error)) throw inUse(path, error);
    throw new StartupError(`The database ${path} cannot be opened: ${messageOf(error)}.`, { cause: error });
  }
}

function migrate(database: DatabaseSync, path: string, schema: number): void {
  const version = pragma(database, 'user_version');
  if (version > migrations.length) {
    throw new StartupError(`The database ${path} cannot be used: ${newer(version, migrations.length)}.`);
  }
  if (version >= schema) return;
  database.exec('begin immediate');
  try {
    for (const migration of migrations.slice(version, schema)) database.exec(migration);
    database.exec(`pragma user_version = ${schema}`);
    database.exec('commit');
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
  // The version is then in the file's header, where the next start looks before it opens anything.
  database.exec('pragma wal_checkpoint(truncate)');
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]);
}

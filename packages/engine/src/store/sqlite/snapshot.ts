import { closeSync, openSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { RawStore } from '../raw/index.ts';
import type { Tables } from '../sql/index.ts';
import { rawStore } from './raw.ts';

const nameOf = (path: string) => `${path}.backup`;

/**
 * The tables of a file that this process holds, as they are at one moment: in a copy beside it, made page by page while others
 * work on, which is gone when it is closed.
 */
export async function copyOf(db: Kysely<Tables>, file: DatabaseSync, path: string): Promise<RawStore> {
  const copyPath = nameOf(path);
  removeCopy(path);
  try {
    // SQLite would make one that others may read.
    closeSync(openSync(copyPath, 'wx', 0o600));
    await copied(db, file, copyPath);
    const copy = new DatabaseSync(copyPath, { timeout: 0 });
    // Read by nobody else: it needs no files beside it.
    copy.exec('pragma journal_mode = delete');
    const raw = rawStore(copy, path);
    return {
      ...raw,
      async close() {
        await raw.close();
        removeCopy(path);
      },
    };
  } catch (error) {
    removeCopy(path);
    throw error;
  }
}

/**
 * Begins while no transaction is open on the one connection: a first step within one is a failure for Node (its message is `not an
 * error`). Later ones wait for transactions to end.
 */
async function copied(db: Kysely<Tables>, file: DatabaseSync, to: string): Promise<void> {
  const begun = Promise.withResolvers<void>();
  const copying = await db.connection().execute(async () => {
    const all = backup(file, to, { progress: () => begun.resolve() });
    // Of a small one there is one step alone.
    await Promise.race([begun.promise, all]);
    return { all };
  });
  await copying.all;
}

/** Of a backup that is over, however it ended. */
export function removeCopy(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(nameOf(path) + suffix, { force: true });
}

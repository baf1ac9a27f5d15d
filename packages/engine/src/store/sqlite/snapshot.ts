import { closeSync, openSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import type { RawStore } from '../raw/index.ts';
import { rawStore } from './raw.ts';

const nameOf = (path: string) => `${path}.backup`;

/**
 * The tables of a file that this process holds, as they are at one moment: in a copy beside it, made page by page while others
 * work on, which is gone when it is closed.
 */
export async function copyOf(file: DatabaseSync, path: string): Promise<RawStore> {
  const copyPath = nameOf(path);
  removeCopy(path);
  try {
    // SQLite would make one that others may read.
    closeSync(openSync(copyPath, 'wx', 0o600));
    await backup(file, copyPath);
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

/** Of a backup that is over, however it ended. */
export function removeCopy(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(nameOf(path) + suffix, { force: true });
}

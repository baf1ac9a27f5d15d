import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { messageOf } from '@patchbay/kit';

/**
 * Transactions whose wait for the disk holds nobody up. With `synchronous=full` a commit blocks the process until the disk
 * has it, some milliseconds each. Here SQLite commits without that wait; whoever committed waits for a sync of the
 * write-ahead log on another thread, one for all who wait. What is acknowledged is on the disk, as ever: the log is all
 * that a commit writes, and one that the disk has not got whole is none for the next start
 * (https://www.sqlite.org/wal.html). Single statements outside transactions wait within SQLite.
 *
 * What others read in between may be undone by a power failure, and then so is what they write on it: it comes after it in
 * the log.
 */
export interface Commits {
  /** Before a transaction begins. */
  begin(): void;
  /** After it was committed or rolled back. */
  end(): void;
  /** Resolves when all that is committed by now is on the disk. */
  onDisk(): Promise<void>;
  /**
   * Throws once the disk has refused a sync. What it has then is not known, and a later sync that succeeds says nothing of it: what
   * comes after it in the log would be lost with it. Only the next start, which reads the log from its beginning, knows what stands.
   */
  ensureUsable(): void;
  close(): Promise<void>;
}

export function commitsTo(
  path: string,
  file: DatabaseSync,
  sync: (log: number) => Promise<void> = promisify(fdatasync),
): Commits {
  const changes = file.prepare('select total_changes() as count');
  const totalChanges = () => Number(changes.get()?.count);
  let log: number | undefined;
  let before = 0;
  /** Something is committed of which no sync has begun. */
  let isBehind = false;
  /** The sync under way, and the one after it, which whoever commits meanwhile waits for. */
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let failure: Error | undefined;

  async function syncLog(): Promise<void> {
    log ??= openLog(path);
    await sync(log).catch((cause) => {
      failure = new Error(
        `the disk has refused what was committed (${messageOf(cause)}): the store takes nothing more until it is started again`,
        { cause },
      );
      throw failure;
    });
  }

  function run(): Promise<void> {
    isBehind = false;
    current = syncLog()
      .catch((error) => {
        isBehind = true;
        throw error;
      })
      .finally(() => {
        current = undefined;
      });
    return current;
  }

  return {
    begin() {
      before = totalChanges();
      file.exec('pragma synchronous = normal');
    },
    end() {
      isBehind ||= totalChanges() !== before;
      file.exec('pragma synchronous = full');
    },
    onDisk() {
      if (failure !== undefined) return Promise.reject(failure);
      // Also for whoever only read: it may tell of what it found.
      if (!isBehind) return current ?? Promise.resolve();
      if (current === undefined) return run();
      next ??= current
        .catch(() => {})
        .then(() => {
          next = undefined;
          return current ?? run();
        });
      return next;
    },
    ensureUsable() {
      if (failure !== undefined) throw failure;
    },
    async close() {
      await Promise.allSettled([current, next]);
      if (log !== undefined) closeSync(log);
      log = undefined;
    },
  };
}

/** SQLite makes the log once, and keeps it until the database is closed. It puts no locks on it, which closing would lose. */
function openLog(path: string): number {
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return openSync(`${path}-wal`, 'r');
}

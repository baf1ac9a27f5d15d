import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * Writes a file for its owner alone (0600), whole or not at all: what a crash leaves half done is never taken for the
 * file. It is on the disk when this returns.
 */
export function writeWhole(path: string, content: string): void {
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  write(unfinished, content);
  renameSync(unfinished, path);
}

/** What file systems say that know none, such as network shares: there two at the same moment are not told apart. */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** As `writeWhole`, if there is no such file; false when there is, or another process makes it at the same moment. */
export function writeNew(path: string, content: string): boolean {
  const unfinished = `${path}.${randomUUID()}`;
  write(unfinished, content);
  try {
    linkSync(unfinished, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_HARD_LINKS.includes(code)) throw error;
    renameSync(unfinished, path);
    return true;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function write(path: string, content: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Commits, commitsTo } from './commits.ts';
import { kyselyDatabase } from './dialect.ts';
import { openSqliteStore } from './index.ts';
import { openDatabase } from './open.ts';

let folder: string;
let file: ReturnType<typeof openDatabase>;
let commits: Commits;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-commits-'));
  const path = join(folder, 'patchbay.sqlite');
  file = openDatabase(path);
  commits = commitsTo(path, file);
});

afterEach(async () => {
  await commits.close();
  if (file.isOpen) file.close();
  rmSync(folder, { recursive: true });
});

const synchronous = () => Object.values(file.prepare('pragma synchronous').get() ?? {})[0];
const [NORMAL, FULL] = [1, 2];

function write(key: string): void {
  commits.begin();
  file.exec('begin');
  file.prepare('insert into meta (name, value) values (?, ?)').run(key, 'x');
  file.exec('commit');
  commits.end();
}

it('lets SQLite wait for the disk at every end but that of a transaction', () => {
  expect(synchronous()).toBe(FULL);
  commits.begin();
  expect(synchronous()).toBe(NORMAL);
  file.exec('begin');
  file.exec('rollback');
  commits.end();
  expect(synchronous()).toBe(FULL);
});

it('is on the disk once it is waited for, and shares a wait with what was committed before it began', async () => {
  write('a');
  const first = commits.onDisk();
  write('b');
  const second = commits.onDisk();
  write('c');
  const third = commits.onDisk();
  expect(second).not.toBe(first);
  expect(third).toBe(second);
  await Promise.all([first, second, third]);
  expect(readFileSync(join(folder, 'patchbay.sqlite-wal')).length).toBeGreaterThan(0);
  write('d');
  expect(commits.onDisk()).not.toBe(third);
  await commits.onDisk();
});

it('has whoever only read wait for what others have committed, and for nothing else', async () => {
  write('a');
  const writing = commits.onDisk();
  commits.begin();
  file.exec('begin');
  file.exec('commit');
  commits.end();
  expect(commits.onDisk()).toBe(writing);
  await writing;
});

it('tells whoever waits that the log cannot be opened, and opens it for the next', async () => {
  const log = join(folder, 'patchbay.sqlite-wal');
  renameSync(log, `${log}.away`);
  write('a');
  await expect(commits.onDisk()).rejects.toThrow('ENOENT');
  renameSync(`${log}.away`, log);
  await commits.onDisk();
});

it('takes nothing more once the disk has refused a sync, whatever it says to the next', async () => {
  let isRefusing = true;
  const broken = commitsTo(join(folder, 'patchbay.sqlite'), file, async () => {
    if (isRefusing) throw new Error('EIO: i/o error, fdatasync');
  });
  const database = kyselyDatabase(file, broken.ensureUsable);
  const insert = () => database.prepare("insert into meta (name, value) values ('a', 'x')");
  insert();
  broken.begin();
  file.exec("begin; insert into meta (name, value) values ('b', 'x'); commit");
  broken.end();
  const REFUSED =
    'the disk has refused what was committed (EIO: i/o error, fdatasync): the store takes nothing more until it is started again';
  await expect(broken.onDisk()).rejects.toThrow(REFUSED);
  isRefusing = false;
  await expect(broken.onDisk()).rejects.toThrow(REFUSED);
  expect(insert).toThrow(REFUSED);
  expect(() => database.prepare('begin')).toThrow(REFUSED);
  database.prepare('rollback');
  await broken.close();
});

it('has no transaction of the store acknowledged that the disk has not got', async () => {
  const path = join(folder, 'other.sqlite');
  const store = openSqliteStore(path);
  renameSync(`${path}-wal`, `${path}-wal.away`);
  const writing = store.transaction(({ meta }) => meta.set('a', 'x'));
  await expect(writing).rejects.toThrow('ENOENT');
  renameSync(`${path}-wal.away`, `${path}-wal`);
  await store.transaction(({ meta }) => meta.set('a', 'y'));
  await store.close();
});

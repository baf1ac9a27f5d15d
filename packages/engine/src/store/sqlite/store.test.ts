import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartupError } from '../../errors/index.ts';
import { type TempFolder, tempFolder } from '../../testing/index.ts';
import { connectorAccessPortSuite } from '../connector-access-port-suite.ts';
import { deliveryPortSuite } from '../delivery-port-suite.ts';
import { eventPortSuite } from '../event-port-suite.ts';
import { lanePortSuite } from '../lane-port-suite.ts';
import { type StoreUnderTest, storePortSuite } from '../port-suite.ts';
import { sessionPortSuite } from '../session-port-suite.ts';
import { troublePortSuite } from '../trouble-port-suite.ts';
import { APPLICATION_ID } from './file-check.ts';
import { openSqliteStore } from './index.ts';

async function emptyStore(): Promise<StoreUnderTest> {
  const folder = tempFolder();
  const path = folder.file('patchbay.sqlite');
  let store = openSqliteStore(path);
  return {
    store,
    async reopen() {
      await store.close();
      store = openSqliteStore(path);
      return store;
    },
    async remove() {
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

storePortSuite('SQLite', emptyStore);
deliveryPortSuite('SQLite', emptyStore);
eventPortSuite('SQLite', emptyStore);
lanePortSuite('SQLite', emptyStore);
connectorAccessPortSuite('SQLite', emptyStore);
sessionPortSuite('SQLite', emptyStore);
troublePortSuite('SQLite', emptyStore);

describe('workers of a SQLite file', () => {
  it('are gone when it is opened again, however their process ended', async () => {
    const opened = await emptyStore();
    try {
      await opened.store.deliveries.insert([delivery], 1);
      await opened.store.deliveries.keepAlive('w1', '2027-01-01T00:00:00.000Z');
      await opened.store.deliveries.claim('c1', 'w1', 1, delivery.runAt);
      const { deliveries } = await opened.reopen();
      expect(await deliveries.abandoned(delivery.runAt, 10)).toMatchObject([{ id: 'd1', worker: 'w1' }]);
    } finally {
      await opened.remove();
    }
  });

  const delivery = {
    id: 'd1',
    spaceId: 'default',
    connectorId: 'c1',
    typeId: '.note',
    orderKey: null,
    idempotencyKey: null,
    source: {},
    origin: null,
    runAt: '2026-01-01T00:00:00.000Z',
    createdAt: '2026-01-01T00:00:00.000Z',
    params: 'sealed',
  };
});

describe('the SQLite file', () => {
  let folder: TempFolder;
  let path: string;

  beforeEach(() => {
    folder = tempFolder();
    path = folder.file('patchbay.sqlite');
  });
  afterEach(() => folder[Symbol.dispose]());

  /** A database with some pages of connectors in it, closed. */
  async function filled(): Promise<void> {
    const store = openSqliteStore(path);
    await store.spaces.create({ id: 'default', reserved: true, attributes: {} });
    for (let n = 0; n < 50; n++) {
      await store.connectors.create({
        id: `c${n}`,
        spaceId: 'default',
        typeId: '.webhook',
        name: `Hook ${n}`,
        config: { text: 'x'.repeat(1000) },
        secrets: 'sealed',
        isMissingSecrets: false,
        authMode: 'shared',
        version: 1,
        createdAt: '2026-01-01T00:00:00.000Z',
        updatedAt: '2026-01-01T00:00:00.000Z',
      });
    }
    await store.close();
  }

  const digest = () => createHash('sha256').update(readFileSync(path)).digest('hex');

  /** Opening is refused with this text, twice, and not a byte of the file is another one afterwards. */
  function expectRefused(reason: RegExp): void {
    const before = digest();
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(() => openSqliteStore(path)).toThrow(StartupError);
      expect(() => openSqliteStore(path)).toThrow(reason);
    }
    expect(digest()).toBe(before);
  }

  function overwrite(at: number, bytes: Uint8Array): void {
    const content = readFileSync(path);
    content.set(bytes, at);
    writeFileSync(path, content);
  }

  it('is made for its owner only, from the first instant', async () => {
    const store = openSqliteStore(path);
    await store.meta.set('uuid', '1');
    for (const name of readdirSync(folder.path)) expect(statSync(folder.file(name)).mode & 0o777).toBe(0o600);
    await store.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is taken as new when it is empty', async () => {
    writeFileSync(path, '');
    const store = openSqliteStore(path);
    await store.meta.set('uuid', '1');
    expect(await store.meta.get('uuid')).toBe('1');
    await store.close();
  });

  it('says in its header whose it is and which schema it has', async () => {
    await filled();
    const header = readFileSync(path);
    expect(header.readUInt32BE(68)).toBe(APPLICATION_ID);
    expect(header.readUInt32BE(60)).toBeGreaterThan(0);
  });

  it.each([
    ['garbage', () => writeFileSync(path, 'this is no database, and never was'), /not a SQLite database/],
    ['a garbage header', () => overwrite(0, Buffer.alloc(100, 0xff)), /not a SQLite database/],
    ['no more than a part of its header', () => truncateSync(path, 50), /cannot be used: /],
    ['a page that is missing', () => truncateSync(path, statSync(path).size - 4096), /it is corrupt/],
    ['half a page at its end', () => truncateSync(path, statSync(path).size - 2000), /it is corrupt/],
    ['a damaged page', () => overwrite(4096, Buffer.alloc(4096, 0xaa)), /it is corrupt/],
    [
      'a damaged page of connectors',
      () => overwrite(statSync(path).size - 4096, Buffer.alloc(4096, 0xaa)),
      /it is corrupt/,
    ],
  ])('is refused with %s and left as it is', async (_what, damage, reason) => {
    await filled();
    damage();
    expectRefused(reason);
  });

  it('is refused when it belongs to another application', () => {
    const foreign = new DatabaseSync(path);
    foreign.exec('create table notes (text); insert into notes values (1)');
    foreign.close();
    expectRefused(/it belongs to another application\. It was left as it is\.$/);
  });

  it('is refused when a newer version of Patchbay has written it', async () => {
    await filled();
    const newer = new DatabaseSync(path);
    newer.exec('pragma user_version = 999');
    newer.exec('pragma wal_checkpoint(truncate)');
    newer.close();
    expectRefused(
      /its schema version 999 is newer than \d+, the newest that this version of Patchbay knows\. It was left as it is\.$/,
    );
  });

  it('is refused when it is a folder, or when its folder is not there', () => {
    mkdirSync(path);
    expect(() => openSqliteStore(path)).toThrow(
      new StartupError(`The database ${path} cannot be used: it is not a file. It was left as it is.`),
    );
    const nowhere = folder.file('no/such/folder/patchbay.sqlite');
    expect(() => openSqliteStore(nowhere)).toThrow(StartupError);
    expect(() => openSqliteStore(nowhere)).toThrow(/cannot be opened: ENOENT/);
  });

  it('is refused to a second process as long as the first one holds it', async () => {
    const store = openSqliteStore(path);
    await store.meta.set('uuid', '1');
    expect(await openElsewhere(path)).toBe(
      `StartupError: The database ${path} is in use by another process. One process runs on one SQLite file: stop the other one first.`,
    );
    await store.meta.set('uuid', '2');
    await store.close();
    expect(await openElsewhere(path)).toBe('opened');
    const again = openSqliteStore(path);
    expect(await again.meta.get('uuid')).toBe('2');
    await again.close();
  });

  it('has every acknowledged write after its process was killed', async () => {
    await expect(
      runElsewhere(`
        const store = openSqliteStore(${JSON.stringify(path)});
        await store.meta.set('uuid', 'written');
        process.kill(process.pid, 'SIGKILL');`),
    ).rejects.toMatchObject({ signal: 'SIGKILL' });
    const store = openSqliteStore(path);
    expect(await store.meta.get('uuid')).toBe('written');
    await store.close();
  });

  it('is finished by the next start when the first one died before its tables were there', async () => {
    const halfMade = new DatabaseSync(path);
    halfMade.exec(`pragma application_id = ${APPLICATION_ID}`);
    halfMade.close();
    const store = openSqliteStore(path);
    await store.meta.set('uuid', '1');
    await store.close();
  });

  it('is finished by the next start when the first one died amid its first write', async () => {
    // What is on the disk after the page was written and before its rollback journal is gone.
    const written = folder.file('written.sqlite');
    const first = new DatabaseSync(written);
    first.exec(`pragma cache_size = 1; begin; pragma application_id = ${APPLICATION_ID}; create table t (x)`);
    for (let n = 0; n < 50; n++) first.exec('insert into t values (zeroblob(3000))');
    copyFileSync(`${written}-journal`, `${path}-journal`);
    first.exec('rollback');
    first.exec(`pragma application_id = ${APPLICATION_ID}`);
    first.close();
    copyFileSync(written, path);
    const store = openSqliteStore(path);
    await store.meta.set('uuid', '1');
    await store.close();
  });
});

const STORE = new URL('./index.ts', import.meta.url).href;

/** Runs code in a process of its own; gives what it prints. */
async function runElsewhere(code: string): Promise<string> {
  const program = `import { openSqliteStore } from ${JSON.stringify(STORE)};\n${code}`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return stdout.trim();
}

function openElsewhere(path: string): Promise<string> {
  return runElsewhere(`
    try {
      const store = openSqliteStore(${JSON.stringify(path)});
      await store.close();
      console.log('opened');
    } catch (error) {
      console.log(String(error));
    }`);
}

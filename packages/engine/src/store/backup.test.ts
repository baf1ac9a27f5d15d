import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StoreMissingError, StoreUnreachableError } from '../errors/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { describeOnPostgres, type TestDatabase, testDatabase } from '../testing/postgres/index.ts';
import type { StoreAddress } from './address.ts';
import { backupStore, checkBackup, restoreStore } from './backup.ts';
import { migrateStore } from './maintenance.ts';
import { openStore } from './open.ts';
import type { Store } from './ports.ts';
import { parseAddress } from './postgres/address.ts';
import { HELD } from './raw/index.ts';
import { openRawSqlite } from './sqlite/index.ts';
import { fillStore, usingStore } from './test-stores.ts';

const describe = await describeOnPostgres();

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const NOW = new Date('2026-02-01T00:00:00.000Z');
const RUN = { holdsDeliveries: false, now: NOW };

const delivery = (id: string) => ({
  id,
  spaceId: 'default',
  connectorId: 'c1',
  typeId: '.webhook',
  orderKey: 'k',
  idempotencyKey: null,
  source: { kind: 'http_request' },
  origin: null,
  runAt: NOW.toISOString(),
  createdAt: NOW.toISOString(),
  params: `sealed ${id}`,
});

/** Lets whatever else there is have its turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const some of lines) text += some;
  return text;
}

/** What every backup of the same rows has in common. */
const rowsOf = (text: string) => text.split('\n').slice(1).sort();

describe('a backup', () => {
  let folder: TempFolder;
  let database: TestDatabase;
  let sqlite: StoreAddress;
  let postgres: StoreAddress;
  let file: string;

  beforeEach(async () => {
    folder = tempFolder();
    database = await testDatabase();
    sqlite = { kind: 'sqlite', path: folder.file('patchbay.sqlite') };
    postgres = { kind: 'postgres', address: parseAddress(database.url) };
    file = folder.file('backup.gz');
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const write = (text: string) => writeFileSync(file, gzipSync(text));
  const take = async (where: StoreAddress) => {
    const text = await textOf(await backupStore(where, NOW));
    write(text);
    return text;
  };
  const fill = (where: StoreAddress, connectors = 300) =>
    usingStore(where, (store) => fillStore(store, connectors));
  const elsewhere = (name: string): StoreAddress => ({ kind: 'sqlite', path: folder.file(name) });

  it('goes from either store into either, with every row of every table, and the store goes on from there', async () => {
    await fill(sqlite);
    await usingStore(sqlite, (store) => store.deliveries.insert(['d1', 'd2'].map(delivery), 10));
    const first = await take(sqlite);
    const restored = await restoreStore(file, postgres, RUN);
    expect(restored).toMatchObject({ createdAt: NOW.toISOString(), queued: 2 });
    const rows = Object.fromEntries(restored.tables.map((table) => [table.name, table.rows]));
    expect(rows).toMatchObject({ spaces: 2, connectors: 300, users: 1, events: 600, deliveries: 2 });

    const second = await take(postgres);
    const back = elsewhere('back.sqlite');
    expect((await restoreStore(file, back, RUN)).tables.length).toBe(restored.tables.length);
    const third = await take(back);
    // PostgreSQL counts what is queued in several rows.
    const comparable = (text: string) =>
      rowsOf(text).filter((line) => !/^\[\d+,\d+\]$|delivery_queue|end_of_backup/.test(line));
    expect(comparable(second)).toEqual(comparable(first));
    expect(comparable(third)).toEqual(comparable(first));
    for (const where of [postgres, back]) {
      await usingStore(where, async (store) => {
        expect(await store.connectors.get('default', 'c0\uffff\0')).toMatchObject({
          name: 'Hook \u{1f600} 0',
        });
        expect(await store.deliveries.pending()).toBe(2);
        await store.deliveries.insert([delivery('d3')], 10);
        expect(
          (await store.deliveries.find({ spaceId: 'default' }, { from: 0, size: 9, countUpTo: 9 }))
            .deliveries,
        ).toMatchObject([
          { id: 'd3', state: 'blocked' },
          { id: 'd2', state: 'blocked' },
          { id: 'd1', state: 'ready' },
        ]);
      });
    }
  });

  it('says what it is and that it is whole, and holds no secret in clear that was sealed', async () => {
    await fill(sqlite, 3);
    const text = await take(sqlite);
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ patchbay_backup: 1, created_at: NOW.toISOString() });
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ end_of_backup: expect.any(Number) });
    expect(await checkBackup(file)).toMatchObject({ createdAt: NOW.toISOString(), rows: expect.any(Number) });
  });

  it.each<[string, string, (text: string) => string | Buffer]>([
    ['was cut off, as a file', 'cut off before its end', (text) => gzipSync(text).subarray(0, -200)],
    [
      'was cut off, at a line',
      'cut off before its end',
      (text) => gzipSync(text.replace(/\{"end_of_backup.*\n$/, '')),
    ],
    [
      'has lost a row',
      'rows, or others than were written',
      (text) => gzipSync(text.replace(/\n\[.*"default".*/, '')),
    ],
    [
      'has another value',
      'or others than were written',
      (text) => gzipSync(text.replace('sealed 1', 'sealed 7')),
    ],
    ['is none', 'It is no backup of Patchbay', () => gzipSync('{"hello": "world"}\n')],
    ['does not unpack', 'it does not unpack', () => 'plain text'],
    [
      'is of another format',
      'in the format 2',
      (text) => gzipSync(text.replace('"patchbay_backup":1', '"patchbay_backup":2')),
    ],
    [
      'is of a newer version',
      'is newer than',
      (text) => gzipSync(text.replace(/"schema":\d+/, '"schema":9999')),
    ],
    [
      'has another table',
      'does not have the tables',
      (text) => gzipSync(text.replaceAll('"roles"', '"rolls"')),
    ],
  ])('that %s is refused, and leaves the store empty', async (_what, message, change) => {
    await fill(sqlite, 3);
    const text = await take(sqlite);
    writeFileSync(file, change(text));
    for (const where of [elsewhere('other.sqlite'), postgres]) {
      await expect(restoreStore(file, where, RUN)).rejects.toThrow(message);
      write(text);
      expect((await restoreStore(file, where, RUN)).tables.length).toBeGreaterThan(10);
      writeFileSync(file, change(text));
    }
  });

  it('is restored into nothing that has something', async () => {
    await fill(sqlite, 3);
    await take(sqlite);
    await usingStore(postgres, (store) => store.meta.set('name', 'theirs'));
    await expect(restoreStore(file, postgres, RUN)).rejects.toThrow(
      /^The PostgreSQL database .* is not empty: there are rows in meta\. .* Nothing was restored\.$/,
    );
    await expect(restoreStore(file, sqlite, RUN)).rejects.toThrow('is not empty');
    expect(await usingStore(postgres, (store) => store.meta.get('name'))).toBe('theirs');
  });

  it('of a former version is brought to the newest one, and is not forced on a newer store', async () => {
    const raw = openRawSqlite(folder.file('old.sqlite'), 5);
    await raw.db.insertInto('spaces').values({ id: 'old', reserved: 0, attributes: '{}' }).execute();
    await raw.close();
    await take(elsewhere('old.sqlite'));
    for (const where of [elsewhere('new.sqlite'), postgres]) {
      await restoreStore(file, where, RUN);
      expect(await usingStore(where, (store) => store.spaces.list())).toMatchObject([{ id: 'old' }]);
      const { from, to } = await migrateStore(where);
      expect(from).toBe(to);
    }
    const newer = elsewhere('newer.sqlite');
    await migrateStore(newer);
    await expect(restoreStore(file, newer, RUN)).rejects.toThrow(
      /has the schema version \d+ already, and the backup 5/,
    );
  });

  it('keeps back what was queued, when it is told to, so that it can be replayed', async () => {
    await fill(sqlite, 1);
    await usingStore(sqlite, async (store) => {
      await store.deliveries.insert(['d1', 'd2'].map(delivery), 10);
      await store.deliveries.keepAlive('w', NOW.toISOString());
      expect(await store.deliveries.claim('c1', 'w', 1, NOW.toISOString())).toHaveLength(1);
    });
    await take(sqlite);
    for (const where of [elsewhere('held.sqlite'), postgres]) {
      expect((await restoreStore(file, where, { ...RUN, holdsDeliveries: true })).queued).toBe(2);
      await usingStore(where, async ({ deliveries }) => {
        expect(await deliveries.pending()).toBe(0);
        expect(await deliveries.lanes()).toEqual([]);
        const found = await deliveries.get('default', 'd1');
        expect(found).toMatchObject({
          state: 'cancelled',
          reason: HELD,
          endedAt: NOW.toISOString(),
          worker: null,
        });
        if (found === undefined) return;
        const at = NOW.toISOString();
        const { changed } = await deliveries.transition(found, { from: ['cancelled'], to: 'ready', at });
        expect([changed, await deliveries.pending()]).toEqual([true, 1]);
      });
    }
  });

  it('is taken while others write, and holds what belongs together', async () => {
    for (const where of [sqlite, postgres]) {
      const store = await openStore(where);
      await fillStore(store, 200);
      let isOver = false;
      let written = 0;
      const pair = async (n: number, kept: Store) => {
        await kept.transaction(async (tx) => {
          await tx.meta.set(`a${n}`, 'x');
          await turn();
          await tx.roles.put({ name: `a${n}`, body: {} });
        });
        written = n;
        await turn();
      };
      const writing = (async () => {
        for (let n = 1; !isOver; n++) await pair(n, store);
      })();
      while (written < 5) await turn();
      const before = written;
      const text = await textOf(await store.backup(NOW));
      const after = written;
      isOver = true;
      await writing;
      await store.close();
      write(text);
      const restored = elsewhere(`${where.kind}.sqlite`);
      await restoreStore(file, restored, RUN);
      await usingStore(restored, async ({ meta, roles }) => {
        const names = (await roles.list()).map(({ name }) => name);
        expect(names.length).toBeGreaterThanOrEqual(before);
        expect(names.length).toBeLessThanOrEqual(after + 1);
        // Both or neither, and no later one without an earlier one.
        expect(new Set(names)).toEqual(new Set(names.map((_, n) => `a${n + 1}`)));
        expect(await meta.get(`a${names.length}`)).toBe('x');
        expect(await meta.get(`a${names.length + 1}`)).toBeUndefined();
      });
    }
  });

  it('waits for a transaction that is open when it is asked for', async () => {
    for (const where of [sqlite, postgres]) {
      const store = await openStore(where);
      const taken = await store.transaction(async (tx) => {
        await tx.meta.set('a', 'x');
        const backup = store.backup(NOW);
        backup.catch(() => {});
        for (let n = 0; n < 100; n++) await tx.meta.set('b', String(n));
        return { backup };
      });
      await textOf(await taken.backup);
      await store.close();
    }
  });

  it('leaves nothing beside the file, also where nobody reads it to its end', async () => {
    const store = await openStore(sqlite);
    await fillStore(store, 300);
    const beside = () => readdirSync(folder.path).filter((name) => name.includes('backup'));
    const lines = await store.backup(NOW);
    expect(beside()).toEqual(['patchbay.sqlite.backup']);
    expect(statSync(folder.file('patchbay.sqlite.backup')).mode & 0o777).toBe(0o600);
    for await (const _ of lines) break;
    expect(beside()).toEqual([]);
    await store.close();
    // What a process left that was killed amid one.
    writeFileSync(folder.file('patchbay.sqlite.backup'), 'half');
    await usingStore(sqlite, async () => expect(beside()).toEqual([]));
  });

  it('beside a server is of PostgreSQL, or of a file that no server holds', async () => {
    await fill(postgres, 1);
    await usingStore(postgres, () => take(postgres));
    await expect(usingStore(sqlite, () => take(sqlite))).rejects.toThrow(StoreUnreachableError);
    await expect(take(elsewhere('nowhere.sqlite'))).rejects.toThrow(StoreMissingError);
    expect(existsSync(folder.file('nowhere.sqlite'))).toBe(false);
    await expect(restoreStore(folder.file('nothing.gz'), sqlite, RUN)).rejects.toThrow(StoreMissingError);
    const empty = await testDatabase();
    const nothing: StoreAddress = { kind: 'postgres', address: parseAddress(empty.url) };
    await expect(backupStore(nothing, NOW)).rejects.toThrow(StoreMissingError);
    await empty[Symbol.asyncDispose]();
    expect(gunzipSync(readFileSync(file)).length).toBeGreaterThan(0);
  });
});

import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StartupError, StoreMissingError, StoreUnreachableError } from '../errors/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { describeOnPostgres, type TestDatabase, testDatabase } from '../testing/postgres/index.ts';
import type { StoreAddress } from './address.ts';
import { checkStore, copyStore, migrateStore } from './maintenance.ts';
import { parseAddress } from './postgres/address.ts';
import { fillStore, usingStore } from './test-stores.ts';

const describe = await describeOnPostgres();

const at = '2026-01-01T00:00:00.000Z';
const isSealed = (text: string) => text.startsWith('sealed');

describe('a store as a whole', () => {
  let folder: TempFolder;
  let database: TestDatabase;
  let file: StoreAddress;
  let postgres: StoreAddress;

  beforeEach(async () => {
    folder = tempFolder();
    database = await testDatabase();
    file = { kind: 'sqlite', path: folder.file('patchbay.sqlite') };
    postgres = { kind: 'postgres', address: parseAddress(database.url) };
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  it('is made and brought to the newest schema, the same on both', async () => {
    for (const where of [file, postgres]) {
      const made = await migrateStore(where);
      expect(made.from).toBe(0);
      expect(await migrateStore(where)).toEqual({ from: made.to, to: made.to });
    }
    expect((await migrateStore(file)).to).toBe((await migrateStore(postgres)).to);
    // What wakes workers has tables of its own.
    expect(await database.query('select count(*)::int as jobs from patchbay_worker.jobs')).toEqual([
      { jobs: 0 },
    ]);
  });

  it('is copied from SQLite to PostgreSQL and back with every row of every table, and goes on from there', async () => {
    await usingStore(file, (store) => fillStore(store, 300));
    const progress: [number, number][] = [];
    const there = await copyStore(file, postgres, (...step) => progress.push(step));
    const rows = Object.fromEntries(there.map((table) => [table.name, table.rows]));
    expect(rows).toMatchObject({ spaces: 2, connectors: 300, users: 1, events: 600, object_references: 1 });
    expect(progress.length).toBeGreaterThan(5);
    const [done, total] = progress.at(-1) ?? [];
    expect(done).toBe(total);

    await usingStore(postgres, async (store) => {
      expect(await store.connectors.get('default', 'c0\uffff\0')).toMatchObject({ name: 'Hook \u{1f600} 0' });
      expect((await store.events.find({ limit: 1 }))[0]?.document).toEqual({ n: 599 });
      await store.events.append([
        {
          timestamp: at,
          action: 'execute',
          spaceId: 'default',
          connectorId: 'c',
          typeId: '.webhook',
          executionUuid: 'new',
          outcome: null,
          source: 'http_request',
          durationMs: null,
          deliveryId: null,
          attempt: null,
          document: Buffer.from('{}'),
        },
      ]);
      expect((await store.events.find({ limit: 1 }))[0]?.executionUuid).toBe('new');
    });
    const back: StoreAddress = { kind: 'sqlite', path: folder.file('back.sqlite') };
    const again = await copyStore(postgres, back);
    const sums = (tables: typeof there) =>
      Object.fromEntries(
        tables.filter(({ name }) => name !== 'events').map(({ name, checksum }) => [name, checksum]),
      );
    expect(sums(again)).toEqual(sums(there));
  });

  it('is copied with its new tables too, without a list of them', async () => {
    await migrateStore(file);
    const own = new DatabaseSync(folder.file('patchbay.sqlite'));
    const tables = own
      .prepare(`select name from pragma_table_list where type = 'table' and schema = 'main'`)
      .all();
    own.close();
    const names = tables.map(({ name }) => String(name)).filter((name) => !name.startsWith('sqlite_'));
    expect((await copyStore(file, postgres)).map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it('is not copied into one that has something, or has nothing to copy', async () => {
    await usingStore(postgres, (store) => store.meta.set('name', 'theirs'));
    await migrateStore(file);
    await expect(copyStore(file, postgres)).rejects.toThrow(
      /^The PostgreSQL database .* is not empty: there are rows in meta\. .* Nothing was copied\.$/,
    );
    expect(await usingStore(postgres, (store) => store.meta.get('name'))).toBe('theirs');
    const nowhere: StoreAddress = { kind: 'sqlite', path: folder.file('nowhere.sqlite') };
    await expect(copyStore(nowhere, postgres)).rejects.toThrow(StoreMissingError);
  });

  it('leaves the other one empty when a copy does not come to its end, or is not what was read', async () => {
    await usingStore(file, (store) => fillStore(store, 10));
    const stop = () => {
      throw new Error('stopped');
    };
    await expect(copyStore(file, postgres, stop)).rejects.toThrow('stopped');
    await database.query(`create function patchbay.twist() returns trigger language plpgsql as
      $$ begin new.name := new.name || '!'; return new; end $$;
      create trigger twist before insert on patchbay.connectors for each row execute function patchbay.twist()`);
    await expect(copyStore(file, postgres)).rejects.toThrow(
      /^The copy of connectors is not what was read: 10 of 10 rows, checksum \w{64} for \w{64}\. Nothing was copied\.$/,
    );
    await database.query('drop trigger twist on patchbay.connectors');
    expect(await database.query('select 1 from patchbay.spaces')).toEqual([]);
    expect((await copyStore(file, postgres)).find(({ name }) => name === 'connectors')?.rows).toBe(10);
  });

  it('is found right, or told what is wrong', async () => {
    for (const where of [file, postgres]) {
      await expect(checkStore(where, isSealed)).rejects.toThrow(StoreMissingError);
      await usingStore(where, (store) => fillStore(store, 2));
      const right = await checkStore(where, isSealed);
      expect(right.map(({ ok }) => ok)).toEqual([true, true, true, true]);
      expect(right.at(-1)).toEqual({ name: 'secrets', ok: true, detail: '3 have the form of sealed text' });
      await usingStore(where, (store) =>
        store.connectors.reseal([{ id: 'c1\uffff\0', before: 'sealed 1', after: 'in clear' }]),
      );
      const wrong = await checkStore(where, isSealed);
      expect(wrong.filter(({ ok }) => !ok)).toEqual([
        { name: 'secrets', ok: false, detail: 'not sealed: connectors c1\uffff\0' },
      ]);
      expect(JSON.stringify(wrong)).not.toContain('in clear');
    }
    await database.query('update patchbay.schema_version set version = version - 1');
    expect((await checkStore(postgres, isSealed))[1]).toMatchObject({ name: 'schema', ok: false });
    await database.query(
      'alter table patchbay.connectors disable trigger authorizations_of_updated_connectors',
    );
    expect((await checkStore(postgres, isSealed))[2]).toEqual({
      name: 'integrity',
      ok: false,
      detail: 'the trigger authorizations_of_updated_connectors is turned off',
    });
  });

  it('is found damaged when rows refer to nothing, or the file is corrupt', async () => {
    await usingStore(file, (store) => fillStore(store, 2));
    const path = folder.file('patchbay.sqlite');
    const damaged = new DatabaseSync(path);
    damaged.exec(`pragma foreign_keys = off; delete from spaces where id = 'other'`);
    damaged.close();
    expect((await checkStore(file, isSealed)).find(({ name }) => name === 'integrity')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^connectors .* refers to a row of spaces that is not there/),
    });
  });

  it('says when it cannot be looked at', async () => {
    await usingStore(file, async () => {
      await expect(checkStore(file, isSealed)).rejects.toThrow(StoreUnreachableError);
    });
    const address = parseAddress(database.url);
    for (const wrong of [{ port: 1 }, { password: 'wrong' }, { database: 'nowhere' }]) {
      const checking = checkStore({ kind: 'postgres', address: { ...address, ...wrong } }, isSealed);
      await expect(checking).rejects.toThrow(StoreUnreachableError);
    }
    await migrateStore(postgres);
    await database.query('update patchbay.schema_version set version = 999');
    await expect(migrateStore(postgres)).rejects.toThrow(StartupError);
  });
});

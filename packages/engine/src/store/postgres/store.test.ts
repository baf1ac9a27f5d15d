import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { StartupError } from '../../errors/index.ts';
import { tempFolder } from '../../testing/index.ts';
import {
  describeOnPostgres,
  startPostgres,
  type TestDatabase,
  testDatabase,
} from '../../testing/postgres/index.ts';
import { connectorAccessPortSuite } from '../connector-access-port-suite.ts';
import { deliveryPortSuite } from '../delivery-port-suite.ts';
import { eventPortSuite } from '../event-port-suite.ts';
import { lanePortSuite } from '../lane-port-suite.ts';
import { type StoreUnderTest, storePortSuite } from '../port-suite.ts';
import { sessionPortSuite } from '../session-port-suite.ts';
import { openSqliteStore } from '../sqlite/index.ts';
import { troublePortSuite } from '../trouble-port-suite.ts';
import { parseAddress } from './address.ts';
import { openPostgresStore } from './index.ts';

const describe = await describeOnPostgres();

describe('with PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  async function emptyStore(): Promise<StoreUnderTest> {
    let store = await openPostgresStore(parseAddress(database.url));
    return {
      store,
      async reopen() {
        await store.close();
        store = await openPostgresStore(parseAddress(database.url));
        return store;
      },
      async remove() {
        await store.close();
        await database.query('drop schema patchbay cascade');
      },
    };
  }

  storePortSuite('PostgreSQL', emptyStore);
  deliveryPortSuite('PostgreSQL', emptyStore);
  eventPortSuite('PostgreSQL', emptyStore);
  lanePortSuite('PostgreSQL', emptyStore);
  connectorAccessPortSuite('PostgreSQL', emptyStore);
  sessionPortSuite('PostgreSQL', emptyStore);
  troublePortSuite('PostgreSQL', emptyStore);
});

describe('the PostgreSQL database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database[Symbol.asyncDispose]());

  const create = async () => (await openPostgresStore(parseAddress(database.url))).close();
  const versionOf = async () => (await database.query('select * from patchbay.schema_version'))[0]?.version;

  async function expectRefused(reason: RegExp, url = database.url): Promise<void> {
    const opening = openPostgresStore(parseAddress(url));
    await expect(opening).rejects.toThrow(StartupError);
    await expect(opening).rejects.toThrow(reason);
    await expect(opening).rejects.not.toThrow(/postgres-password/);
  }

  it('has the tables and columns of the SQLite file, in its one schema', async () => {
    await create();
    const columns = await database.query(
      `select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable as it
       from information_schema.columns where table_schema = 'patchbay' and table_name <> 'schema_version'`,
    );
    using folder = tempFolder();
    await openSqliteStore(folder.file('patchbay.sqlite')).close();
    const file = new DatabaseSync(folder.file('patchbay.sqlite'));
    const expected = file
      .prepare(
        `select t.name || '.' || c.name || ' ' || lower(c.type) || ' ' || iif(c."notnull" or c.pk, 'NO', 'YES') as it
         from pragma_table_list t join pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite%'`,
      )
      .all();
    file.close();
    const named = (rows: Record<string, unknown>[]) =>
      rows
        .map(({ it }) => String(it).replace('bigint', 'integer').replace('double precision', 'real'))
        .sort();
    expect(named(columns)).toEqual(named(expected));
    expect(await database.query(`select 1 from pg_tables where schemaname = 'public'`)).toEqual([]);
  });

  it('orders all its texts by their bytes', async () => {
    await create();
    const others = await database.query(
      `select table_name, column_name from information_schema.columns
       where table_schema = 'patchbay' and data_type = 'text' and collation_name is distinct from 'C'
         and table_name <> 'schema_version'`,
    );
    expect(others).toEqual([]);
  });

  it('is made once by several that open it at the same moment', async () => {
    const stores = await Promise.all(
      Array.from({ length: 5 }, () => openPostgresStore(parseAddress(database.url))),
    );
    await stores[0]?.meta.set('name', 'one');
    expect(await stores[4]?.meta.get('name')).toBe('one');
    await Promise.all(stores.map((store) => store.close()));
  });

  it('may be given a schema that is empty, for a user who may make none', async () => {
    await database.query('create schema patchbay');
    await create();
    expect(await versionOf()).toBeGreaterThan(0);
  });

  it('is refused when a newer version of Patchbay has written it, and left as it is', async () => {
    await create();
    await database.query('update patchbay.schema_version set version = 999');
    await expectRefused(/its schema version 999 is newer than \d+, .* It was left as it is\.$/);
    expect(await versionOf()).toBe(999);
  });

  it.each([
    ['other tables', 'create schema patchbay; create table patchbay.notes (note text)'],
    [
      'a version table of another application',
      `create schema patchbay;
      create table patchbay.schema_version (application text, version int);
      insert into patchbay.schema_version values ('other', 1)`,
    ],
    [
      'a version table of another shape',
      'create schema patchbay; create table patchbay.schema_version (id int)',
    ],
  ])('is refused when its schema has %s', async (_what, statements) => {
    await database.query(statements);
    await expectRefused(/its schema patchbay belongs to another application\. It was left as it is\.$/);
  });

  it('is refused in another encoding', async () => {
    await database.query(`create database latin_${Date.now()} encoding LATIN1 locale 'C' template template0`);
    const [row] = await database.query(`select datname from pg_database where datname like 'latin_%'`);
    const url = new URL(database.url);
    url.pathname = `/${row?.datname}`;
    await expectRefused(/its encoding is LATIN1, and UTF8 is needed/, url.href);
    await database.query(`drop database ${row?.datname}`);
  });

  it('says what is wrong, and no password, when it cannot be reached', async () => {
    const url = new URL(database.url);
    url.port = '1';
    await expectRefused(
      /^The PostgreSQL database test_\w+ on 127\.0\.0\.1:1 cannot be opened: .*ECONNREFUSED/,
      url.href,
    );
    url.port = new URL(database.url).port;
    url.password = 'wrong-postgres-password';
    await expectRefused(/cannot be opened: password authentication failed for user "postgres"/, url.href);
    url.href = database.url;
    url.pathname = '/nowhere';
    await expectRefused(/cannot be opened: database "nowhere" does not exist/, url.href);
  });

  it('is not opened again by a store that was closed before it was asked anything', async () => {
    const store = await openPostgresStore(parseAddress(database.url));
    await store.close();
    await store.close();
    await expect(store.ping()).rejects.toThrow();
  });

  it('tells its size and its connections, and the observer of its transactions', async () => {
    const told: string[] = [];
    const store = await openPostgresStore(parseAddress(database.url), {
      maxConnections: 3,
      observer: { transactionEnded: (outcome) => told.push(outcome) },
    });
    await store.transaction(async ({ meta }) => meta.set('name', 'value'));
    await store.transaction(() => Promise.reject(new Error('no'))).catch(() => {});
    const { bytes, connections } = await store.figures();
    expect(bytes).toBeGreaterThan(100_000);
    expect(connections).toEqual({ max: 3, open: 1, idle: 1, waiting: 0 });
    expect(told).toEqual(['committed', 'failed']);
    await store.close();
  });

  it('goes on with a new connection when one is ended', async () => {
    const store = await openPostgresStore(parseAddress(database.url), { maxConnections: 2 });
    await store.meta.set('name', 'before');
    const end = () =>
      database.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'patchbay' and datname = current_database()`);
    // One that waits in the pool, and one within a transaction.
    await end();
    const cut = store.transaction(async (tx) => {
      await tx.meta.set('name', 'lost');
      await end();
      await tx.meta.get('name');
    });
    await expect(cut).rejects.toMatchObject({ statusCode: 503 });
    expect(await store.meta.get('name')).toBe('before');
    await store.close();
  });

  it('runs a transaction again that lost against another one', async () => {
    const store = await openPostgresStore(parseAddress(database.url));
    for (const name of ['a', 'b']) await store.meta.set(name, '');
    const bothHaveOne = Promise.withResolvers<void>();
    let holding = 0;
    let runs = 0;
    const crosswise = (first: string, second: string) =>
      store.transaction(async (tx) => {
        runs++;
        await tx.meta.set(first, first);
        if (++holding === 2) bothHaveOne.resolve();
        await bothHaveOne.promise;
        await tx.meta.set(second, first);
      });
    await Promise.all([crosswise('a', 'b'), crosswise('b', 'a')]);
    expect(runs).toBeGreaterThan(2);
    await store.close();
  });

  it('tells nothing of a row that it does not take', async () => {
    const store = await openPostgresStore(parseAddress(database.url));
    const refused = store.apiKeys.create({
      id: 'k1',
      name: null as unknown as string,
      username: 'ann',
      keyHash: 'the-hash',
      privileges: [],
      descriptors: {},
      metadata: {},
      createdAt: '',
      expiresAt: null,
      invalidatedAt: null,
    });
    const error = await refused.catch((error) => error);
    expect(error.message).toMatch(/null value in column "name"/);
    expect(JSON.stringify([error, Object.getOwnPropertyDescriptors(error)])).not.toContain('the-hash');
    await store.close();
  });
});

describe('a PostgreSQL that is not up', () => {
  it('is waited for as long as is said, which the log is told once', async () => {
    await using server = await startPostgres();
    await server.stop();
    const address = parseAddress(server.url('postgres'));
    const waiting = Promise.withResolvers<string>();
    const log = { info: () => {}, error: () => {}, warn: waiting.resolve };
    const opening = openPostgresStore(address, { patienceMs: 20_000, log });
    expect(await waiting.promise).toMatch(
      /^waiting up to 20 s for the PostgreSQL database postgres on 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
    );
    await server.start();
    const store = await opening;
    await store.ping();
    await store.close();

    await server.stop();
    await expect(openPostgresStore(address, { patienceMs: 600 })).rejects.toThrow(
      /cannot be opened: .*ECONNREFUSED/,
    );
  });
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { testRelay } from '../../testing/index.ts';
import { describeOnPostgres, type TestDatabase, testDatabase } from '../../testing/postgres/index.ts';
import type { Store } from '../ports.ts';
import { parseAddress } from './address.ts';
import { openPostgresStore } from './index.ts';

const describe = await describeOnPostgres();

const at = '2026-01-01T00:00:00.000Z';
const connector = (id: string) => ({
  id,
  spaceId: 'default',
  typeId: '.webhook',
  name: 'Hook',
  config: {},
  secrets: 'sealed',
  isMissingSecrets: false,
  authMode: 'shared' as const,
  version: 1,
  createdAt: at,
  updatedAt: at,
});
const user = {
  username: 'ann',
  passwordHash: '',
  roles: [],
  fullName: null,
  email: null,
  enabled: true,
  profileUid: 'u',
};
const key = {
  id: 'k',
  name: 'k',
  username: 'ann',
  keyHash: '',
  privileges: [],
  descriptors: {},
  metadata: {},
  createdAt: at,
  expiresAt: null,
  invalidatedAt: null,
};

describe('changes on PostgreSQL', () => {
  let database: TestDatabase;
  let writer: Store;
  let reader: Store;
  let told: string[];

  beforeEach(async () => {
    database = await testDatabase();
    const address = parseAddress(database.url);
    writer = await openPostgresStore(address);
    reader = await openPostgresStore(address);
    told = [];
    for (const kind of ['connectors', 'spaces', 'users', 'roles', 'apiKeys'] as const)
      reader.changes.onChange(kind, (id) => told.push(id === undefined ? kind : `${kind} ${id}`));
    await writer.spaces.create({ id: 'default', reserved: true, attributes: {} });
    await writer.spaces.create({ id: 'other', reserved: false, attributes: {} });
    await expectTold('spaces', 'spaces');
  });
  afterEach(async () => {
    await writer.close();
    await reader.close();
    await database[Symbol.asyncDispose]();
  });

  async function expectTold(...expected: string[]): Promise<void> {
    await vi.waitFor(() => expect(told).toEqual(expected));
    told.length = 0;
  }

  it('are told of connectors by their id, of their settings, and not of new ones', async () => {
    await writer.connectors.create(connector('c\0:1'));
    await writer.connectors.update(connector('c\0:1'));
    await expectTold('connectors c\0:1');
    await writer.connectorSettings.put('default', { connectorId: 'c\0:1', settings: {}, secrets: 'a' });
    await writer.connectorSettings.put('default', { connectorId: 'c\0:1', settings: {}, secrets: 'b' });
    await writer.connectorSettings.delete('c\0:1');
    await expectTold('connectors c\0:1', 'connectors c\0:1', 'connectors c\0:1');
    await writer.connectors.reseal([{ id: 'c\0:1', before: 'sealed', after: 'sealed anew' }]);
    await writer.connectors.delete('default', 'c\0:1');
    await expectTold('connectors c\0:1', 'connectors c\0:1');
  });

  it('are told of connectors that go with their space, and of any when the id is too long to be told', async () => {
    const long = 'c'.repeat(9000);
    for (const id of ['c1', long]) await writer.connectors.create({ ...connector(id), spaceId: 'other' });
    await writer.spaces.delete('other');
    await vi.waitFor(() => expect(told).toHaveLength(3));
    expect(told.sort()).toEqual(['connectors', 'connectors c1', 'spaces']);
  });

  it('are told of spaces, users, roles and keys, whoever makes them', async () => {
    await writer.spaces.update({ id: 'other', reserved: false, attributes: { name: 'x' } });
    await expectTold('spaces');
    await writer.users.put(user);
    await vi.waitFor(() => expect(told).toContain('users'));
    told.length = 0;
    await writer.roles.put({ name: 'ops', body: {} });
    await vi.waitFor(() => expect(told).toContain('roles'));
    told.length = 0;
    await writer.apiKeys.create(key);
    await writer.apiKeys.invalidate('k', at);
    await expectTold('apiKeys');
    await database.query(`update patchbay.users set enabled = 0`);
    await expectTold('users');
  });

  it('are told only when they stand', async () => {
    await writer
      .transaction(async (tx) => {
        await tx.roles.put({ name: 'ops', body: {} });
        throw new Error('not');
      })
      .catch(() => {});
    await writer.spaces.update({ id: 'other', reserved: false, attributes: {} });
    await expectTold('spaces');
  });
});

describe('a process that does not hear changes', () => {
  const BOUND_MS = 1000;

  it.each(['cut', 'swallow'] as const)(
    'knows it within the bound when its connection is gone (%s), and forgets everything before it hears again',
    async (fail) => {
      await using database = await testDatabase();
      const url = new URL(database.url);
      await using relay = await testRelay(Number(url.port));
      url.port = String(relay.port);
      const store = await openPostgresStore(parseAddress(url.href), { boundMs: BOUND_MS });
      expect(store.changes.isHeard()).toBe(true);
      const told: (string | undefined)[] = [];
      store.changes.onChange('connectors', (id) => told.push(id));

      const failedAt = performance.now();
      relay[fail]();
      await vi.waitFor(() => expect(store.changes.isHeard()).toBe(false), { timeout: 5000, interval: 10 });
      // A beat may have been on its way.
      expect(performance.now() - failedAt).toBeLessThan(BOUND_MS + 500);
      expect(told).toEqual([]);

      relay.mend();
      await vi.waitFor(() => expect(store.changes.isHeard()).toBe(true), { timeout: 10_000, interval: 1 });
      expect(told).toEqual([undefined]);
      await store.close();
    },
  );

  it('is told when notifications do not arrive, as behind a pooler that lends connections by the transaction', async () => {
    await using database = await testDatabase();
    const url = new URL(database.url);
    await using relay = await testRelay(Number(url.port), { toClient: withoutNotifications });
    url.port = String(relay.port);
    const warned: string[] = [];
    const store = await openPostgresStore(parseAddress(url.href), {
      boundMs: BOUND_MS,
      log: { info: () => {}, error: () => {}, warn: (text) => warned.push(text) },
    });
    expect(store.changes.isHeard()).toBe(false);
    expect(warned).toEqual([
      'changes by other processes are not heard, so that nothing is kept in memory: notifications do not arrive',
    ]);
    await store.meta.set('name', 'works');
    expect(await store.meta.get('name')).toBe('works');
    await store.close();
  });
});

/** https://www.postgresql.org/docs/current/protocol-message-formats.html: a type, a length without it, the rest. */
function withoutNotifications(): (data: Buffer) => Buffer {
  let waiting: Buffer = Buffer.alloc(0);
  return (data) => {
    waiting = Buffer.concat([waiting, data]);
    const passed: Buffer[] = [];
    while (waiting.length >= 5 && waiting.length > waiting.readUInt32BE(1)) {
      const end = 1 + waiting.readUInt32BE(1);
      if (waiting.toString('latin1', 0, 1) !== 'A') passed.push(waiting.subarray(0, end));
      waiting = waiting.subarray(end);
    }
    return Buffer.concat(passed);
  };
}

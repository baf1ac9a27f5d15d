import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { describeOnPostgres, type TestDatabase, testDatabase } from '../../testing/postgres/index.ts';
import type { Store } from '../ports.ts';
import { parseAddress } from './address.ts';
import { openPostgresStore } from './index.ts';

const describe = await describeOnPostgres();
const now = () => new Date();

describe('wake-ups on PostgreSQL', () => {
  let database: TestDatabase;
  let stores: Store[];
  let endings: (() => Promise<void>)[];

  beforeEach(async () => {
    database = await testDatabase();
    stores = [];
    endings = [];
  });
  afterEach(async () => {
    for (const end of endings) await end();
    for (const store of stores) await store.close();
    await database[Symbol.asyncDispose]();
  });

  /** As a process of its own. */
  async function open(): Promise<Store> {
    const store = await openPostgresStore(parseAddress(database.url));
    stores.push(store);
    return store;
  }
  /** The lanes that it is woken for. */
  async function listen(store: Store): Promise<string[]> {
    const woken: string[] = [];
    const { stop } = await store.wakeups.listen((connectorId) => void woken.push(connectorId), now);
    endings.push(stop);
    return woken;
  }
  const due = (connectorId: string) => [{ connectorId, dueAt: now().toISOString() }];

  it('reach a process that listens from one that does not', async () => {
    const woken = await listen(await open());
    await (await open()).wakeups.add(due('c1'));
    await vi.waitFor(() => expect(woken).toEqual(['c1']), { timeout: 10_000 });
  });

  it('that a process shares are for another one, also when that comes later', async () => {
    const first = await open();
    const toFirst = await listen(first);
    await first.wakeups.share('shared');
    await (await open()).wakeups.add(due('later'));
    // What came after it has been taken: it would have been taken before.
    await vi.waitFor(() => expect(toFirst).toEqual(['later']), { timeout: 10_000 });
    const toSecond = await listen(await open());
    await vi.waitFor(() => expect(toSecond).toEqual(['shared']), { timeout: 10_000 });
    expect(toFirst).toEqual(['later']);
  });
});

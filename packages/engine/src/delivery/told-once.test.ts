import { ActionError } from '@patchbay/kit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openStore, parseStoreUrl } from '../store/index.ts';
import { noteType, type TestEngine, testEngine } from '../testing/index.ts';
import { describeOnPostgres, type TestDatabase, testDatabase } from '../testing/postgres/index.ts';

const describe = await describeOnPostgres();

describe('workers on one PostgreSQL that all see a connector fail', () => {
  let database: TestDatabase;
  let engines: TestEngine[];
  let isBroken = true;
  /** Which worker ran something that failed. */
  const failedBy = new Set<number>();
  const told: string[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    engines = [];
    for (const by of [0, 1]) {
      const note = noteType({
        noticeParams: ({ text }) => ({ message: text }),
        async execute({ params, connector }) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (connector.id === 'told') told.push(params.message);
          else if (isBroken) {
            failedBy.add(by);
            throw new ActionError('no', { retry: false });
          }
        },
      });
      const store = await openStore(parseStoreUrl(database.url, ''));
      const settings = { 'patchbay.delivery.connectorConcurrency': 4 };
      engines.push(await testEngine({ types: [note], settings, store }));
    }
    for (const { worker } of engines) await worker.start();
  });
  afterAll(async () => {
    for (const engine of engines) {
      await engine.worker.stop();
      await engine[Symbol.asyncDispose]();
      await engine.store.close();
    }
    await database[Symbol.asyncDispose]();
  });

  it('tell of it once, and once that it works again', async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error('no engine');
    for (const id of ['first', 'told']) {
      const facts = { id, typeId: '.note', name: id, config: { url: 'x' }, secrets: { token: 't' } };
      await engine.catalog.create('default', facts);
    }
    await engine.catalog.putSettings('default', 'first', {
      delivery: { notices: { connectorId: 'told' } },
      secrets: {},
    });
    const enqueueMany = async () => {
      const items = Array.from({ length: 200 }, (_, n) => ({
        spaceId: 'default',
        connectorId: 'first',
        params: { message: `message ${n}` },
        source: { kind: 'http_request' as const },
      }));
      await engine.delivery.enqueue(items);
      await vi.waitFor(async () => expect(await engine.delivery.pending()).toBe(0), { timeout: 15_000 });
    };
    await enqueueMany();
    expect(failedBy).toEqual(new Set([0, 1]));
    expect(told).toEqual([expect.stringContaining('is failing')]);
    isBroken = false;
    await enqueueMany();
    expect(told).toEqual([expect.stringContaining('is failing'), expect.stringContaining('works again')]);
  });
});

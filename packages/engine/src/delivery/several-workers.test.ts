import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openStore, parseStoreUrl } from '../store/index.ts';
import { noteType, type TestEngine, testEngine } from '../testing/index.ts';
import { describeOnPostgres, type TestDatabase, testDatabase } from '../testing/postgres/index.ts';

const describe = await describeOnPostgres();

describe('workers on one PostgreSQL', () => {
  let database: TestDatabase;
  let engines: TestEngine[];
  /** Which worker ran which message. */
  let ran: { by: number; message: string }[];

  beforeAll(async () => {
    database = await testDatabase();
    ran = [];
    engines = [];
    for (const by of [0, 1]) {
      const note = noteType({
        async execute({ params }) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          ran.push({ by, message: params.message });
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

  it('share what one of them has more of than it can run, and run each delivery once', async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error('no engine');
    const { id: connectorId } = await engine.catalog.create('default', {
      id: undefined,
      typeId: '.note',
      name: 'note',
      config: { url: 'x' },
      secrets: { token: 't' },
    });
    const messages = Array.from({ length: 400 }, (_, n) => `message ${n}`);
    await engine.delivery.enqueue(
      messages.map((message) => ({
        spaceId: 'default',
        connectorId,
        params: { message },
        source: { kind: 'http_request' },
      })),
    );
    await vi.waitFor(async () => expect(await engine.delivery.pending()).toBe(0), { timeout: 15_000 });
    expect(ran.map(({ message }) => message).sort()).toEqual([...messages].sort());
    expect(new Set(ran.map(({ by }) => by))).toEqual(new Set([0, 1]));
  });
});

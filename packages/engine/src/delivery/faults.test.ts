import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeliveryStore, openSqliteStore, type Store } from '../store/index.ts';
import { noteType, type TempFolder, type TestEngine, tempFolder, testEngine } from '../testing/index.ts';

/** A worker on a real store that fails at the worst moment. */

const MINUTE = 60_000;
const LEASE = 30_000;

describe('a worker', () => {
  let folder: TempFolder;
  let store: Store;
  let engine: TestEngine;
  let connectorId: string;
  let now: Date;
  let sent: string[];
  /** What a run waits for. */
  let hold: Promise<void> | undefined;
  /** Takes the place of what the store does for deliveries. */
  let faults: Partial<DeliveryStore>;

  beforeEach(async () => {
    folder = tempFolder();
    store = openSqliteStore(folder.file('test.sqlite'));
    now = new Date('2026-01-01T00:00:00.000Z');
    sent = [];
    hold = undefined;
    faults = {};
  });
  afterEach(async () => {
    faults = {};
    await engine.worker.stop();
    await engine[Symbol.asyncDispose]();
    await store.close();
    folder[Symbol.dispose]();
  });

  async function start({ isShared = false, random = Math.random } = {}): Promise<void> {
    const deliveries = new Proxy(store.deliveries, {
      get: (target, name: keyof DeliveryStore) => faults[name] ?? target[name],
    });
    const note = noteType({
      async execute({ params }) {
        sent.push(params.message);
        await hold;
      },
    });
    engine = await testEngine({
      types: [note],
      settings: { 'patchbay.delivery.connectorConcurrency': 2 },
      now: () => now,
      random,
      store: { ...store, isShared, deliveries },
    });
    const connector = await engine.catalog.create('default', {
      id: undefined,
      typeId: '.note',
      name: 'note',
      config: { url: 'x' },
      secrets: { token: 't' },
    });
    connectorId = connector.id;
    await engine.worker.start();
  }

  const enqueue = (...messages: string[]) =>
    engine.delivery.enqueue(
      messages.map((message) => ({
        spaceId: 'default',
        connectorId,
        params: { message },
        source: { kind: 'http_request' },
      })),
    );
  const all = async () => {
    const { deliveries } = await engine.delivery.find({ spaceId: 'default' }, { page: 1, perPage: 100 });
    return deliveries.reverse();
  };
  const allAre = (state: string) =>
    vi.waitFor(async () => {
      for (const delivery of await all()) expect(delivery.state).toBe(state);
    });
  const sweeps = () => vi.advanceTimersByTimeAsync(5000);

  it('runs what it has claimed though the answer was lost', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      await start();
      faults.claim = async (...claim) => {
        const claimed = await store.deliveries.claim(...claim);
        if (claimed.length === 0) return claimed;
        faults = {};
        throw new Error('the connection has ended');
      };
      await enqueue('a', 'b');
      await vi.waitFor(async () =>
        expect((await all()).map(({ state }) => state)).toEqual(['running', 'running']),
      );
      expect(sent).toEqual([]);
      await sweeps();
      await allAre('delivered');
      expect(sent).toEqual(['a', 'b']);
      expect((await all()).map(({ attempt }) => attempt)).toEqual([1, 1]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('finds what a claim has claimed though it was carried out long after it had failed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      await start();
      let later = async () => {};
      faults.claim = async (...claim) => {
        later = async () => void (await store.deliveries.claim(...claim));
        faults = { claim: async () => [] };
        throw new Error('the connection has ended');
      };
      await enqueue('a');
      await sweeps();
      await later();
      faults = {};
      await sweeps();
      await allAre('delivered');
    } finally {
      vi.useRealTimers();
    }
  });

  it('begins nothing under a lease that has run out, which another worker may have begun', async () => {
    await start();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    await enqueue('a', 'b', 'c', 'd');
    await vi.waitFor(() => expect(sent).toEqual(['a', 'b']));
    // The process was paused, and another one has taken over what it had.
    now = new Date(now.getTime() + MINUTE);
    await store.deliveries.keepAlive('other', new Date(now.getTime() + LEASE).toISOString());
    const abandoned = await store.deliveries.abandoned(now.toISOString(), 10);
    await store.deliveries.release(abandoned, now.toISOString());
    const taken = await store.deliveries.claim(connectorId, 'other', 4, now.toISOString());
    expect(taken).toHaveLength(4);
    resolve();
    await vi.waitFor(() => expect(engine.worker.running()).toBe(0));
    engine.worker.wake(connectorId);
    await store.deliveries.release(taken, now.toISOString());
    engine.worker.wake(connectorId);
    await allAre('delivered');
    expect(sent.filter((message) => message === 'c' || message === 'd')).toHaveLength(2);
  });

  it('does not take for dead those who were silent because the store was', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      await start({ isShared: true });
      await store.deliveries.keepAlive('other', new Date(now.getTime() + LEASE).toISOString());
      const { promise, resolve } = Promise.withResolvers<void>();
      hold = promise;
      await enqueue('mine');
      await vi.waitFor(() => expect(sent).toEqual(['mine']));
      faults.claim = async () => [];
      await enqueue('theirs');
      await store.deliveries.claim(connectorId, 'other', 1, now.toISOString());

      const away = async () => {
        throw new Error('the store is away');
      };
      faults = { ...faults, keepAlive: away, abandoned: away, lanes: away };
      await sweeps();
      now = new Date(now.getTime() + MINUTE);
      faults = { claim: async () => [] };
      await sweeps();
      expect((await all()).map(({ state, attempts }) => [state, attempts])).toEqual([
        ['running', []],
        ['running', []],
      ]);
      // The other one does not come back, and has had its time.
      now = new Date(now.getTime() + 5000);
      await sweeps();
      now = new Date(now.getTime() + 10_000);
      await sweeps();
      await vi.waitFor(async () =>
        expect((await all()).map(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual([
          [],
          ['lost'],
        ]),
      );
      resolve();
    } finally {
      vi.useRealTimers();
    }
  });

  it('starts while the store is away, and runs what is due when it is back', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      faults.keepAlive = async () => {
        throw new Error('the store is away');
      };
      await start();
      await enqueue('a');
      expect((await all()).map(({ state }) => state)).toEqual(['ready']);
      faults = {};
      await sweeps();
      await allAre('delivered');
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets go at a stop of what it has not begun, also of what it was just taking', async () => {
    await start();
    const claimed = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    faults.claim = async (...claim) => {
      const rows = await store.deliveries.claim(...claim);
      claimed.resolve();
      await answer.promise;
      return rows;
    };
    await enqueue('a', 'b', 'c');
    await claimed.promise;
    const stopping = engine.worker.stop();
    answer.resolve();
    await stopping;
    expect(sent).toEqual([]);
    expect((await all()).map(({ state, attempt, attempts }) => [state, attempt, attempts])).toEqual([
      ['ready', 0, []],
      ['ready', 0, []],
      ['ready', 0, []],
    ]);
  });

  it('does not count an attempt that a forced stop has aborted: it is made again at the next start', async () => {
    await start();
    const aborted = Promise.withResolvers<void>();
    hold = aborted.promise;
    await enqueue('a');
    await vi.waitFor(() => expect(sent).toEqual(['a']));
    const stopping = engine.worker.stop();
    engine.execution.abortAll();
    aborted.reject(new Error('canceled'));
    await stopping;
    expect(await all()).toMatchObject([
      {
        state: 'ready',
        uncounted: 1,
        dueAt: now.toISOString(),
        attempts: [{ outcome: 'lost', reason: 'the process that ran it was stopped' }],
      },
    ]);
  });

  it('tries again apart from each other what was lost together several times, and gives up at last', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      await start({ random: () => 0.5 });
      faults.claim = async () => [];
      await enqueue('a');
      const waits: number[] = [];
      for (let lost = 1; lost <= 25; lost++) {
        const [ready] = await all();
        now = new Date(ready?.dueAt ?? '');
        await store.deliveries.claim(connectorId, 'gone', 1, now.toISOString());
        await sweeps();
        const [delivery] = await vi.waitFor(async () => {
          const found = await all();
          expect(found[0]?.attempts).toHaveLength(lost);
          return found;
        });
        waits.push(Date.parse(delivery?.dueAt ?? '') - now.getTime());
      }
      expect(waits.slice(0, 9).map((ms) => ms / 1000)).toEqual([0, 0, 1, 2, 4, 8, 16, 30, 30]);
      expect((await all())[0]).toMatchObject({
        state: 'dead',
        reason: 'the process that ran it has ended (25 processes ended while they ran it)',
      });
    } finally {
      vi.useRealTimers();
    }
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ClaimedDelivery,
  DeliveryRecord,
  NewDeliveryRecord,
  QueueCount,
  Settlement,
} from './delivery-port.ts';
import type { EventEntry } from './event-port.ts';
import type { StoreUnderTest } from './port-suite.ts';
import type { Store } from './ports.ts';
import { testEntry } from './test-event.ts';

const T0 = '2026-01-01T00:00:00.000Z';
const T1 = '2026-01-01T00:00:01.000Z';
const T2 = '2026-01-01T00:00:02.000Z';
const LATER = '2026-01-02T00:00:00.000Z';
const MANY = 1_000_000;

/** What every driver must do for deliveries. Run it from the driver's own test file. */
export function deliveryPortSuite(driver: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the delivery port on ${driver}`, () => {
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.spaces.create({ id: 'default', reserved: false, attributes: {} });
      await store.spaces.create({ id: 'other', reserved: false, attributes: {} });
      await store.deliveries.keepAlive('w1', LATER);
      await store.deliveries.keepAlive('w2', LATER);
    });
    afterEach(() => opened.remove());

    const insert = (...facts: Partial<NewDeliveryRecord>[]) =>
      store.deliveries.insert(facts.map(delivery), MANY);
    const claim = (limit = 10, worker = 'w1', now = T1) => store.deliveries.claim('c1', worker, limit, now);
    const get = async (id: string, spaceId = 'default') => {
      const found = await store.deliveries.get(spaceId, id);
      if (found === undefined) throw new Error(`no delivery ${id}`);
      return found;
    };
    const statesOf = async (...ids: string[]) => {
      const found = await Promise.all(ids.map((id) => get(id)));
      return found.map(({ state }) => state);
    };

    describe('enqueueing', () => {
      it('gives back what was enqueued', async () => {
        expect(await insert({ id: 'd1', orderKey: 'k', idempotencyKey: 'i' })).toEqual([
          { outcome: 'queued', id: 'd1', state: 'ready' },
        ]);
        expect(await get('d1')).toEqual({
          seq: expect.any(Number),
          id: 'd1',
          spaceId: 'default',
          connectorId: 'c1',
          typeId: '.webhook',
          state: 'ready',
          orderKey: 'k',
          idempotencyKey: 'i',
          source: { kind: 'http_request' },
          origin: null,
          trace: null,
          runAt: T0,
          dueAt: T0,
          attempt: 0,
          uncounted: 0,
          roundAt: T0,
          worker: null,
          startedAt: null,
          attempts: [],
          reason: null,
          createdAt: T0,
          updatedAt: T0,
          endedAt: null,
        } satisfies DeliveryRecord);
        expect(await store.deliveries.params('d1')).toBe('sealed d1');
      });

      it('keeps where one came from', async () => {
        const origin = { kind: 'fallback', deliveryId: 'd0', connectorIds: ['c0'] } as const;
        await insert({ id: 'd1', origin: { ...origin, connectorIds: [...origin.connectorIds] } });
        expect((await get('d1')).origin).toEqual(origin);
        const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'vendor=x' };
        await insert({ id: 'd2', trace });
        expect((await get('d2')).trace).toEqual(trace);
      });

      it('gives the first of an idempotency key in a space, also within one batch', async () => {
        expect(
          await insert(
            { id: 'd1', idempotencyKey: 'i' },
            { id: 'd2', idempotencyKey: 'i' },
            { id: 'd3', idempotencyKey: 'i', spaceId: 'other' },
          ),
        ).toEqual([
          { outcome: 'queued', id: 'd1', state: 'ready' },
          { outcome: 'duplicate', id: 'd1', state: 'ready' },
          { outcome: 'queued', id: 'd3', state: 'ready' },
        ]);
        const [first] = await claim(1);
        await store.deliveries.settle([settlement(first, { state: 'delivered' })]);
        expect(await insert({ id: 'd4', idempotencyKey: 'i' })).toEqual([
          { outcome: 'duplicate', id: 'd1', state: 'delivered' },
        ]);
        expect(await store.deliveries.pending()).toBe(1);
      });

      it('makes one delivery of an idempotency key that many use at once', async () => {
        const all = await Promise.all(
          Array.from({ length: 20 }, (_, n) => insert({ id: `d${n}`, idempotencyKey: 'i' })),
        );
        const ids = new Set(all.flat().map((one) => (one.outcome === 'full' ? 'full' : one.id)));
        expect(ids.size).toBe(1);
        expect(await store.deliveries.pending()).toBe(1);
      });

      it('refuses from the end what the bound has no room for, and says what is there already', async () => {
        await insert({ id: 'd1', idempotencyKey: 'i' });
        const records = [
          delivery({ id: 'd2' }),
          delivery({ id: 'd3' }),
          delivery({ id: 'd4', idempotencyKey: 'i' }),
        ];
        expect(await store.deliveries.insert(records, 2)).toEqual([
          { outcome: 'queued', id: 'd2', state: 'ready' },
          { outcome: 'full' },
          { outcome: 'duplicate', id: 'd1', state: 'ready' },
        ]);
        expect(await store.deliveries.pending()).toBe(2);
        expect(await store.deliveries.get('default', 'd3')).toBeUndefined();
      });

      it('leaves nothing behind of a transaction that fails', async () => {
        const failing = store.transaction(async (tx) => {
          await tx.deliveries.insert([delivery({ id: 'd1' })], MANY);
          throw new Error('no');
        });
        await expect(failing).rejects.toThrow('no');
        expect(await store.deliveries.get('default', 'd1')).toBeUndefined();
        expect(await store.deliveries.pending()).toBe(0);
      });

      it('takes a batch of many', async () => {
        const ids = Array.from({ length: 3000 }, (_, n) => ({ id: `d${n}` }));
        await insert(...ids);
        expect(await store.deliveries.pending()).toBe(3000);
        const claimed = await claim(5000);
        expect(claimed.map(({ id }) => id)).toEqual(ids.map(({ id }) => id));
      });

      it.each(['it\'s "quoted" \\ and\nbroken', '{a,b}', 'NULL', '😀', ''])(
        'keeps the key %j as it is',
        async (key) => {
          await insert({ id: 'd1', orderKey: key, idempotencyKey: key });
          expect(await get('d1')).toMatchObject({ orderKey: key, idempotencyKey: key });
        },
      );
    });

    describe('claiming', () => {
      it('gives what is due, the longest due first, with its sealed params', async () => {
        await insert({ id: 'd1', runAt: T1 }, { id: 'd2' }, { id: 'd3' }, { id: 'd4', runAt: T2 });
        const claimed = await claim();
        expect(claimed.map(({ id }) => id)).toEqual(['d2', 'd3', 'd1']);
        expect(claimed[0]).toMatchObject({
          state: 'running',
          worker: 'w1',
          attempt: 1,
          startedAt: T1,
          params: 'sealed d2',
        });
        expect(await store.deliveries.nextDue('c1')).toBe(T2);
      });

      it('gives no more than asked for, and none of another connector', async () => {
        await insert({ id: 'd1' }, { id: 'd2' }, { id: 'd3', connectorId: 'c2' });
        expect(await claim(1)).toHaveLength(1);
        expect((await claim()).map(({ id }) => id)).toEqual(['d2']);
        expect(await store.deliveries.nextDue('c1')).toBeUndefined();
      });

      it('gives each to one of those who ask at once', async () => {
        await insert(...Array.from({ length: 200 }, (_, n) => ({ id: `d${n}` })));
        const all = await Promise.all(
          Array.from({ length: 10 }, (_, n) => claim(30, n % 2 === 0 ? 'w1' : 'w2')),
        );
        const ids = all.flat().map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        ids.push(...(await claim(200)).map(({ id }) => id));
        expect(new Set(ids).size).toBe(200);
      });

      it('lets go of those that were not begun, as if they had not been claimed', async () => {
        await insert({ id: 'd1' });
        const claimed = await claim();
        await store.deliveries.release(claimed, T1);
        expect(await get('d1')).toMatchObject({ state: 'ready', attempt: 0, worker: null, startedAt: null });
        expect(await claim(10, 'w2')).toHaveLength(1);
        await store.deliveries.release(claimed, T1);
        expect(await statesOf('d1')).toEqual(['running']);
      });

      it('claims no more of a lane than may be running at once, whoever claims', async () => {
        await insert(...Array.from({ length: 12 }, (_, n) => ({ id: `d${n}` })), {
          id: 'o1',
          connectorId: 'c2',
        });
        await store.deliveries.claim('c2', 'w1', 1, T1);
        const claims = Array.from({ length: 6 }, (_, n) =>
          store.deliveries.claim('c1', `w${n}`, 2, T1, { maxRunning: 5 }),
        );
        const claimed = (await Promise.all(claims)).flat();
        expect(claimed).toHaveLength(5);
        expect(await store.deliveries.claim('c1', 'w1', 2, T1, { maxRunning: 5 })).toEqual([]);
        await store.deliveries.settle([settlement(claimed[0], { state: 'delivered' })]);
        expect(await store.deliveries.claim('c1', 'w1', 2, T1, { maxRunning: 5 })).toHaveLength(1);
      });

      it('claims those that are old, by when they were accepted, replayed or to run', async () => {
        await insert(
          { id: 'old' },
          { id: 'young', createdAt: T2, runAt: T2 },
          { id: 'scheduled', runAt: T2 },
          { id: 'replayed' },
        );
        const replayed = await get('replayed');
        await store.deliveries.transition(replayed, { from: ['ready'], to: 'cancelled', at: T1 });
        await store.deliveries.transition(replayed, { from: ['cancelled'], to: 'ready', at: T2 });
        const claimed = await store.deliveries.claim('c1', 'w1', 10, LATER, { acceptedBefore: T1 });
        expect(claimed.map(({ id }) => id)).toEqual(['old']);
      });

      it('tells what one worker has claimed at one moment, and still has', async () => {
        await insert({ id: 'd1' }, { id: 'd2' }, { id: 'd3' }, { id: 'd4' }, { id: 'd5', connectorId: 'c2' });
        const [first] = await claim(2, 'w1', T1);
        await claim(1, 'w2', T1);
        await claim(1, 'w1', T2);
        await store.deliveries.claim('c2', 'w1', 1, T1);
        await store.deliveries.settle([settlement(first, { state: 'delivered' })]);
        const claimed = await store.deliveries.claimedAt('c1', 'w1', T1);
        expect(claimed.map(({ id }) => id)).toEqual(['d2']);
        await store.deliveries.release(claimed, T2);
        expect(await store.deliveries.claimedAt('c1', 'w1', T1)).toEqual([]);
      });

      it('tells the lanes in which something is ready, and since when', async () => {
        await insert(
          { id: 'd1', runAt: T2 },
          { id: 'd2', runAt: T1 },
          { id: 'd3', connectorId: 'c2' },
          { id: 'd4', connectorId: 'c3' },
        );
        await store.deliveries.claim('c3', 'w1', 10, T0);
        expect(await store.deliveries.lanes()).toEqual([
          { connectorId: 'c1', dueAt: T1 },
          { connectorId: 'c2', dueAt: T0 },
        ]);
      });

      it('tells how many are ready in each lane, counted up to a bound', async () => {
        await insert({ id: 'd1' }, { id: 'd2' }, { id: 'd3', runAt: T1 }, { id: 'd4', connectorId: 'c2' });
        await insert(
          { id: 'd5', orderKey: 'k', connectorId: 'c2' },
          { id: 'd6', orderKey: 'k', connectorId: 'c2' },
        );
        expect(await store.deliveries.depths(10)).toEqual([
          { connectorId: 'c1', dueAt: T0, ready: 3 },
          { connectorId: 'c2', dueAt: T0, ready: 2 },
        ]);
        expect(await store.deliveries.depths(2)).toMatchObject([{ ready: 2 }, { ready: 2 }]);
      });
    });

    it('counts how those of a space ended within a time, by connector', async () => {
      await insert({ id: 'd1' }, { id: 'd2' }, { id: 'd3' }, { id: 'd4' }, { id: 'd5', spaceId: 'other' });
      const [d1, d2, d3, d4, d5] = await claim();
      await store.deliveries.settle([
        settlement(d1, { state: 'delivered' }),
        settlement(d2, { state: 'dead' }),
        settlement(d3, { state: 'dead' }),
        settlement(d4, { state: 'ready', dueAt: LATER }),
        settlement(d5, { state: 'delivered' }),
      ]);
      await store.deliveries.transition(await get('d3'), { from: ['dead'], to: 'discarded', at: T2 });
      const range = { spaceId: 'default', from: T1, to: LATER };
      expect(await store.deliveries.ended(range)).toEqual([{ connectorId: 'c1', delivered: 1, failed: 2 }]);
      expect(await store.deliveries.ended({ ...range, from: T2, to: T2 })).toEqual([]);
      expect(await store.deliveries.ended({ ...range, exceptConnectorIds: ['c1'] })).toEqual([]);
    });

    describe('settling', () => {
      it('ends one that was delivered, and writes its attempt and its documents', async () => {
        await insert({ id: 'd1' });
        const [claimed] = await claim();
        expect(
          await store.deliveries.settle([settlement(claimed, { state: 'delivered', events: [event('e1')] })]),
        ).toEqual([]);
        expect(await get('d1')).toMatchObject({
          state: 'delivered',
          worker: null,
          endedAt: T2,
          attempts: [{ number: 1, outcome: 'delivered' }],
        });
        expect(await store.events.find({})).toMatchObject([{ executionUuid: 'e1' }]);
        expect(await store.deliveries.pending()).toBe(0);
      });

      it('puts one off to be tried again', async () => {
        await insert({ id: 'd1' });
        const [claimed] = await claim();
        await store.deliveries.settle([settlement(claimed, { state: 'ready', dueAt: LATER, reason: 'no' })]);
        expect(await get('d1')).toMatchObject({ state: 'ready', dueAt: LATER, reason: 'no', endedAt: null });
        expect(await claim()).toEqual([]);
        const [again] = await claim(1, 'w1', LATER);
        expect(again).toMatchObject({ attempt: 2, attempts: [{ number: 1, outcome: 'failed' }] });
        expect(await store.deliveries.pending()).toBe(1);
      });

      it('changes nothing by the word of a worker that lost it', async () => {
        await insert({ id: 'd1' });
        const [lost] = await claim();
        await store.deliveries.settle([settlement(lost, { state: 'ready', isUncounted: true })]);
        const [again] = await claim(1, 'w2');
        await store.deliveries.settle([
          settlement(lost, { state: 'dead', events: [event('e1')], followUps: [delivery({ id: 'f1' })] }),
        ]);
        expect(await get('d1')).toMatchObject({ state: 'running', worker: 'w2', uncounted: 1 });
        expect(await store.events.find({})).toEqual([]);
        expect(await store.deliveries.get('default', 'f1')).toBeUndefined();
        await store.deliveries.settle([settlement(again, { state: 'delivered' })]);
        expect(await store.deliveries.pending()).toBe(0);
      });

      it('enqueues what follows with it, however full the queue is', async () => {
        await insert({ id: 'd1' });
        const [claimed] = await claim();
        const followUps = [delivery({ id: 'f1', connectorId: 'c2', runAt: T2 })];
        expect(await store.deliveries.settle([settlement(claimed, { state: 'dead', followUps })])).toEqual([
          { connectorId: 'c2', dueAt: T2 },
        ]);
        expect(await statesOf('d1', 'f1')).toEqual(['dead', 'ready']);
        expect(await store.deliveries.pending()).toBe(1);
      });

      it('settles many at once', async () => {
        await insert(...Array.from({ length: 500 }, (_, n) => ({ id: `d${n}` })));
        const claimed = await claim(500);
        await store.deliveries.settle(
          claimed.map((one, n) =>
            settlement(one, {
              state: n % 2 === 0 ? 'delivered' : 'ready',
              dueAt: LATER,
              events: [event(one.id)],
            }),
          ),
        );
        expect(await store.deliveries.pending()).toBe(250);
        expect(await store.events.find({ limit: 1000 })).toHaveLength(500);
        expect(await statesOf('d0', 'd1', 'd498', 'd499')).toEqual([
          'delivered',
          'ready',
          'delivered',
          'ready',
        ]);
      });
    });

    describe('order keys', () => {
      const key = { orderKey: 'k' };

      it('let one after the other run, and hold up nobody else', async () => {
        const inserted = await insert(
          { id: 'd1', ...key },
          { id: 'd2', ...key },
          { id: 'd3', ...key },
          { id: 'd4' },
        );
        expect(inserted.map((one) => one.outcome === 'queued' && one.state)).toEqual([
          'ready',
          'blocked',
          'blocked',
          'ready',
        ]);
        const claimed = await claim();
        expect(claimed.map(({ id }) => id)).toEqual(['d1', 'd4']);
        expect(await store.deliveries.settle([settlement(claimed[0], { state: 'delivered' })])).toEqual([
          { connectorId: 'c1', dueAt: T0 },
        ]);
        expect((await claim()).map(({ id }) => id)).toEqual(['d2']);
      });

      it('hold the next back while one is to be tried again, and let it go when that one is dead', async () => {
        await insert({ id: 'd1', ...key }, { id: 'd2', ...key });
        const [first] = await claim();
        await store.deliveries.settle([settlement(first, { state: 'ready', dueAt: T1 })]);
        expect(await statesOf('d2')).toEqual(['blocked']);
        const [again] = await claim();
        await store.deliveries.settle([settlement(again, { state: 'dead' })]);
        expect(await statesOf('d1', 'd2')).toEqual(['dead', 'ready']);
      });

      it('are of one connector in one space', async () => {
        const inserted = await insert(
          { id: 'd1', ...key },
          { id: 'd2', ...key, spaceId: 'other' },
          { id: 'd3', ...key, connectorId: 'c2' },
        );
        expect(inserted.map((one) => one.outcome === 'queued' && one.state)).toEqual([
          'ready',
          'ready',
          'ready',
        ]);
      });

      it('let the next go when the first is cancelled, and not when one behind it is', async () => {
        await insert({ id: 'd1', ...key }, { id: 'd2', ...key }, { id: 'd3', ...key });
        const cancel = { from: ['blocked', 'ready'], to: 'cancelled', at: T1 } as const;
        expect(await store.deliveries.transition(await get('d2'), cancel)).toEqual({
          changed: true,
          due: [],
        });
        expect(await statesOf('d1', 'd3')).toEqual(['ready', 'blocked']);
        expect(await store.deliveries.transition(await get('d1'), cancel)).toEqual({
          changed: true,
          due: [{ connectorId: 'c1', dueAt: T0 }],
        });
        expect(await statesOf('d3')).toEqual(['ready']);
      });

      it('never leave one blocked that nobody is before, however the ends and the new ones meet', async () => {
        await insert({ id: 'first', ...key });
        for (let round = 0; round < 20; round++) {
          const claimed = await claim();
          await Promise.all([
            insert({ id: `r${round}`, ...key }),
            store.deliveries.settle(claimed.map((one) => settlement(one, { state: 'delivered' }))),
          ]);
          const { deliveries } = await store.deliveries.find(
            { spaceId: 'default', states: ['ready', 'blocked'] },
            { from: 0, size: 10, countUpTo: 10 },
          );
          expect(deliveries.map(({ state }) => state)).toEqual(['ready']);
        }
      });
    });

    it('counts by connector what is queued and what is dead', async () => {
      expect(await store.deliveries.queues()).toEqual([]);
      await insert(
        { id: 'd1', runAt: T0 },
        { id: 'd2', runAt: T1 },
        { id: 'd3', spaceId: 'other', runAt: T2 },
      );
      await insert({ id: 'k1', orderKey: 'k', runAt: T2 }, { id: 'k2', orderKey: 'k', runAt: T1 });
      await insert({ id: 'e1', connectorId: 'c2' });
      const [first, second] = await claim(2);
      await store.deliveries.settle([
        settlement(first, { state: 'delivered' }),
        settlement(second, { state: 'dead' }),
      ]);
      await claim(1, 'w1', LATER);
      const byPlace = (a: QueueCount, b: QueueCount) =>
        `${a.connectorId} ${a.state}` < `${b.connectorId} ${b.state}` ? -1 : 1;
      expect((await store.deliveries.queues()).sort(byPlace)).toEqual([
        { connectorId: 'c1', state: 'blocked', count: 1, firstDueAt: T1 },
        { connectorId: 'c1', state: 'dead', count: 1, firstDueAt: T0 },
        { connectorId: 'c1', state: 'ready', count: 1, firstDueAt: T2 },
        { connectorId: 'c1', state: 'running', count: 1, firstDueAt: T2 },
        { connectorId: 'c2', state: 'ready', count: 1, firstDueAt: T0 },
      ]);
    });

    describe('workers', () => {
      it('are counted while they live', async () => {
        expect(await store.deliveries.liveWorkers(T2)).toBe(2);
        await store.deliveries.keepAlive('w3', T1);
        expect(await store.deliveries.liveWorkers(T0)).toBe(3);
        expect(await store.deliveries.liveWorkers(T1)).toBe(2);
        await store.deliveries.retire('w1');
        expect(await store.deliveries.liveWorkers(T1)).toBe(1);
      });

      it('leave behind what they ran when they are not heard of in time', async () => {
        await store.deliveries.keepAlive('w3', T1);
        await insert({ id: 'd1' }, { id: 'd2' });
        await claim(1, 'w3', T0);
        await claim(1, 'w1', T0);
        expect(await store.deliveries.abandoned(T0, 10)).toEqual([]);
        expect((await store.deliveries.abandoned(T2, 10)).map(({ id }) => id)).toEqual(['d1']);
        await store.deliveries.keepAlive('w3', LATER);
        expect(await store.deliveries.abandoned(T2, 10)).toEqual([]);
        await store.deliveries.retire('w3');
        expect((await store.deliveries.abandoned(T0, 10)).map(({ id }) => id)).toEqual(['d1']);
      });
    });

    describe('changes by hand', () => {
      it('replay one that is dead: it counts anew', async () => {
        await insert({ id: 'd1' });
        const [claimed] = await claim();
        await store.deliveries.settle([settlement(claimed, { state: 'dead' })]);
        const replay = { from: ['dead'], to: 'ready', at: T2 } as const;
        expect(await store.deliveries.transition(await get('d1'), replay)).toEqual({
          changed: true,
          due: [{ connectorId: 'c1', dueAt: T2 }],
        });
        expect(await get('d1')).toMatchObject({
          state: 'ready',
          attempt: 1,
          uncounted: 1,
          roundAt: T2,
          dueAt: T2,
          endedAt: null,
        });
        expect(await store.deliveries.pending()).toBe(1);
        expect((await store.deliveries.transition(await get('d1'), replay)).changed).toBe(false);
      });

      it('replay one behind another of its order key', async () => {
        await insert({ id: 'd1', orderKey: 'k' });
        const [claimed] = await claim();
        await store.deliveries.settle([settlement(claimed, { state: 'dead' })]);
        await insert({ id: 'd2', orderKey: 'k' });
        await store.deliveries.transition(await get('d1'), { from: ['dead'], to: 'ready', at: T2 });
        expect(await statesOf('d1', 'd2')).toEqual(['blocked', 'ready']);
      });

      it('cancel or run one: not both', async () => {
        for (let round = 0; round < 20; round++) {
          const id = `d${round}`;
          await insert({ id });
          const record = await get(id);
          const [claimed, cancelled] = await Promise.all([
            claim(1),
            store.deliveries.transition(record, { from: ['ready'], to: 'cancelled', at: T1 }),
          ]);
          expect(claimed.length + Number(cancelled.changed)).toBe(1);
          await store.deliveries.settle(claimed.map((one) => settlement(one, { state: 'delivered' })));
        }
        expect(await store.deliveries.pending()).toBe(0);
      });
    });

    describe('finding', () => {
      beforeEach(async () => {
        await insert(
          { id: 'd1' },
          { id: 'd2', connectorId: 'c2', orderKey: 'k' },
          { id: 'd3', idempotencyKey: 'i', createdAt: T2, runAt: T2 },
          { id: 'd4', spaceId: 'other' },
        );
      });
      const find = async (query: object, page = { from: 0, size: 10, countUpTo: 10 }) => {
        const { deliveries, total } = await store.deliveries.find({ spaceId: 'default', ...query }, page);
        return { ids: deliveries.map(({ id }) => id), total };
      };

      it('gives the newest of a space first, in pages, and counts up to a bound', async () => {
        expect(await find({})).toEqual({ ids: ['d3', 'd2', 'd1'], total: 3 });
        expect(await find({}, { from: 1, size: 1, countUpTo: 2 })).toEqual({ ids: ['d2'], total: 2 });
        expect(await find({ before: (await get('d3')).seq })).toEqual({ ids: ['d2', 'd1'], total: 2 });
      });

      it.each([
        [{ connectorId: 'c2' }, ['d2']],
        [{ orderKey: 'k' }, ['d2']],
        [{ idempotencyKey: 'i' }, ['d3']],
        [{ states: ['ready'] }, ['d3', 'd2', 'd1']],
        [{ states: ['dead', 'running'] }, []],
        [{ from: T1 }, ['d3']],
        [{ to: T1 }, ['d2', 'd1']],
        [{ spaceId: 'other' }, ['d4']],
      ])('by %j', async (query, ids) => {
        expect(await find(query)).toEqual({ ids, total: ids.length });
      });
    });

    describe('what is over', () => {
      beforeEach(async () => {
        await insert({ id: 'd1' }, { id: 'd2' }, { id: 'd3' });
        const claimed = await claim(2);
        await store.deliveries.settle(claimed.map((one) => settlement(one, { state: 'delivered' })));
      });

      const over = { states: ['delivered'] as const, before: LATER };

      it('goes after its time, a limited number at once', async () => {
        expect(await store.deliveries.prune({ ...over, before: T2 }, 10)).toEqual({
          removed: 0,
          last: undefined,
        });
        expect(await store.deliveries.prune(over, 1)).toMatchObject({ removed: 1, last: { seq: 1 } });
        expect(await store.deliveries.prune(over, 10)).toMatchObject({ removed: 1, last: { seq: 2 } });
        expect(await store.deliveries.prune(over, 10)).toEqual({ removed: 0, last: undefined });
        expect(await statesOf('d3')).toEqual(['ready']);
        expect(await store.deliveries.params('d1')).toBeUndefined();
      });

      it('loses its params before', async () => {
        expect((await store.deliveries.pruneParams(over, 1)).removed).toBe(1);
        expect((await store.deliveries.pruneParams(over, 10)).removed).toBe(1);
        expect(await store.deliveries.params('d2')).toBeUndefined();
        expect(await store.deliveries.params('d3')).toBe('sealed d3');
        expect(await statesOf('d1')).toEqual(['delivered']);
      });

      it('is looked at from one place to the next, whether it goes or stays', async () => {
        const dead = { states: ['dead'] as const, before: LATER };
        const { removed, last } = await store.deliveries.prune(dead, 1);
        expect([removed, last?.seq]).toEqual([0, 1]);
        const next = await store.deliveries.prune({ ...dead, after: last }, 10);
        expect(next).toMatchObject({ removed: 0, last: { seq: 2 } });
        const { last: end } = await store.deliveries.prune({ ...dead, after: next.last }, 10);
        expect(end).toBeUndefined();
        expect(await statesOf('d1', 'd2')).toEqual(['delivered', 'delivered']);
      });

      it('never becomes ready without its params, however a replay and the pruning meet', async () => {
        const ids = Array.from({ length: 20 }, (_, n) => `race ${n}`);
        await insert(...ids.map((id) => ({ id })));
        await store.deliveries.settle((await claim(50)).map((one) => settlement(one, { state: 'dead' })));
        const replay = async (id: string) => {
          const record = await get(id);
          await store.transaction(async ({ deliveries }) => {
            await deliveries.transition(record, { from: ['dead'], to: 'ready', at: LATER });
            if ((await deliveries.params(id)) === undefined) throw new Error('its params are gone');
          });
        };
        const dead = { states: ['dead'] as const, before: LATER };
        const replays = Promise.allSettled(ids.map(replay));
        await store.deliveries.pruneParams(dead, 100);
        await replays;
        for (const id of ids) {
          const [state] = await statesOf(id);
          const params = await store.deliveries.params(id);
          expect([state, params]).toEqual(
            state === 'ready' ? ['ready', `sealed ${id}`] : ['dead', undefined],
          );
        }
      });
    });

    it('goes with its space', async () => {
      await insert({ id: 'd1' }, { id: 'd2', spaceId: 'other' });
      await store.spaces.delete('other');
      expect(await store.deliveries.get('other', 'd2')).toBeUndefined();
      expect(await store.deliveries.params('d2')).toBeUndefined();
      expect(await store.deliveries.pending()).toBe(1);
    });

    it('seals params anew, those that are still as they were', async () => {
      await insert({ id: 'd1', params: 'old.1' }, { id: 'd2', params: 'new.2' });
      expect(await store.deliveries.countSealed('new.')).toEqual({ total: 2, otherwise: 1 });
      expect(await store.deliveries.listSealedOtherwise('new.', '', 10)).toEqual([
        { id: 'd1', spaceId: 'default', connectorId: 'c1', secrets: 'old.1' },
      ]);
      await store.deliveries.reseal([
        { id: 'd1', before: 'old.1', after: 'new.1' },
        { id: 'd2', before: 'old.2', after: 'x' },
      ]);
      expect(await store.deliveries.params('d1')).toBe('new.1');
      expect(await store.deliveries.params('d2')).toBe('new.2');
    });

    it('survives that the store is closed and opened again', async () => {
      await insert({ id: 'd1' });
      await claim();
      store = await opened.reopen();
      expect(await statesOf('d1')).toEqual(['running']);
      expect(await store.deliveries.pending()).toBe(1);
    });
  });
}

function delivery(facts: Partial<NewDeliveryRecord> = {}): NewDeliveryRecord {
  return {
    id: 'd1',
    spaceId: 'default',
    connectorId: 'c1',
    typeId: '.webhook',
    orderKey: null,
    idempotencyKey: null,
    source: { kind: 'http_request' },
    origin: null,
    trace: null,
    runAt: T0,
    createdAt: T0,
    params: `sealed ${facts.id}`,
    ...facts,
  };
}

function settlement(
  claimed: ClaimedDelivery | undefined,
  facts: Partial<Settlement> & Pick<Settlement, 'state'>,
): Settlement {
  if (claimed === undefined) throw new Error('nothing was claimed');
  return {
    claimed,
    attempt: {
      number: claimed.attempt,
      startedAt: T1,
      endedAt: T2,
      outcome: facts.state === 'delivered' ? 'delivered' : 'failed',
      executionUuid: 'e1',
      reason: null,
      nextTryAt: null,
    },
    dueAt: T0,
    isUncounted: false,
    reason: null,
    at: T2,
    events: [],
    followUps: [],
    ...facts,
  };
}

function event(executionUuid: string): EventEntry {
  return testEntry({ timestamp: T2, executionUuid });
}

import { standIn } from '@patchbay/kit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noteType, type TestEngine, testEngine } from '../testing/index.ts';

const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000 });

describe('the limit of a host', () => {
  let now: Date;
  let engine: TestEngine;
  let vendor: Awaited<ReturnType<typeof standIn>>;
  /** How many requests a run makes. */
  let requests: number;

  const note = noteType({
    async execute({ config, params, http }) {
      for (let n = 0; n < requests; n++) await http.post(config.url, { json: { message: params.message } });
    },
  });

  beforeEach(async () => {
    now = new Date('2026-01-01T00:00:00.000Z');
    requests = 1;
    vendor = await standIn();
    engine = await testEngine({
      types: [note],
      now: () => now,
      settings: {
        'xpack.actions.allowedHosts': ['*'],
        'patchbay.delivery.hostLimits': { '127.0.0.1': { limit: 60, window: '1m', burst: 3 } },
      },
    });
    for (const id of ['one', 'two', 'three']) {
      const facts = { id, typeId: '.note', name: id, config: { url: vendor.url }, secrets: { token: 't' } };
      await engine.catalog.create('default', facts);
    }
    await engine.worker.start();
  });
  afterEach(async () => {
    await engine.worker.stop();
    await engine[Symbol.asyncDispose]();
    await vendor[Symbol.asyncDispose]();
  });

  const enqueue = (connectorId: string, count: number) =>
    engine.delivery.enqueue(
      Array.from({ length: count }, (_, n) => ({
        spaceId: 'default',
        connectorId,
        params: { message: `${connectorId} ${n}` },
        source: { kind: 'http_request' as const },
      })),
    );
  const deliveriesOf = async (connectorId: string) =>
    (await engine.delivery.find({ spaceId: 'default', connectorId }, { page: 1, perPage: 100 })).deliveries;
  const delivered = (count: number) =>
    soon(async () => {
      const all = await Promise.all(['one', 'two', 'three'].map(deliveriesOf));
      expect(all.flat().filter(({ state }) => state === 'delivered')).toHaveLength(count);
      expect(all.flat().filter(({ state }) => state === 'running')).toEqual([]);
    });
  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms);
    for (const id of ['one', 'two', 'three']) engine.worker.wake(id);
  };

  it('holds for all connectors together; what sends nothing has not been tried', async () => {
    await enqueue('one', 5);
    await delivered(3);
    await soon(async () => {
      const waiting = (await deliveriesOf('one')).filter(({ state }) => state === 'ready');
      expect(waiting.map(({ attempt, uncounted }) => attempt - uncounted)).toEqual([0, 0]);
      for (const { reason } of waiting)
        expect(reason).toBe('127.0.0.1 is asked no more often than patchbay.delivery.hostLimits says');
    });
    expect(vendor.received).toHaveLength(3);
    await enqueue('two', 1);
    await soon(async () => {
      const [put] = await deliveriesOf('two');
      expect(put).toMatchObject({
        state: 'ready',
        dueAt: '2026-01-01T00:00:01.000Z',
        attempts: [{ outcome: 'refused', nextTryAt: '2026-01-01T00:00:01.000Z' }],
      });
    });
    pass(2000);
    await delivered(5);
    pass(2000);
    await delivered(6);
    expect(vendor.received).toHaveLength(6);
  });

  it('is asked before anything is claimed, once the host of a connector is known', async () => {
    await enqueue('one', 3);
    await delivered(3);
    await enqueue('one', 10);
    for (let second = 1; second <= 3; second++) {
      pass(1000);
      await delivered(3 + second);
    }
    const waiting = (await deliveriesOf('one')).filter(({ state }) => state === 'ready');
    expect(waiting.map(({ attempt }) => attempt)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('cuts off no run that has begun to send: what it sends more is owed', async () => {
    requests = 4;
    await enqueue('one', 1);
    await delivered(1);
    expect(vendor.received).toHaveLength(4);
    requests = 1;
    await enqueue('two', 1);
    pass(1999);
    await soon(async () => expect((await deliveriesOf('two'))[0]?.attempts).not.toEqual([]));
    expect(vendor.received).toHaveLength(4);
    pass(1);
    await delivered(2);
  });

  it('is not for runs that somebody waits for', async () => {
    const run = () =>
      engine.execution.run({
        spaceId: 'default',
        connectorId: 'one',
        params: { message: 'x' },
        source: { kind: 'http_request' },
        signal: new AbortController().signal,
      });
    for (let n = 0; n < 5; n++) expect((await run()).status).toBe('ok');
    expect(vendor.received).toHaveLength(5);
  });
});

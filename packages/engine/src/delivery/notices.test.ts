import { ActionError, type Notice } from '@patchbay/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryState } from '../store/index.ts';
import { noteType, type TestEngine, testEngine } from '../testing/index.ts';

const T0 = '2026-01-01T00:00:00.000Z';

describe('whoever is told of a connector', () => {
  let now: Date;
  let engine: TestEngine;
  /** What arrived, and by which connector. */
  let arrived: { by: string; message: string }[];
  /** What runs of a connector come to; without one all is well. */
  let failures: Map<string, () => Error>;

  const note = noteType({
    noticeParams: ({ text, key, isOver }: Notice) => ({ message: `${key} ${isOver}: ${text}` }),
    async execute({ params, connector }) {
      const failure = failures.get(connector.id)?.();
      if (failure !== undefined) throw failure;
      arrived.push({ by: connector.id, message: params.message });
    },
  });
  const dies = () => new ActionError('no', { retry: false });
  const isDown = () => new ActionError('down', { retry: true });

  async function start(settings: Record<string, unknown> = {}): Promise<void> {
    engine = await testEngine({ types: [note], settings, now: () => now, random: () => 0.5 });
    for (const id of ['first', 'told', 'other']) {
      const facts = {
        id,
        typeId: '.note',
        name: `Note ${id}`,
        config: { url: 'x' },
        secrets: { token: 't' },
      };
      await engine.catalog.create('default', facts);
    }
    await engine.worker.start();
  }
  async function restart(settings: Record<string, unknown>): Promise<void> {
    await stop();
    await start(settings);
  }
  async function stop(): Promise<void> {
    await engine.worker.stop();
    await engine[Symbol.asyncDispose]();
  }

  beforeEach(async () => {
    now = new Date(T0);
    arrived = [];
    failures = new Map();
    await start();
  });
  afterEach(stop);

  const tells = (id: string, delivery: object) =>
    engine.catalog.putSettings('default', id, { delivery, secrets: {} });
  const enqueue = async (message = 'x', connectorId = 'first') => {
    const [one] = await engine.delivery.enqueue([
      { spaceId: 'default', connectorId, params: { message }, source: { kind: 'http_request' } },
    ]);
    if (one === undefined) throw new Error('nothing was enqueued');
    return one.id;
  };
  const reaches = (id: string, state: DeliveryState) =>
    vi.waitFor(async () => {
      const delivery = await engine.delivery.get('default', id);
      expect(delivery.state).toBe(state);
      return delivery;
    });
  const all = async () =>
    (await engine.delivery.find({ spaceId: 'default' }, { page: 1, perPage: 100 })).deliveries.reverse();
  /** All there are, when none is queued any more; the oldest first. */
  const settled = () =>
    vi.waitFor(async () => {
      expect(await engine.delivery.pending()).toBe(0);
      return all();
    });
  const told = () => arrived.filter(({ by }) => by === 'told').map(({ message }) => message);
  const later = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };

  it('is told once that deliveries die, and once that they arrive again', async () => {
    await tells('first', { notices: { connectorId: 'told' } });
    failures.set('first', dies);
    const id = await enqueue();
    await reaches(id, 'dead');
    for (let n = 0; n < 5; n++) await enqueue();
    await settled();
    later(60);
    failures.clear();
    for (let n = 0; n < 5; n++) await enqueue();
    const deliveries = await settled();
    expect(told()).toEqual([
      `patchbay-connector-first false: Connector "Note first" (first) is failing: delivery ${id} is dead: no (not worth another try)`,
      `patchbay-connector-first true: Connector "Note first" (first) works again. It had been failing since ${T0}.`,
    ]);
    const notices = deliveries.filter(({ connectorId }) => connectorId === 'told');
    expect(notices.map(({ origin }) => origin)).toEqual([
      { kind: 'notice', deliveryId: id, connectorIds: ['first'] },
      { kind: 'notice', deliveryId: null, connectorIds: ['first'] },
    ]);
    expect(notices[0]).toMatchObject({ source: { kind: 'background_task' }, orderKey: null });
  });

  it('is told again of the next failure after that', async () => {
    await tells('first', { notices: { connectorId: 'told' } });
    for (let turn = 0; turn < 2; turn++) {
      failures.set('first', dies);
      await enqueue();
      await settled();
      later(1);
      failures.clear();
      await enqueue();
      await settled();
      later(1);
    }
    expect(told().map((text) => /is failing|works again/.exec(text)?.[0])).toEqual([
      'is failing',
      'works again',
      'is failing',
      'works again',
    ]);
  });

  it('is told that the breaker opens, once, however often it opens again', async () => {
    await restart({ 'patchbay.delivery.breaker.failures': 2, 'patchbay.delivery.breaker.cooldown': '10s' });
    await tells('first', {
      notices: { connectorId: 'told' },
      retry: { maxAttempts: 100, backoff: { initial: '1s', max: '1s' } },
    });
    failures.set('first', isDown);
    for (let n = 0; n < 4; n++) await enqueue();
    await vi.waitFor(() => expect(told()).toHaveLength(1));
    expect(told()[0]).toMatch(
      /^patchbay-connector-first false: Connector "Note first" \(first\) is failing, and nothing is sent to it until 2026-01-01T00:00:10\.000Z: down$/,
    );
    // The probe fails, then the next one comes through.
    const attempts = async () => (await all()).reduce((sum, { attempt }) => sum + attempt, 0);
    const before = await attempts();
    later(11);
    engine.worker.wake('first');
    await vi.waitFor(async () => expect(await attempts()).toBeGreaterThan(before));
    await vi.waitFor(async () => expect((await all()).some(({ state }) => state === 'running')).toBe(false));
    failures.clear();
    later(600);
    await vi.waitFor(async () => {
      engine.worker.wake('first');
      expect(await engine.delivery.pending()).toBe(0);
    });
    expect(told()).toHaveLength(2);
    expect(told()[1]).toContain('works again');
  });

  it('is told in words of its own, where it has some', async () => {
    const message =
      '{{notice.kind}} {{connector.name}} {{connector.typeId}} {{delivery.id}} {{delivery.attempts}} {{reason}}';
    await tells('first', { notices: { connectorId: 'told', params: { message } } });
    failures.set('first', dies);
    const id = await enqueue();
    await settled();
    expect(told()).toEqual([`failing Note first .note ${id} 1 no (not worth another try)`]);
  });

  it('is told nothing of attempts that fail and are made again, or of what nobody asked to be told', async () => {
    await tells('first', { notices: { connectorId: 'told' } });
    failures.set('first', isDown);
    const id = await enqueue();
    await vi.waitFor(async () => expect((await engine.delivery.get('default', id)).attempt).toBe(1));
    failures.set('other', dies);
    await reaches(await enqueue('x', 'other'), 'dead');
    expect(told()).toEqual([]);
    await engine.delivery.cancel('default', id);
  });

  it('makes no notice of notices that fail, itself or whoever stands in for it', async () => {
    await tells('told', { notices: { connectorId: 'other' } });
    await tells('first', { notices: { connectorId: 'told' } });
    failures.set('first', dies);
    failures.set('told', dies);
    await enqueue();
    const [, notice, ...others] = await settled();
    expect(notice).toMatchObject({ connectorId: 'told', state: 'dead', origin: { kind: 'notice' } });
    expect(others).toEqual([]);
    // Of what else it does not deliver it is told.
    await enqueue('x', 'told');
    await settled();
    expect(arrived.map(({ by }) => by)).toEqual(['other']);
  });

  it('may have another stand in, for which a notice stays a notice', async () => {
    await tells('told', { fallback: { connectorId: 'other' } });
    await tells('first', { notices: { connectorId: 'told' } });
    failures.set('first', dies);
    failures.set('told', dies);
    await enqueue();
    const [, notice, standIn] = await settled();
    expect(standIn).toMatchObject({
      connectorId: 'other',
      state: 'delivered',
      origin: { kind: 'notice', deliveryId: notice?.id, connectorIds: ['first', 'told'] },
    });
  });

  it('and is gone, is told of in the log, once', async () => {
    await tells('first', { notices: { connectorId: 'told' } });
    await engine.catalog.delete('default', 'told');
    failures.set('first', dies);
    await enqueue();
    await settled();
    await enqueue();
    await settled();
    const why =
      '"told" cannot be told of "Note first" (first), which is failing: Saved object [action/told] not found';
    expect(engine.logged.filter(({ message }) => message === why)).toHaveLength(1);
  });

  it('is told anew when the settings are saved', async () => {
    await tells('first', { notices: { connectorId: 'told' } });
    failures.set('first', dies);
    await enqueue();
    await settled();
    await tells('first', { notices: { connectorId: 'other' } });
    await enqueue();
    await settled();
    expect(arrived.map(({ by }) => by)).toEqual(['told', 'other']);
  });
});

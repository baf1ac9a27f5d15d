import { ActionError, defineConnectorType } from '@patchbay/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { DeliveryState } from '../store/index.ts';
import { noteType, type TestEngine, testEngine } from '../testing/index.ts';

describe('a connector that stands in for another', () => {
  let engine: TestEngine;
  /** What arrived, and by which connector. */
  let arrived: { by: string; params: unknown }[];
  /** Connectors whose remote is broken. */
  let broken: Set<string>;

  const execute = async ({ params, connector }: { params: unknown; connector: { id: string } }) => {
    if (broken.has(connector.id)) throw new ActionError('no', { retry: false });
    arrived.push({ by: connector.id, params });
  };
  const note = noteType({ execute });
  const page = defineConnectorType({
    id: '.page',
    name: 'Page',
    minimumLicense: 'basic',
    features: ['alerting'],
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: z.strictObject({ body: z.string(), level: z.enum(['high', 'low']).default('low') }),
    renderParams: (params, render) => render.deep(params, 'json'),
    execute,
  });

  beforeEach(async () => {
    arrived = [];
    broken = new Set(['first']);
    engine = await testEngine({ types: [note, page] });
    for (const id of ['first', 'second', 'third']) {
      const facts = {
        id,
        typeId: '.note',
        name: `Note ${id}`,
        config: { url: 'x' },
        secrets: { token: 't' },
      };
      await engine.catalog.create('default', facts);
    }
    await engine.catalog.create('default', {
      id: 'pager',
      typeId: '.page',
      name: 'Pager',
      config: {},
      secrets: {},
    });
    await engine.worker.start();
  });
  afterEach(async () => {
    await engine.worker.stop();
    await engine[Symbol.asyncDispose]();
  });

  const standsInFor = (id: string, connectorId: string, { params }: { params?: object } = {}) =>
    engine.catalog.putSettings('default', id, {
      delivery: { fallback: { connectorId, ...(params !== undefined && { params: { ...params } }) } },
      secrets: {},
    });
  const enqueue = async (message: string, facts: { orderKey?: string; runAt?: Date } = {}) => {
    const [one] = await engine.delivery.enqueue([
      {
        spaceId: 'default',
        connectorId: 'first',
        params: { message },
        source: { kind: 'http_request', user: { name: 'elastic', id: 'u1' } },
        ...facts,
      },
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
    (await engine.delivery.find({ spaceId: 'default' }, { page: 1, perPage: 100 })).deliveries;
  /** All there are, when none is queued any more; the oldest first. */
  const settled = () =>
    vi.waitFor(async () => {
      expect(await engine.delivery.pending()).toBe(0);
      return (await all()).reverse();
    });

  it('gets what is dead, with the same params where it is of the same type', async () => {
    await standsInFor('first', 'second');
    const id = await enqueue('disk full', { orderKey: 'disk' });
    const [dead, standIn] = await settled();
    expect(arrived).toEqual([{ by: 'second', params: { message: 'disk full' } }]);
    expect(standIn).toMatchObject({
      state: 'delivered',
      connectorId: 'second',
      orderKey: 'disk',
      idempotencyKey: null,
      source: { kind: 'http_request', user: { name: 'elastic', id: 'u1' } },
      origin: { kind: 'fallback', deliveryId: id, connectorIds: ['first'] },
    });
    expect(dead).toMatchObject({
      state: 'dead',
      reason: `no (not worth another try); "second" stands in with delivery ${standIn?.id}`,
    });
  });

  it('gets params of its own, rendered as its type renders', async () => {
    await standsInFor('first', 'pager', {
      params: {
        body: '{{params.message}} / {{delivery.id}} {{delivery.attempts}} {{reason}} / {{connector.id}} {{connector.name}} {{connector.typeId}}',
        level: 'high',
      },
    });
    const id = await enqueue('disk "full"');
    await settled();
    expect(arrived).toEqual([
      {
        by: 'pager',
        params: {
          body: `disk \\"full\\" / ${id} 1 no (not worth another try) / first Note first .note`,
          level: 'high',
        },
      },
    ]);
  });

  it('gets nothing of what was delivered, or taken back', async () => {
    await standsInFor('first', 'second');
    const id = await enqueue('later', { runAt: new Date(Date.now() + 60_000) });
    await engine.delivery.cancel('default', id);
    broken.clear();
    await enqueue('now');
    await settled();
    expect(arrived).toEqual([{ by: 'first', params: { message: 'now' } }]);
    expect(await all()).toHaveLength(2);
  });

  it('is stood in for itself, and the one that is dead at last has them all behind it', async () => {
    broken = new Set(['first', 'second', 'third']);
    await standsInFor('second', 'third');
    await standsInFor('first', 'second');
    const id = await enqueue('disk full');
    const [, second, third, ...others] = await settled();
    expect(second?.origin).toEqual({ kind: 'fallback', deliveryId: id, connectorIds: ['first'] });
    expect(third?.origin).toEqual({
      kind: 'fallback',
      deliveryId: second?.id,
      connectorIds: ['first', 'second'],
    });
    expect(third).toMatchObject({ state: 'dead', reason: 'no (not worth another try)' });
    expect(others).toEqual([]);
  });

  it('has one turn, wherever the settings lead', async () => {
    broken = new Set(['first', 'second']);
    // Saved at once, each before the other could be seen.
    await Promise.all([standsInFor('first', 'second'), standsInFor('second', 'first')]);
    await enqueue('disk full');
    const [, second, ...others] = await settled();
    expect(others).toEqual([]);
    expect(second?.reason).toBe('no (not worth another try); "first" cannot stand in: it has had its turn');
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['is gone', () => engine.catalog.delete('default', 'second'), 'Saved object [action/second] not found'],
    [
      'is of another type by now',
      async () => {
        await engine.catalog.delete('default', 'second');
        const facts = { id: 'second', typeId: '.page', name: 'Pager', config: {}, secrets: {} };
        await engine.catalog.create('default', facts);
      },
      'it is of another type (.page), and has no params of its own',
    ],
  ])('that %s is told of with the dead one and in the log', async (_, happens, why) => {
    await standsInFor('first', 'second');
    await happens();
    const { id, reason } = await reaches(await enqueue('disk full'), 'dead');
    expect(reason).toBe(`no (not worth another try); "second" cannot stand in: ${why}`);
    expect(engine.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: `delivery ${id} is dead: "second" cannot stand in: ${why}`,
      }),
    );
    expect(await all()).toHaveLength(1);
  });

  it('whose template gives no params that it takes is told of, too', async () => {
    await standsInFor('first', 'pager', { params: { body: 'x', level: '{{params.message}}' } });
    const { reason } = await reaches(await enqueue('loud'), 'dead');
    expect(reason).toMatch(/^no .*; "pager" cannot stand in: error validating action params: .*level$/s);
  });

  it('gets it once more when the dead one is replayed and dies again', async () => {
    await standsInFor('first', 'second');
    const id = await enqueue('disk full');
    await settled();
    await engine.delivery.replay('default', id);
    await settled();
    expect(arrived.map(({ by }) => by)).toEqual(['second', 'second']);
  });
});

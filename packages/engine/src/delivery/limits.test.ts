import { ActionError } from '@patchbay/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliverySettings } from '../catalog/index.ts';
import { noteType, type TestEngine, testEngine } from '../testing/index.ts';

const SECOND = 1000;

const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000 });

describe('what holds deliveries up', () => {
  let now: Date;
  let engine: TestEngine;
  /** What remotes do, by the url of their connector; the others are well. */
  let remotes: Map<string, () => unknown>;
  let sent: { url: string; message: string }[];

  const note = noteType({
    async execute({ config, params }) {
      sent.push({ url: config.url, message: params.message });
      return remotes.get(config.url)?.();
    },
  });

  beforeEach(async () => {
    now = new Date('2026-01-01T00:00:00.000Z');
    remotes = new Map();
    sent = [];
    engine = await testEngine({ types: [note], now: () => now, random: () => 0.5 });
    await engine.worker.start();
  });
  afterEach(async () => {
    await engine.worker.stop();
    await engine[Symbol.asyncDispose]();
  });

  async function connector(
    url: string,
    delivery?: { [Part in keyof DeliverySettings]?: object | number },
  ): Promise<string> {
    const { id } = await engine.catalog.create('default', {
      id: url,
      typeId: '.note',
      name: url,
      config: { url },
      secrets: { token: 't' },
    });
    if (delivery !== undefined)
      await engine.catalog.putSettings('default', id, { delivery: delivery as object, secrets: {} });
    return id;
  }
  const enqueue = async (connectorId: string, ...messages: string[]) => {
    const all = messages.map((message) => ({
      spaceId: 'default',
      connectorId,
      params: { message },
      source: { kind: 'http_request' as const },
    }));
    return (await engine.delivery.enqueue(all)).map(({ id }) => id);
  };
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);
  const get = (id: string) => engine.delivery.get('default', id);
  const sentTo = (url: string) => sent.filter((one) => one.url === url).map(({ message }) => message);
  const lane = (id: string) => engine.store.lanes.get(id);
  const pass = (ms: number, connectorId: string) => {
    now = new Date(now.getTime() + ms);
    engine.worker.wake(connectorId);
  };
  const settled = (connectorId: string, states: Record<string, number>) =>
    soon(async () => {
      const { deliveries } = await engine.delivery.find(
        { spaceId: 'default', connectorId },
        { page: 1, perPage: 100 },
      );
      const found: Record<string, number> = {};
      for (const { state } of deliveries) found[state] = (found[state] ?? 0) + 1;
      expect(found).toEqual(states);
      return deliveries;
    });
  /** Long enough for the worker to do what it must not. */
  const lookedAt = async (connectorId: string) => {
    const admit = vi.spyOn(engine.store.lanes, 'get');
    engine.worker.wake(connectorId);
    await soon(() => expect(admit).toHaveBeenCalled());
    admit.mockRestore();
  };

  describe('a breaker', () => {
    const down = () => {
      throw new ActionError('down', { retry: true });
    };

    it('leaves a remote alone that does not work, costs what waits no attempt, and lets one see', async () => {
      remotes.set('down', down);
      const id = await connector('down', { concurrency: 1, retry: { maxAttempts: 100 } });
      await enqueue(id, ...numbered(12));
      await soon(async () => expect((await lane(id))?.state).toBe('open'));
      const before = sent.length;
      expect(before).toBeGreaterThanOrEqual(5);
      expect(before).toBeLessThan(9);
      await lookedAt(id);
      expect(sent).toHaveLength(before);
      const waiting = await settled(id, { ready: 12 });
      expect(waiting.filter(({ attempt }) => attempt === 0).length).toBe(12 - before);

      pass(30 * SECOND, id);
      await soon(async () =>
        expect(await lane(id)).toMatchObject({ state: 'open', until: '2026-01-01T00:01:30.000Z' }),
      );
      expect(sent).toHaveLength(before + 1);

      remotes.delete('down');
      pass(60 * SECOND, id);
      await settled(id, { delivered: 12 });
      expect(await lane(id)).toBeUndefined();
    });

    it('is not opened by messages that the remote refuses', async () => {
      remotes.set('picky', () => {
        throw new ActionError('bad message', { retry: false });
      });
      const id = await connector('picky');
      await enqueue(id, ...numbered(20));
      await settled(id, { dead: 20 });
      expect(await lane(id)).toBeUndefined();
    });

    it('does as the settings of the connector say', async () => {
      remotes.set('down', down);
      const id = await connector('down', {
        concurrency: 1,
        breaker: { failures: 2, cooldown: '5s' },
      });
      await enqueue(id, ...numbered(6));
      await soon(async () =>
        expect(await lane(id)).toMatchObject({ state: 'open', until: '2026-01-01T00:00:05.000Z' }),
      );
      const off = await connector('off', { breaker: { enabled: false }, retry: { maxAttempts: 1 } });
      remotes.set('off', down);
      await enqueue(off, ...numbered(20));
      await settled(off, { dead: 20 });
    });

    it('lets what has waited too long be dead, which somebody can see', async () => {
      remotes.set('down', down);
      const id = await connector('down', {
        concurrency: 1,
        breaker: { failures: 1, cooldown: '20h' },
        retry: { maxAge: '1h' },
      });
      await enqueue(id, 'first', 'second');
      await soon(async () => expect((await lane(id))?.state).toBe('open'));
      pass(59 * 60 * SECOND, id);
      await lookedAt(id);
      const [third] = await enqueue(id, 'third');
      pass(2 * 60 * SECOND, id);
      const deliveries = await settled(id, { dead: 2, ready: 1 });
      const [newest, second] = deliveries;
      expect(newest).toMatchObject({ id: third, attempt: 0 });
      expect(second).toMatchObject({
        reason:
          'it has waited longer than it may: the connector was held back because of its breaker, which is open',
        attempts: [{ outcome: 'refused' }],
      });
      expect(sent.map(({ message }) => message)).toEqual(['first']);
      expect((await lane(id))?.state).toBe('open');
    });
  });

  it('a remote that asks to be left alone is left alone by all that is for it', async () => {
    const busy = await connector('busy', { concurrency: 1 });
    const other = await connector('other');
    remotes.set('busy', () => {
      throw new ActionError('too many', { retry: new Date(now.getTime() + 90 * SECOND) });
    });
    const [first] = await enqueue(busy, 'first');
    await soon(async () =>
      expect(await lane(busy)).toMatchObject({ state: 'closed', pausedUntil: '2026-01-01T00:01:30.000Z' }),
    );
    remotes.delete('busy');
    const [second] = await enqueue(busy, 'second');
    await enqueue(other, 'third');
    await settled(other, { delivered: 1 });
    await lookedAt(busy);
    expect(await get(second ?? '')).toMatchObject({ state: 'ready', attempt: 0 });
    pass(90 * SECOND, busy);
    await settled(busy, { delivered: 2 });
    expect(await get(first ?? '')).toMatchObject({ attempt: 2 });
    await soon(async () => expect(await lane(busy)).toBeUndefined());
  });

  it('a rate limit lets so many go as there are tokens, and claims nothing else', async () => {
    const id = await connector('limited', { rateLimit: { limit: 60, window: '1m', burst: 3 } });
    await enqueue(id, ...numbered(8));
    await settled(id, { delivered: 3, ready: 5 });
    await lookedAt(id);
    pass(2 * SECOND, id);
    const deliveries = await settled(id, { delivered: 5, ready: 3 });
    expect(deliveries.filter(({ state }) => state === 'ready').map(({ attempt }) => attempt)).toEqual([
      0, 0, 0,
    ]);
    pass(60 * SECOND, id);
    await settled(id, { delivered: 8 });
    expect(sentTo('limited').sort()).toEqual(numbered(8));
  });

  it('a remote that hangs, and one that wants nothing more, hold up nobody else', async () => {
    let release = () => {};
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    remotes.set('hangs', () => hanging);
    remotes.set('busy', () => {
      throw new ActionError('too many', { retry: new Date(now.getTime() + 90 * SECOND) });
    });
    const [hangs, busy, well] = [await connector('hangs'), await connector('busy'), await connector('well')];
    await enqueue(hangs, ...numbered(50));
    await enqueue(busy, ...numbered(50));
    await enqueue(well, ...numbered(50));
    await settled(well, { delivered: 50 });
    // As many as one connector may run at once.
    expect(sentTo('hangs')).toHaveLength(10);
    release();
    await settled(hangs, { delivered: 50 });
  });

  it('a connector runs no more at once than its settings say', async () => {
    let inFlight = 0;
    let most = 0;
    remotes.set('narrow', async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
    });
    const id = await connector('narrow', { concurrency: 2 });
    await enqueue(id, ...numbered(30));
    await settled(id, { delivered: 30 });
    expect(most).toBe(2);
  });
});

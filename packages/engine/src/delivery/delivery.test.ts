import { ActionError, StreamedData } from '@patchbay/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotFoundError } from '../errors/index.ts';
import type { DeliveryState } from '../store/index.ts';
import { noteType, type TestEngine, testEngine } from '../testing/index.ts';
import type { NewDelivery } from './delivery.ts';

const MINUTE = 60_000;

describe('delivery', () => {
  let now: Date;
  let engine: TestEngine;
  let connectorId: string;
  /** What the next attempts come to; then all is well. */
  let outcomes: (unknown | (() => unknown))[];
  let sent: string[];
  /** As the runs were told. */
  let deliveryIds: (string | undefined)[];

  const note = noteType({
    async execute({ params, deliveryId }) {
      sent.push(params.message);
      deliveryIds.push(deliveryId);
      const outcome = outcomes.shift();
      if (outcome instanceof Error) throw outcome;
      return typeof outcome === 'function' ? outcome() : outcome;
    },
  });

  async function start(settings: Record<string, unknown> = {}): Promise<void> {
    engine = await testEngine({ types: [note], settings, now: () => now, random: () => 0.5 });
    const connector = await engine.catalog.create('default', {
      id: undefined,
      typeId: '.note',
      name: 'My note',
      config: { url: 'x' },
      secrets: { token: 't' },
    });
    connectorId = connector.id;
    await engine.worker.start();
  }

  beforeEach(async () => {
    now = new Date('2026-01-01T00:00:00.000Z');
    outcomes = [];
    sent = [];
    deliveryIds = [];
    await start();
  });
  afterEach(async () => {
    await engine.worker.stop();
    await engine[Symbol.asyncDispose]();
  });

  const item = (facts: Partial<NewDelivery> = {}): NewDelivery => ({
    spaceId: 'default',
    connectorId,
    params: { message: 'hello' },
    source: { kind: 'http_request', user: { name: 'elastic', id: 'u1' } },
    ...facts,
  });
  const enqueue = async (facts: Partial<NewDelivery> = {}) => {
    const [one] = await engine.delivery.enqueue([item(facts)]);
    if (one === undefined) throw new Error('nothing was enqueued');
    return one.id;
  };
  const reaches = (id: string, state: DeliveryState) =>
    vi.waitFor(async () => {
      const delivery = await engine.delivery.get('default', id);
      expect(delivery.state).toBe(state);
      return delivery;
    });
  /** Until it has been tried so often and waits for the next time. */
  const waits = (id: string, attempts: number) =>
    vi.waitFor(async () => {
      const delivery = await engine.delivery.get('default', id);
      expect(delivery).toMatchObject({ state: 'ready', attempt: attempts });
      return delivery;
    });
  const turnTo = (time: string | Date) => {
    now = new Date(time);
    engine.worker.wake(connectorId);
  };

  it('delivers what was enqueued, and says so', async () => {
    const id = await enqueue();
    const delivery = await reaches(id, 'delivered');
    expect(sent).toEqual(['hello']);
    expect(delivery.attempts).toEqual([
      {
        number: 1,
        startedAt: now.toISOString(),
        endedAt: now.toISOString(),
        outcome: 'delivered',
        executionUuid: expect.any(String),
        reason: null,
        nextTryAt: null,
      },
    ]);
    expect(await engine.delivery.paramsOf(delivery)).toEqual({ message: 'hello' });
    expect(await engine.delivery.pending()).toBe(0);
  });

  it('tells of each attempt in the event log, which delivery and which attempt', async () => {
    outcomes = [new ActionError('no', { retry: true })];
    const id = await enqueue();
    await waits(id, 1);
    const documents = await engine.documents();
    expect(documents.map((document) => (document.event as { action: string }).action)).toEqual([
      'execute-start',
      'execute',
    ]);
    expect(documents[1]).toMatchObject({
      error: { message: 'no; retry: true' },
      user: { name: 'elastic', id: 'u1' },
      kibana: {
        task: { scheduled: now.toISOString(), schedule_delay: 0 },
        patchbay: { delivery: { id, attempt: 1 } },
        action: { execution: { source: 'http_request' } },
      },
    });
  });

  it('keeps params sealed on the disk', async () => {
    const id = await enqueue({ params: { message: 'a secret word' }, runAt: new Date('2027-01-01') });
    expect(await engine.store.deliveries.params(id)).not.toContain('secret word');
    expect(await engine.store.deliveries.params(id)).toMatch(/\S{20,}/);
  });

  it("waits as the reference does, and gives up after the reference's three attempts", async () => {
    outcomes = Array.from({ length: 3 }, () => new ActionError('no', { retry: true }));
    const id = await enqueue();
    expect((await waits(id, 1)).dueAt).toBe('2026-01-01T00:00:30.000Z');
    turnTo('2026-01-01T00:00:30.000Z');
    // Half of five minutes, with this random number.
    expect((await waits(id, 2)).dueAt).toBe('2026-01-01T00:03:00.000Z');
    turnTo('2026-01-01T00:03:00.000Z');
    const dead = await reaches(id, 'dead');
    expect(dead.attempts.map(({ outcome, reason, nextTryAt }) => [outcome, reason, nextTryAt])).toEqual([
      ['failed', 'no', '2026-01-01T00:00:30.000Z'],
      ['failed', 'no', '2026-01-01T00:03:00.000Z'],
      ['failed', 'no (failed 3 times)', null],
    ]);
    expect(dead.reason).toBe('no (failed 3 times)');
    expect(sent).toHaveLength(3);
  });

  it('tells every attempt the id of the delivery, and a run that somebody waits for none', async () => {
    outcomes = [new ActionError('no', { retry: new Date('2026-01-01T00:01:00.000Z') })];
    const id = await enqueue();
    await waits(id, 1);
    turnTo('2026-01-01T00:01:00.000Z');
    await reaches(id, 'delivered');
    const { signal } = new AbortController();
    await engine.execution.run({ ...item(), signal });
    expect(deliveryIds).toEqual([id, id, undefined]);
  });

  it('tries again at the time that the type says, and not at all when it says no', async () => {
    outcomes = [
      new ActionError('later', { retry: new Date('2026-01-01T00:01:30.000Z') }),
      new ActionError('never', { retry: false }),
    ];
    const id = await enqueue();
    expect((await waits(id, 1)).dueAt).toBe('2026-01-01T00:01:30.000Z');
    turnTo('2026-01-01T00:01:30.000Z');
    expect((await reaches(id, 'dead')).reason).toBe('never (not worth another try)');
  });

  it('takes no verdict for another try', async () => {
    outcomes = [new ActionError('hm')];
    expect((await waits(await enqueue(), 1)).dueAt).toBe('2026-01-01T00:00:30.000Z');
  });

  it('counts the age of one that is for later from when it is to run', async () => {
    outcomes = [new ActionError('no', { retry: true })];
    const id = await enqueue({ runAt: new Date('2026-01-03T00:00:00.000Z') });
    turnTo('2026-01-03T00:00:00.000Z');
    expect((await waits(id, 1)).dueAt).toBe('2026-01-03T00:00:30.000Z');
  });

  it('gives up what would come too late', async () => {
    outcomes = [new ActionError('later', { retry: new Date('2026-01-03T00:00:00.000Z') })];
    expect((await reaches(await enqueue(), 'dead')).reason).toBe(
      'later (the next try would come after its time)',
    );
  });

  it('tells of a run that was refused, and tries invalid params again as the reference does', async () => {
    await engine.delivery.enqueueWhatFits([item({ params: { message: 1 } })]);
    const { deliveries } = await engine.delivery.find({ spaceId: 'default' }, { page: 1, perPage: 10 });
    const delivery = await waits(deliveries[0]?.id ?? '', 1);
    expect(delivery.attempts[0]).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('error validating action params'),
    });
    expect(await engine.documents()).toHaveLength(2);
  });

  it('tells of a connector that is gone', async () => {
    const id = await enqueue({ runAt: new Date(now.getTime() + MINUTE) });
    await engine.catalog.delete('default', connectorId);
    turnTo(new Date(now.getTime() + MINUTE));
    const delivery = await waits(id, 1);
    const reason = `Saved object [action/${connectorId}] not found`;
    expect(delivery.attempts[0]).toMatchObject({ outcome: 'refused', reason });
    expect((await engine.documents()).at(-1)).toMatchObject({ error: { message: `${reason}; retry: true` } });
  });

  it('reads an answer that is passed on to its end', async () => {
    let wasRead = false;
    outcomes = [
      () => {
        async function* body() {
          yield Buffer.from('a');
          wasRead = true;
        }
        return new StreamedData(body(), 'text/plain');
      },
    ];
    await reaches(await enqueue(), 'delivered');
    expect(wasRead).toBe(true);
  });

  describe('enqueueing', () => {
    it('refuses the whole list when one of it could not begin, and says which', async () => {
      const refused = engine.delivery.enqueue([item(), item({ params: {} })]);
      await expect(refused).rejects.toThrow(/^\[1\]: error validating action params/);
      await expect(engine.delivery.enqueue([item({ params: {} })])).rejects.toThrow(
        /^error validating action params/,
      );
      await expect(engine.delivery.enqueue([item({ connectorId: 'nobody' })])).rejects.toThrow(
        'Saved object [action/nobody] not found',
      );
      await expect(engine.delivery.enqueue([item(), item({ connectorId: 'nobody' })])).rejects.toThrow(
        new NotFoundError('[1]: Saved object [action/nobody] not found'),
      );
      expect(await engine.delivery.pending()).toBe(0);
    });

    it('holds when the transaction of its caller does, and only then', async () => {
      const enqueueIn = await engine.delivery.prepare([item()]);
      const failing = engine.store.transaction(async (tx) => {
        await enqueueIn(tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await engine.delivery.pending()).toBe(0);
      const [one] = await engine.store.transaction(enqueueIn);
      await reaches(one?.id ?? '', 'delivered');
      expect(sent).toEqual(['hello']);
    });

    it('makes one delivery of an idempotency key', async () => {
      const id = await enqueue({ idempotencyKey: 'k' });
      await reaches(id, 'delivered');
      expect(await engine.delivery.enqueue([item({ idempotencyKey: 'k' })])).toEqual([
        { id, state: 'delivered', isDuplicate: true },
      ]);
      expect(sent).toEqual(['hello']);
    });

    it('runs one that is for later when it is time', async () => {
      const id = await enqueue({ runAt: new Date('2026-01-01T01:00:00.000Z') });
      expect((await engine.delivery.get('default', id)).dueAt).toBe('2026-01-01T01:00:00.000Z');
      expect(sent).toEqual([]);
      turnTo('2026-01-01T01:00:00.000Z');
      await reaches(id, 'delivered');
    });
  });

  describe('a full queue', () => {
    beforeEach(async () => {
      await engine.worker.stop();
      await engine[Symbol.asyncDispose]();
      await start({ 'xpack.actions.queued.max': 2 });
    });
    const later = () => ({ runAt: new Date('2026-01-02T00:00:00.000Z') });

    it('refuses a list that it has no room for, all of it, and says when to try again', async () => {
      await enqueue(later());
      const refused = engine.delivery.enqueue([item(later()), item(later())]);
      await expect(refused).rejects.toMatchObject({ statusCode: 429, retryAfterSeconds: expect.any(Number) });
      expect(await engine.delivery.pending()).toBe(1);
    });

    it('refuses callers inside what is too much, from the end', async () => {
      const answer = await engine.delivery.enqueueWhatFits(
        ['a', 'b', 'c'].map((uuid) => item({ ...later(), uuid })),
      );
      expect(answer).toEqual({
        errors: true,
        items: [
          {
            id: connectorId,
            uuid: 'a',
            actionTypeId: '.note',
            response: 'success',
            deliveryId: expect.any(String),
          },
          {
            id: connectorId,
            uuid: 'b',
            actionTypeId: '.note',
            response: 'success',
            deliveryId: expect.any(String),
          },
          { id: connectorId, uuid: 'c', actionTypeId: '.note', response: 'queuedActionsLimitError' },
        ],
      });
    });
  });

  it('leaves out, for callers inside, a connector whose secrets are missing, with a warning', async () => {
    const record = await engine.store.connectors.get('default', connectorId);
    if (record === undefined) throw new Error('no connector');
    await engine.store.connectors.create({ ...record, id: 'bare', isMissingSecrets: true });
    expect(await engine.delivery.enqueueWhatFits([item({ connectorId: 'bare' })])).toEqual({
      errors: false,
      items: [],
    });
    expect(engine.logged.map(({ message }) => message)).toContain(
      'Unable to execute action because no secrets are defined for the "My note" connector.',
    );
    await expect(engine.delivery.enqueue([item({ connectorId: 'bare' })])).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('runs those of one order key one after the other, also when the first is tried again', async () => {
    outcomes = [new ActionError('no', { retry: true })];
    const first = await enqueue({ orderKey: 'k', params: { message: 'trigger' } });
    const second = await enqueue({ orderKey: 'k', params: { message: 'resolve' } });
    await waits(first, 1);
    await reaches(await enqueue({ params: { message: 'another' } }), 'delivered');
    expect(sent).toEqual(['trigger', 'another']);
    turnTo('2026-01-01T00:00:30.000Z');
    await reaches(second, 'delivered');
    expect(sent).toEqual(['trigger', 'another', 'trigger', 'resolve']);
  });

  describe('by hand', () => {
    it('cancels one that was not run yet, and none that was', async () => {
      const id = await enqueue({ runAt: new Date('2026-01-02T00:00:00.000Z') });
      expect(await engine.delivery.cancel('default', id)).toMatchObject({ state: 'cancelled' });
      await expect(engine.delivery.cancel('default', id)).rejects.toThrow(
        `Delivery [${id}] is cancelled and cannot be cancelled`,
      );
      await expect(engine.delivery.cancel('other', id)).rejects.toThrow(`Delivery [${id}] not found`);
    });

    it('replays a dead one: it has all its attempts again', async () => {
      outcomes = [new ActionError('no', { retry: false }), new ActionError('no', { retry: true })];
      const id = await enqueue();
      await reaches(id, 'dead');
      await engine.delivery.replay('default', id);
      expect((await waits(id, 2)).dueAt).toBe('2026-01-01T00:00:30.000Z');
      turnTo('2026-01-01T00:00:30.000Z');
      const delivery = await reaches(id, 'delivered');
      expect(delivery.attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
    });

    it('replays a delivered one as another, with the same params', async () => {
      const id = await enqueue({ params: { message: 'again' } });
      await reaches(id, 'delivered');
      const again = await engine.delivery.replay('default', id);
      expect(again).toMatchObject({ origin: { kind: 'replay', deliveryId: id } });
      await reaches(again.id, 'delivered');
      expect(sent).toEqual(['again', 'again']);
    });

    it('discards dead ones that match, and leaves the others', async () => {
      outcomes = [new ActionError('no', { retry: false }), new ActionError('no', { retry: false })];
      const dead = [await enqueue(), await enqueue()];
      for (const id of dead) await reaches(id, 'dead');
      const fine = await enqueue();
      await reaches(fine, 'delivered');
      expect(await engine.delivery.changeAll('discard', { spaceId: 'default' })).toBe(2);
      await reaches(dead[0] ?? '', 'discarded');
      await reaches(fine, 'delivered');
    });
  });

  it('runs no more of a connector at once than may be', async () => {
    await engine.worker.stop();
    await engine[Symbol.asyncDispose]();
    await start({ 'patchbay.delivery.connectorConcurrency': 3 });
    let running = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    outcomes = Array.from({ length: 10 }, () => async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running--;
    });
    await engine.delivery.enqueue(Array.from({ length: 10 }, () => item()));
    for (let left = 10; left > 0; left--) {
      await vi.waitFor(() => expect(ends.length).toBeGreaterThan(0));
      ends.shift()?.();
    }
    await vi.waitFor(async () => expect(await engine.delivery.pending()).toBe(0));
    expect(most).toBe(3);
  });

  it('takes over what a process left behind that died, and does not count that attempt', async () => {
    await engine.store.deliveries.keepAlive('gone', '2026-01-01T00:00:10.000Z');
    await engine.worker.stop();
    const id = await enqueue();
    await engine.store.deliveries.claim(connectorId, 'gone', 1, now.toISOString());
    const second = await testEngine({ types: [note], now: () => now, store: engine.store });
    try {
      now = new Date('2026-01-01T00:00:11.000Z');
      await second.worker.start();
      const delivery = await reaches(id, 'delivered');
      expect(delivery.attempts).toMatchObject([
        { number: 1, outcome: 'lost', reason: 'the process that ran it has ended' },
        { number: 2, outcome: 'delivered' },
      ]);
      expect(delivery.uncounted).toBe(1);
      expect(
        (await second.documents()).map((document) => (document.event as { outcome?: string }).outcome),
      ).toEqual(['failure', undefined, 'success']);
    } finally {
      await second.worker.stop();
      await second[Symbol.asyncDispose]();
    }
  });
});

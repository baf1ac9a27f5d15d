import { ActionError } from '@patchbay/kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noteType } from '../testing/index.ts';
import { describeOnPostgres, type EnginesOnPostgres, enginesOnPostgres } from '../testing/postgres/index.ts';

const describe = await describeOnPostgres();
const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 });

describe('two workers on one PostgreSQL', () => {
  let running: EnginesOnPostgres;
  let now: Date;
  let sent: { by: number; at: number }[];
  let inFlight: number;
  let most: number;
  let remote: () => void;

  beforeEach(async () => {
    now = new Date('2026-01-01T00:00:00.000Z');
    [sent, inFlight, most] = [[], 0, 0];
    remote = () => {};
    const note = (by: number) =>
      noteType({
        async execute() {
          sent.push({ by, at: now.getTime() });
          most = Math.max(most, ++inFlight);
          await new Promise((resolve) => setTimeout(resolve, 5));
          inFlight--;
          remote();
        },
      });
    running = await enginesOnPostgres((by) => [note(by)], { now: () => now, random: () => 0.5 });
  });
  afterEach(() => running[Symbol.asyncDispose]());

  async function enqueue(count: number, delivery: object): Promise<string> {
    const [engine] = running.engines;
    const { id: connectorId } = await engine.catalog.create('default', {
      id: undefined,
      typeId: '.note',
      name: 'note',
      config: { url: 'x' },
      secrets: { token: 't' },
    });
    await engine.catalog.putSettings('default', connectorId, { delivery, secrets: {} });
    await engine.delivery.enqueue(
      Array.from({ length: count }, (_, n) => ({
        spaceId: 'default',
        connectorId,
        params: { message: `${n}` },
        source: { kind: 'http_request' as const },
      })),
    );
    return connectorId;
  }
  const wakeAll = (connectorId: string) => {
    for (const { worker } of running.engines) worker.wake(connectorId);
  };
  const pending = async () => running.engines[0].delivery.pending();
  const lane = async (connectorId: string) => running.engines[0].store.lanes.get(connectorId);

  it('run no more of a connector at once than its settings say, together', async () => {
    const id = await enqueue(60, { concurrency: 3 });
    const waking = setInterval(() => wakeAll(id), 20);
    await soon(async () => expect(await pending()).toBe(0)).finally(() => clearInterval(waking));
    expect(most).toBeLessThanOrEqual(3);
    expect(sent).toHaveLength(60);
  });

  it('send no more of a connector than its rate limit lets go, together', async () => {
    const id = await enqueue(40, { rateLimit: { limit: 600, window: '1m', burst: 5 } });
    const waking = setInterval(() => {
      now = new Date(now.getTime() + 100);
      wakeAll(id);
    }, 20);
    await soon(async () => expect(await pending()).toBe(0)).finally(() => clearInterval(waking));
    expect(sent).toHaveLength(40);
    for (const { at } of sent) {
      // Ten come in within a second; what was claimed may be begun a turn of the clock later.
      const within = sent.filter((one) => one.at >= at && one.at < at + 1000);
      expect(within.length).toBeLessThanOrEqual(10 + 5 + 5);
    }
  });

  it('leave a remote alone that either has found to be gone, and send one to see', async () => {
    remote = () => {
      throw new ActionError('down', { retry: true });
    };
    const id = await enqueue(40, { concurrency: 2, retry: { maxAttempts: 50 } });
    wakeAll(id);
    await soon(async () => expect((await lane(id))?.state).toBe('open'));
    await soon(() => expect(inFlight).toBe(0));
    const before = sent.length;
    expect(before).toBeLessThan(12);
    now = new Date(now.getTime() + 30_000);
    wakeAll(id);
    await soon(async () => expect(await lane(id)).toMatchObject({ state: 'open', cooldownMs: 120_000 }));
    wakeAll(id);
    expect(sent).toHaveLength(before + 1);
    remote = () => {};
    now = new Date(now.getTime() + 3_600_000);
    const waking = setInterval(() => wakeAll(id), 20);
    await soon(async () => expect(await pending()).toBe(0)).finally(() => clearInterval(waking));
    expect(await lane(id)).toBeUndefined();
  });
});

import { ActionError } from '@patchbay/kit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { noteType } from '../testing/index.ts';
import { describeOnPostgres, type EnginesOnPostgres, enginesOnPostgres } from '../testing/postgres/index.ts';

const describe = await describeOnPostgres();

describe('workers on one PostgreSQL that all see a connector fail', () => {
  let running: EnginesOnPostgres;
  let isBroken = true;
  /** Which worker ran something that failed. */
  const failedBy = new Set<number>();
  const told: string[] = [];

  beforeAll(async () => {
    const note = (by: number) =>
      noteType({
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
    const settings = { 'patchbay.delivery.connectorConcurrency': 4 };
    running = await enginesOnPostgres((by) => [note(by)], { settings });
  });
  afterAll(() => running[Symbol.asyncDispose]());

  it('tell of it once, and once that it works again', async () => {
    const [engine] = running.engines;
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

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { noteType } from '../testing/index.ts';
import { describeOnPostgres, type EnginesOnPostgres, enginesOnPostgres } from '../testing/postgres/index.ts';

const describe = await describeOnPostgres();

describe('workers on one PostgreSQL', () => {
  let running: EnginesOnPostgres;
  /** Which worker ran which message. */
  let ran: { by: number; message: string }[];

  beforeAll(async () => {
    ran = [];
    const note = (by: number) =>
      noteType({
        async execute({ params }) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          ran.push({ by, message: params.message });
        },
      });
    const settings = { 'patchbay.delivery.connectorConcurrency': 4 };
    running = await enginesOnPostgres((by) => [note(by)], { settings });
  });
  afterAll(() => running[Symbol.asyncDispose]());

  it('share what one of them has more of than it can run, and run each delivery once', async () => {
    const [engine] = running.engines;
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

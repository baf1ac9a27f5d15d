import { ActionError } from '@patchbay/kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { loadSettings } from '../config/index.ts';
import type { DeliveryState } from '../store/index.ts';
import { type LogLine, logLines, noteType, type TestEngine, testEngine } from '../testing/index.ts';
import { createRetention, type Retention } from './retention.ts';

const DAY = 24 * 60 * 60_000;
const { signal } = new AbortController();

let now: Date;
let engine: TestEngine;
let connectorId: string;
let retention: Retention;
let logged: LogLine[];
let failure: Error | undefined;

beforeEach(async () => {
  now = new Date('2026-01-01T00:00:00.000Z');
  failure = undefined;
  const note = noteType({
    async execute() {
      if (failure !== undefined) throw failure;
    },
  });
  engine = await testEngine({ types: [note], now: () => now });
  const connector = {
    id: undefined,
    typeId: '.note',
    name: 'Note',
    config: { url: 'x' },
    secrets: { token: 't' },
  };
  connectorId = (await engine.catalog.create('default', connector)).id;
  await engine.worker.start();
  const { settings } = loadSettings({ files: [], environment: {}, overrides: {} });
  const { lines, logger } = logLines();
  logged = lines;
  retention = createRetention({
    store: engine.store.deliveries,
    settings,
    log: logger('delivery'),
    now: () => now,
  });
});
afterEach(async () => {
  await engine.worker.stop();
  await engine[Symbol.asyncDispose]();
});

async function ended(state: DeliveryState): Promise<string> {
  failure = state === 'dead' ? new ActionError('no', { retry: false }) : undefined;
  const item = {
    spaceId: 'default',
    connectorId,
    params: { message: 'x' },
    source: { kind: 'http_request' as const },
  };
  const [one] = await engine.delivery.enqueue([item]);
  const id = one?.id ?? '';
  await vi.waitFor(async () => expect((await engine.delivery.get('default', id)).state).toBe(state));
  return id;
}

const isKept = async (id: string) => (await engine.store.deliveries.get('default', id)) !== undefined;
const hasParams = async (id: string) => (await engine.store.deliveries.params(id)) !== undefined;

async function after(days: number): Promise<void> {
  now = new Date(Date.parse('2026-01-01') + days * DAY);
  await retention.sweep(signal);
}

it('keeps what is delivered for 30 days, its params for 7', async () => {
  const id = await ended('delivered');
  await after(6.9);
  expect([await isKept(id), await hasParams(id)]).toEqual([true, true]);
  await after(7.1);
  expect([await isKept(id), await hasParams(id)]).toEqual([true, false]);
  await expect(engine.delivery.replay('default', id)).rejects.toThrow('its params are no longer kept');
  await after(30.1);
  expect(await isKept(id)).toBe(false);
  expect(logged.filter(({ level }) => level === 'warn')).toEqual([]);
});

it('keeps what is dead for 90 days, so that it can be replayed, and says what goes then', async () => {
  const id = await ended('dead');
  await after(89.9);
  expect([await isKept(id), await hasParams(id)]).toEqual([true, true]);
  await after(90.1);
  expect(await isKept(id)).toBe(false);
  expect(logged).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('removed 1 dead deliveries') }),
  );
});

it('leaves one as it is that is replayed without its params', async () => {
  const id = await ended('dead');
  await engine.delivery.discard('default', id);
  await after(7.1);
  await expect(engine.delivery.replay('default', id)).rejects.toThrow('its params are no longer kept');
  expect(await engine.delivery.changeAll('replay', { spaceId: 'default' })).toBe(0);
  expect((await engine.delivery.get('default', id)).state).toBe('discarded');
});

it('counts from when a dead one is discarded', async () => {
  const id = await ended('dead');
  await after(60);
  await engine.delivery.discard('default', id);
  await after(66.9);
  expect([await isKept(id), await hasParams(id)]).toEqual([true, true]);
  await after(67.1);
  expect([await isKept(id), await hasParams(id)]).toEqual([true, false]);
  await after(90.1);
  expect(await isKept(id)).toBe(false);
});

it('goes through more than one batch, and looks at none twice', async () => {
  const item = {
    spaceId: 'default',
    connectorId,
    params: { message: 'x' },
    source: { kind: 'http_request' as const },
  };
  await engine.worker.stop();
  await engine.delivery.enqueue(
    Array.from({ length: 450 }, () => ({ ...item, runAt: new Date('2027-01-01') })),
  );
  await engine.delivery.changeAll('cancel', { spaceId: 'default' });
  const prune = vi.spyOn(engine.store.deliveries, 'prune');
  await after(31);
  const { total } = await engine.delivery.find({ spaceId: 'default' }, { page: 1, perPage: 1 });
  expect(total).toBe(0);
  // Three batches and the end, and a look at the dead.
  expect(prune).toHaveBeenCalledTimes(5);
});

it('stops when it is told to', async () => {
  const id = await ended('delivered');
  now = new Date('2027-01-01');
  await retention.sweep(AbortSignal.abort());
  expect(await isKept(id)).toBe(true);
});

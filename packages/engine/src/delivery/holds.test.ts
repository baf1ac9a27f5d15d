import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LaneRecord } from '../store/index.ts';
import { type TestEngine, testEngine } from '../testing/index.ts';
import { readHolds } from './holds.ts';

const NOW = new Date('2026-01-01T12:00:00.000Z');
const LATER = '2026-01-01T12:01:00.000Z';

let engine: TestEngine;
beforeEach(async () => {
  engine = await testEngine({ types: [] });
});
afterEach(() => engine[Symbol.asyncDispose]());

const read = (isEnabled = true, hosts: string[] = []) =>
  readHolds({
    store: engine.store,
    catalog: engine.catalog,
    settings: {
      'patchbay.delivery.connectorConcurrency': 10,
      'patchbay.delivery.maxAge': 86_400_000,
      'patchbay.delivery.breaker.enabled': isEnabled,
      'patchbay.delivery.breaker.failures': 5,
      'patchbay.delivery.breaker.cooldown': 30_000,
      'patchbay.delivery.breaker.maxCooldown': 600_000,
      'patchbay.delivery.hostLimits': { 'Hooks.example': { limit: 1, window: 60_000 } },
    },
    now: () => NOW,
  })('c1', hosts);

const lane = (facts: Partial<LaneRecord>) =>
  engine.store.lanes.change('c1', () => ({
    after: {
      connectorId: 'c1',
      state: 'closed',
      since: LATER,
      until: null,
      failures: 0,
      failingSince: null,
      cooldownMs: 1,
      pausedUntil: null,
      ...facts,
    },
    result: undefined,
  }));

it.each<[string, Partial<LaneRecord>, object[]]>([
  ['paused by its remote', { pausedUntil: LATER }, [{ kind: 'paused', until: LATER }]],
  ['paused no longer', { pausedUntil: NOW.toISOString() }, []],
  ['open', { state: 'open', until: LATER }, [{ kind: 'breaker_open', until: LATER }]],
  ['open, and to be tried', { state: 'open', until: NOW.toISOString() }, []],
  ['probing', { state: 'probing', until: LATER }, [{ kind: 'breaker_probing', until: LATER }]],
  [
    'open and paused',
    { state: 'open', until: NOW.toISOString(), pausedUntil: LATER },
    [{ kind: 'paused', until: LATER }],
  ],
])('a lane that is %s', async (_, facts, holds) => {
  await lane(facts);
  expect((await read()).holds).toEqual(holds);
});

it('a breaker that is turned off holds nothing back', async () => {
  await lane({ state: 'open', until: LATER });
  expect(await read(false)).toMatchObject({ breaker: 'disabled', holds: [] });
});

it('a host whose tokens are used up holds back those that go there, and looking takes none', async () => {
  expect((await read(true, ['hooks.example'])).holds).toEqual([]);
  const empty = { tokens: 0, refilledAt: NOW.getTime() };
  await engine.store.buckets.change('host hooks.example', () => ({ after: empty, result: undefined }));
  for (let n = 0; n < 2; n++)
    expect((await read(true, ['hooks.example', 'other.example'])).holds).toEqual([
      { kind: 'host_rate_limited', until: LATER, host: 'hooks.example' },
    ]);
  expect((await read()).holds).toEqual([]);
});

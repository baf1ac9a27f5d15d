import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LaneRecord } from './lane-port.ts';
import type { StoreUnderTest } from './port-suite.ts';
import type { Store } from './ports.ts';

const T0 = '2026-01-01T00:00:00.000Z';

/** What every driver must do for the health of lanes and for buckets of tokens. */
export function lanePortSuite(driver: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the lane port on ${driver}`, () => {
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.remove());

    const lane = (facts: Partial<LaneRecord> = {}): LaneRecord => ({
      connectorId: 'c1',
      state: 'closed',
      since: T0,
      until: null,
      failures: 1,
      failingSince: T0,
      cooldownMs: 30_000,
      pausedUntil: null,
      ...facts,
    });
    const put = (record: LaneRecord) =>
      store.lanes.change(record.connectorId, () => ({ after: record, result: undefined }));
    const fail = (connectorId = 'c1', on: Pick<Store, 'lanes'> = store) =>
      on.lanes.change(connectorId, (before) => {
        const failures = (before?.failures ?? 0) + 1;
        return { after: lane({ connectorId, failures }), result: failures };
      });
    const take = (key: string, count = 1) =>
      store.buckets.change(key, (bucket) => {
        const tokens = (bucket?.tokens ?? 0) - count;
        return { after: { tokens, refilledAt: 1_767_225_600_123 }, result: tokens };
      });

    it('keeps a lane as it was made, until it is made well', async () => {
      expect(await store.lanes.get('c1')).toBeUndefined();
      const open = lane({ state: 'open', until: T0, pausedUntil: T0, cooldownMs: 2 ** 40 });
      await put(open);
      await put(lane({ connectorId: 'c2' }));
      expect(await store.lanes.get('c1')).toEqual(open);
      expect(await store.lanes.list(['c1', 'c2', 'c3'])).toEqual([open, lane({ connectorId: 'c2' })]);
      await store.lanes.change('c1', () => ({ after: undefined, result: undefined }));
      expect(await store.lanes.list(['c1'])).toEqual([]);
      expect(await store.lanes.list([])).toEqual([]);
    });

    it('lists those that hold deliveries back, up to a bound', async () => {
      await put(lane({ connectorId: 'failing' }));
      await put(lane({ connectorId: 'open', state: 'open', until: T0 }));
      await put(lane({ connectorId: 'paused', pausedUntil: T0 }));
      await put(lane({ connectorId: 'probing', state: 'probing', until: T0 }));
      const held = await store.lanes.held(10);
      expect(held.map(({ connectorId }) => connectorId)).toEqual(['open', 'paused', 'probing']);
      expect(await store.lanes.held(1)).toHaveLength(1);
    });

    it('loses no change of a lane that many make at once', async () => {
      const failures = await Promise.all(Array.from({ length: 20 }, () => fail()));
      expect(failures.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      expect((await store.lanes.get('c1'))?.failures).toBe(20);
    });

    it('changes a lane with the transaction, or not at all', async () => {
      const failing = store.transaction(async (tx) => {
        await fail('c1', tx);
        expect(await tx.lanes.list(['c1'])).toHaveLength(1);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.lanes.get('c1')).toBeUndefined();
      await store.transaction((tx) => fail('c1', tx));
      expect(await store.lanes.get('c1')).toEqual(lane());
    });

    it('gives no token of a bucket twice', async () => {
      await store.buckets.change('b', () => ({ after: { tokens: 10.25, refilledAt: 1 }, result: undefined }));
      const left = await Promise.all(Array.from({ length: 10 }, () => take('b')));
      expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, n) => n + 0.25));
      const found = await store.buckets.change('b', (bucket) => ({ after: undefined, result: bucket }));
      expect(found).toEqual({ tokens: 0.25, refilledAt: 1_767_225_600_123 });
      expect(await take('b')).toBe(-1);
      expect(await take('another')).toBe(-1);
    });

    it('forgets what a connector that is deleted has left', async () => {
      await store.spaces.create({ id: 'default', reserved: false, attributes: {} });
      await store.connectors.create({
        id: 'c1',
        spaceId: 'default',
        typeId: '.webhook',
        name: 'one',
        config: {},
        secrets: '',
        isMissingSecrets: false,
        authMode: 'shared',
        version: 1,
        createdAt: T0,
        updatedAt: T0,
      });
      for (const connectorId of ['c1', 'c2']) {
        await put(lane({ connectorId }));
        await take(`connector ${connectorId}`);
      }
      await store.connectors.delete('default', 'c1');
      expect(await store.lanes.list(['c1', 'c2'])).toEqual([lane({ connectorId: 'c2' })]);
      expect(await take('connector c1')).toBe(-1);
      expect(await take('connector c2')).toBe(-2);
    });
  });
}

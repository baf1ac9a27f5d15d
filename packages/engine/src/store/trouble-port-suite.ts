import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreUnderTest } from './port-suite.ts';
import type { Store } from './ports.ts';
import type { TroubleRecord } from './trouble-port.ts';

const T0 = '2026-01-01T00:00:00.000Z';
const T1 = '2026-01-01T00:00:01.000Z';

/** What every driver must do for what has been told of connectors. */
export function troublePortSuite(driver: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the trouble port on ${driver}`, () => {
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.spaces.create({ id: 'default', reserved: false, attributes: {} });
    });
    afterEach(() => opened.remove());

    const trouble = (connectorId: string, facts: Partial<TroubleRecord> = {}): TroubleRecord => ({
      connectorId,
      kind: 'failing',
      since: T0,
      ...facts,
    });
    const put = (record: TroubleRecord, on: Pick<Store, 'troubles'> = store) =>
      on.troubles.change(record.connectorId, (before) => ({ after: record, result: before }));
    const listed = () => store.troubles.list(['c1', 'c2']);
    const saveSettings = (secrets: string, settings: Record<string, unknown>) =>
      store.connectorSettings.put('default', { connectorId: 'c1', settings, secrets });

    it('keeps one as it was made, until the connector is well', async () => {
      expect(await put(trouble('c1'))).toBeUndefined();
      expect(await put(trouble('c1', { kind: 'breaker_open', since: T1 }))).toEqual(trouble('c1'));
      await put(trouble('c2'));
      await put(trouble('c3'));
      expect(await listed()).toEqual([trouble('c1', { kind: 'breaker_open', since: T1 }), trouble('c2')]);
      await store.troubles.change('c1', () => ({ after: undefined, result: undefined }));
      expect(await listed()).toEqual([trouble('c2')]);
      expect(await store.troubles.list([])).toEqual([]);
    });

    it('has one first of many that make it at once', async () => {
      const before = await Promise.all(Array.from({ length: 20 }, () => put(trouble('c1'))));
      expect(before.filter((one) => one === undefined)).toHaveLength(1);
    });

    it('takes back what a transaction did that came to nothing', async () => {
      const work = store.transaction(async (tx) => {
        await put(trouble('c1'), tx);
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await listed()).toEqual([]);
    });

    it('forgets it when the settings of the connector change or go, and not when they are sealed anew', async () => {
      await store.connectors.create({
        spaceId: 'default',
        id: 'c1',
        typeId: '.webhook',
        name: 'c1',
        config: {},
        secrets: '',
        isMissingSecrets: false,
        authMode: 'shared',
        version: 1,
        createdAt: T0,
        updatedAt: T0,
      });
      await saveSettings('sealed', { a: 1 });
      await put(trouble('c1'));
      await put(trouble('c2'));
      await store.connectorSettings.reseal([{ id: 'c1', before: 'sealed', after: 'sealed anew' }]);
      expect(await listed()).toHaveLength(2);
      await saveSettings('sealed', { a: 2 });
      expect(await listed()).toEqual([trouble('c2')]);
      await put(trouble('c1'));
      await store.connectors.delete('default', 'c1');
      expect(await listed()).toEqual([trouble('c2')]);
    });
  });
}

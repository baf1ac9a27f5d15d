import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorAccess } from './connector-access-port.ts';
import type { StoreUnderTest } from './port-suite.ts';
import type { Store } from './ports.ts';

const T0 = '2026-01-01T00:00:00.000Z';

const access: ConnectorAccess = {
  owner: 'u_1',
  mode: 'private',
  entries: [{ id: 'u_2', addedAt: T0 }],
  use: { users: ['ada'], roles: [] },
  edit: null,
};

/** What every driver must do for who may do what with a connector. */
export function connectorAccessPortSuite(driver: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the connector access port on ${driver}`, () => {
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      for (const id of ['default', 'other'])
        await store.spaces.create({ id, reserved: false, attributes: {} });
      await create('c1');
      await create('c2', 'other');
    });
    afterEach(() => opened.remove());

    const create = (id: string, spaceId = 'default') =>
      store.connectors.create({
        spaceId,
        id,
        typeId: '.webhook',
        name: id,
        config: {},
        secrets: '',
        isMissingSecrets: false,
        authMode: 'shared',
        version: 1,
        createdAt: T0,
        updatedAt: T0,
      });
    const put = (spaceId: string, id: string, after = access) =>
      store.connectorAccess.change(spaceId, id, () => after);

    it('keeps what it was changed to, for connectors of the space', async () => {
      expect(await store.connectorAccess.get('c1')).toBeUndefined();
      expect(await put('default', 'c1')).toEqual(access);
      expect(await put('other', 'c1')).toBeUndefined();
      expect(await put('default', 'nothing')).toBeUndefined();
      const { connectorAccess } = await opened.reopen();
      expect(await connectorAccess.get('c1')).toEqual(access);
      const open = { owner: null, mode: 'public', entries: [], use: null, edit: null } as const;
      await connectorAccess.change('default', 'c1', (before) => {
        expect(before).toEqual(access);
        return { ...open, entries: [] };
      });
      expect(await connectorAccess.get('c1')).toEqual(open);
    });

    it('lists it by connector, of one space', async () => {
      await create('c3');
      await put('default', 'c1');
      await put('other', 'c2');
      expect(await store.connectorAccess.list('default')).toEqual(new Map([['c1', access]]));
    });

    it('loses none of the changes that are made at once', async () => {
      const add = (id: string) =>
        store.connectorAccess.change('default', 'c1', (before) => ({
          ...(before ?? access),
          entries: [...(before?.entries ?? []), { id, addedAt: T0 }],
        }));
      await Promise.all(Array.from({ length: 10 }, (_, n) => add(`u_${n}`)));
      expect((await store.connectorAccess.get('c1'))?.entries).toHaveLength(10);
    });

    it('changes nothing when the change is refused', async () => {
      await put('default', 'c1');
      const refused = store.connectorAccess.change('default', 'c1', () => {
        throw new Error('not yours');
      });
      await expect(refused).rejects.toThrow('not yours');
      expect(await store.connectorAccess.get('c1')).toEqual(access);
    });

    it('goes with its connector, and with its space', async () => {
      await put('default', 'c1');
      await put('other', 'c2');
      await store.connectors.delete('default', 'c1');
      await store.spaces.delete('other');
      await create('c1');
      expect(await store.connectorAccess.get('c1')).toBeUndefined();
      expect(await store.connectorAccess.get('c2')).toBeUndefined();
    });
  });
}

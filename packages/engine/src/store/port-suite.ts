import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { casePortSuite } from './case-port-suite.ts';
import type {
  ApiKeyRecord,
  ConnectorRecord,
  ConnectorTokenRecord,
  OAuthStateRecord,
  SpaceRecord,
  Store,
  StoreTransaction,
  UserRecord,
} from './ports.ts';
import { testEntry, testEvent } from './test-event.ts';

/** A store with nothing in it. */
export interface StoreUnderTest {
  store: Store;
  /** Closes the store and opens it again on the same data. */
  reopen(): Promise<Store>;
  /** Closes the store, if it is open, and removes its data. */
  remove(): Promise<void>;
}

/** What every driver must do. Run it from the driver's own test file. */
export function storePortSuite(driver: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the store port on ${driver}`, () => {
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.spaces.create(space('default'));
      await store.spaces.create(space('other'));
    });
    afterEach(() => opened.remove());

    casePortSuite(() => store);

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('rejects whatever is asked of it once it is closed', async () => {
      await store.close();
      await expect(store.ping()).rejects.toThrow();
      await expect(store.connectors.list('default')).rejects.toThrow();
      await expect(store.events.append([testEntry()])).rejects.toThrow();
    });

    it('still has everything after it was closed and opened again', async () => {
      await store.connectors.create(connector());
      await store.references.replace('default', rule('1'), [action('c1')]);
      await store.users.put(user());
      await store.roles.put({ name: 'ops', body: { kibana: [] } });
      await store.apiKeys.create(apiKey());
      await store.events.append([testEntry()]);
      await store.meta.set('uuid', '1');
      const again = await opened.reopen();
      expect(await again.spaces.list()).toHaveLength(2);
      expect(await again.connectors.get('default', 'c1')).toEqual(connector());
      expect(await again.references.countByTarget('default', 'action')).toEqual(new Map([['c1', 1]]));
      expect(await again.users.list()).toEqual([user()]);
      expect(await again.roles.list()).toEqual([{ name: 'ops', body: { kibana: [] } }]);
      expect(await again.apiKeys.get('k1')).toEqual(apiKey());
      expect(await again.events.find({})).toMatchObject([testEvent()]);
      expect(await again.meta.get('uuid')).toBe('1');
    });

    describe('transactions', () => {
      it('keep all that was done through them, and then tell who wants to know', async () => {
        const told: string[] = [];
        const given = await store.transaction(async (tx) => {
          tx.afterCommit(() => told.push('first'));
          tx.afterCommit(() => told.push('second'));
          await tx.connectors.create(connector());
          await tx.references.replace('default', rule('1'), [action('c1')]);
          await tx.roles.put({ name: 'ops', body: {} });
          await tx.events.append([testEntry()]);
          expect(await tx.connectors.get('default', 'c1')).toEqual(connector());
          expect(told).toEqual([]);
          return 7;
        });
        expect(given).toBe(7);
        expect(told).toEqual(['first', 'second']);
        expect(await store.connectors.get('default', 'c1')).toEqual(connector());
        expect(await store.references.countByTarget('default', 'action')).toEqual(new Map([['c1', 1]]));
        expect(await store.events.find({})).toMatchObject([testEvent()]);
      });

      it('keep nothing when their work fails, and tell nobody', async () => {
        let told = 0;
        const work = store.transaction(async (tx) => {
          tx.afterCommit(() => told++);
          await tx.connectors.create(connector());
          await tx.events.append([testEntry()]);
          throw new Error('after all not');
        });
        await expect(work).rejects.toThrow('after all not');
        expect(told).toBe(0);
        expect(await store.connectors.list('default')).toEqual([]);
        expect(await store.events.find({})).toEqual([]);
      });

      it.each<[string, (tx: StoreTransaction) => Promise<unknown>]>([
        ['a query', (tx) => tx.connectors.create(connector({ id: 'c2', spaceId: 'nowhere' }))],
        ['an event', (tx) => tx.events.append([testEntry({ action: null as unknown as string })])],
      ])('keep nothing when %s failed in them, even if their work goes on', async (_what, fail) => {
        let told = 0;
        const work = store.transaction(async (tx) => {
          tx.afterCommit(() => told++);
          await tx.connectors.create(connector());
          await fail(tx).catch(() => {});
        });
        await expect(work).rejects.toThrow();
        expect(told).toBe(0);
        expect(await store.connectors.list('default')).toEqual([]);
        await store.transaction((tx) => tx.meta.set('next', 'works'));
        expect(await store.meta.get('next')).toBe('works');
      });

      it('are not seen by others before they stand', async () => {
        const begun = Promise.withResolvers<void>();
        const go = Promise.withResolvers<void>();
        const work = store.transaction(async (tx) => {
          await tx.meta.set('name', 'new');
          begun.resolve();
          await go.promise;
        });
        await begun.promise;
        const seen = store.meta.get('name');
        // On one connection it is answered afterwards, on several before: either way it is whole.
        setImmediate(go.resolve);
        expect([undefined, 'new']).toContain(await seen);
        await work;
        expect(await store.meta.get('name')).toBe('new');
      });

      it('that do the same at once leave it done once', async () => {
        const created = await Promise.all(
          Array.from({ length: 8 }, () => store.transaction((tx) => tx.connectors.create(connector()))),
        );
        expect(created.filter(Boolean)).toHaveLength(1);
      });
    });

    describe('writes at the same moment', () => {
      const many = Array.from({ length: 8 }, (_, n) => String(n));

      it('of the references of one source leave those of one of them', async () => {
        await Promise.all(many.map((n) => store.references.replace('default', rule('1'), [action(n)])));
        expect([...(await store.references.countByTarget('default', 'action')).values()]).toEqual([1]);
      });

      it('of a role create it once', async () => {
        const created = await Promise.all(many.map((n) => store.roles.put({ name: 'ops', body: { n } })));
        expect(created.filter(Boolean)).toHaveLength(1);
      });

      it('of a user, a fact or settings leave one of them', async () => {
        await store.connectors.create(connector());
        await Promise.all(
          many.flatMap((n) => [
            store.users.put(user({ fullName: n })),
            store.meta.set('name', n),
            store.connectorSettings.put('default', { connectorId: 'c1', settings: { n }, secrets: n }),
          ]),
        );
        expect(await store.users.list()).toHaveLength(1);
        expect(many).toContain(await store.meta.get('name'));
        const settings = await store.connectorSettings.get('c1');
        expect(settings?.settings).toEqual({ n: settings?.secrets });
      });

      it('delete for exactly one of those who ask', async () => {
        await store.connectors.create(connector());
        await store.apiKeys.create(apiKey());
        const at = '2026-03-01T00:00:00.000Z';
        const deleted = await Promise.all(many.map(() => store.connectors.delete('default', 'c1')));
        const invalidated = await Promise.all(many.map(() => store.apiKeys.invalidate('k1', at)));
        expect([deleted, invalidated].map((all) => all.filter(Boolean).length)).toEqual([1, 1]);
      });

      it('leave no token of a version that has gone', async () => {
        for (let round = 0; round < 10; round++) {
          const id = `c${round}`;
          await store.connectors.create(connector({ id }));
          const token = { ...tokenOf(id), id };
          await Promise.all([
            store.connectors.update(connector({ id })),
            store.connectorTokens.put(token, 1),
            store.connectorTokens.put({ ...token, id: `${id}b` }, 1),
          ]);
          expect(await store.connectorTokens.get(id, null)).toBeUndefined();
        }
      });
    });

    describe('texts', () => {
      it('are kept whatever they hold, NUL characters too', async () => {
        const texts = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed());
        await fc.assert(
          fc.asyncProperty(texts, texts, async (name, value) => {
            await store.meta.set(name, value);
            expect(await store.meta.get(name)).toBe(value);
          }),
          {
            numRuns: 100,
            examples: [
              ['a\0b', '\0'],
              ['\uffff0', '\uffff\0\uffff1'],
              ['', '\\'],
            ],
          },
        );
      });

      it('are told apart by their case, and have the order of their bytes', async () => {
        const names = ['b', 'B', 'a', 'A', 'ä', 'Z', '_', '\u{1f600}', '\uff5e'];
        for (const name of names) await store.roles.put({ name, body: {} });
        const listed = (await store.roles.list()).map(({ name }) => name);
        expect(listed).toEqual(['A', 'B', 'Z', '_', 'a', 'b', 'ä', '\uff5e', '\u{1f600}']);
      });

      it('of one name in several cases are several users', async () => {
        await store.users.put(user({ username: 'Ann', profileUid: 'u_2' }));
        expect(await store.users.get('ann')).toBeUndefined();
      });
    });

    describe('connector tokens', () => {
      const token = (facts: Partial<ConnectorTokenRecord> = {}) => ({ ...tokenOf('c1'), ...facts });
      const { version } = connector();

      it('are kept for a connector as long as it is at the version they are for', async () => {
        expect(await store.connectorTokens.put(token(), 1)).toBe(false);
        await store.connectors.create(connector());
        expect(await store.connectorTokens.put(token(), version + 1)).toBe(false);
        expect(await store.connectorTokens.put(token(), version)).toBe(true);
        const later = '2026-01-02T00:00:00.000Z';
        const next = token({
          id: 't2',
          secrets: 'new',
          expiresAt: later,
          createdAt: later,
          updatedAt: later,
        });
        expect(await store.connectorTokens.put(next, version)).toBe(true);
        expect(await store.connectorTokens.get('c1', null)).toEqual(next);
        await store.connectors.update(connector());
        expect(await store.connectorTokens.get('c1', null)).toBeUndefined();
        expect(await store.connectorTokens.put(token(), version)).toBe(false);
      });

      it('are overwritten as long as they are the same ones', async () => {
        await store.connectors.create(connector());
        await store.connectorTokens.put(token(), version);
        const later = '2026-01-02T00:00:00.000Z';
        const change = {
          id: 't1',
          secrets: 'new',
          expiresAt: later,
          refreshTokenExpiresAt: null,
          updatedAt: later,
        };
        expect(await store.connectorTokens.update(change)).toBe(true);
        expect(await store.connectorTokens.get('c1', null)).toEqual(token(change));
        await store.connectorTokens.put(token({ id: 't2' }), version);
        expect(await store.connectorTokens.update(change)).toBe(false);
        await store.connectorTokens.delete('c1', null);
        expect(await store.connectorTokens.update({ ...change, id: 't2' })).toBe(false);
        expect(await store.connectorTokens.get('c1', null)).toBeUndefined();
      });

      it('go when they are deleted, with their connector and with its space', async () => {
        await store.connectors.create(connector({ spaceId: 'other' }));
        await store.connectorTokens.put(token(), version);
        await store.connectorTokens.delete('c1', null);
        expect(await store.connectorTokens.get('c1', null)).toBeUndefined();
        await store.connectorTokens.put(token(), version);
        await store.connectors.delete('other', 'c1');
        await store.connectors.create(connector({ spaceId: 'other' }));
        expect(await store.connectorTokens.get('c1', null)).toBeUndefined();
        await store.connectorTokens.put(token({ profileUid: 'u_1' }), version);
        await store.spaces.delete('other');
        expect(await store.connectorTokens.connectorsOf('u_1')).toEqual([]);
      });

      it('are each user’s own beside everybody’s, and go with their user', async () => {
        await store.connectors.create(connector());
        await store.users.put(user());
        const all = [null, 'u_1', 'u_2', 'es_1'].map((profileUid, n) => token({ id: `t${n}`, profileUid }));
        for (const each of all) await store.connectorTokens.put(each, version);
        for (const each of all) expect(await store.connectorTokens.get('c1', each.profileUid)).toEqual(each);
        expect(await store.connectorTokens.connectorsOf('u_1')).toEqual(['c1']);
        await store.connectorTokens.deleteOfFormerUsers();
        expect(await store.connectorTokens.get('c1', 'u_2')).toBeUndefined();
        expect(await store.connectorTokens.get('c1', 'es_1')).toEqual(all[3]);
        await store.connectorTokens.delete('c1', null);
        expect(await store.connectorTokens.get('c1', null)).toBeUndefined();
        expect(await store.connectorTokens.get('c1', 'u_1')).toEqual(all[1]);
      });

      it('are listed with what they are bound to, sealed anew unless changed meanwhile, or forgotten', async () => {
        await store.connectors.create(connector());
        for (const [id, secrets] of [
          ['t1', 'old.1'],
          ['t2', 'new.2'],
          ['t3', 'old.3'],
        ] as const)
          await store.connectorTokens.put(token({ id, profileUid: id, secrets }), version);
        const left = await store.connectorTokens.listSealedOtherwise('new.', '', 10);
        expect(left.map(({ id, spaceId, connectorVersion }) => [id, spaceId, connectorVersion])).toEqual([
          ['t1', 'default', version],
          ['t3', 'default', version],
        ]);
        expect(await store.connectorTokens.listSealedOtherwise('new.', 't1', 10)).toHaveLength(1);
        expect(await store.connectorTokens.listSealedOtherwise('new.', '', 1)).toHaveLength(1);
        await store.connectorTokens.reseal([
          { id: 't1', before: 'old.1', after: 'new.1' },
          { id: 't3', before: 'other', after: 'new.3' },
        ]);
        await store.connectorTokens.deleteSealedOtherwise('new.');
        expect((await store.connectorTokens.get('c1', 't1'))?.secrets).toBe('new.1');
        expect(await store.connectorTokens.get('c1', 't3')).toBeUndefined();
      });
    });

    describe('OAuth states', () => {
      const state = (facts: Partial<OAuthStateRecord> = {}): OAuthStateRecord => ({
        id: 's1',
        connectorId: 'c1',
        spaceId: 'default',
        createdBy: 'u_1',
        returnUrl: null,
        secrets: 'sealed',
        createdAt: '2026-01-01T00:00:00.000Z',
        expiresAt: '2026-01-01T00:10:00.000Z',
        ...facts,
      });

      it('are ended once, by one of those who try', async () => {
        await expect(store.oauthStates.create(state())).rejects.toThrow();
        await store.connectors.create(connector());
        await store.oauthStates.create(state({ returnUrl: 'https://a.example/' }));
        expect(await store.oauthStates.get('s1')).toEqual(state({ returnUrl: 'https://a.example/' }));
        expect(await store.oauthStates.get('s2')).toBeUndefined();
        const ended = await Promise.all([1, 2, 3].map(() => store.oauthStates.delete('s1')));
        expect(ended.filter(Boolean)).toHaveLength(1);
        expect(await store.oauthStates.get('s1')).toBeUndefined();
      });

      it('go with their connector, and when it is updated', async () => {
        await store.connectors.create(connector());
        await store.oauthStates.create(state());
        await store.connectors.update(connector());
        expect(await store.oauthStates.get('s1')).toBeUndefined();
        await store.oauthStates.create(state());
        await store.connectors.delete('default', 'c1');
        expect(await store.oauthStates.get('s1')).toBeUndefined();
      });

      it('are removed in portions once they have expired', async () => {
        await store.connectors.create(connector());
        for (const [id, minutes] of [
          ['s1', 10],
          ['s2', 10],
          ['s3', 10],
          ['s4', 11],
        ] as const)
          await store.oauthStates.create(state({ id, expiresAt: `2026-01-01T00:${minutes}:00.000Z` }));
        const removed = () => store.oauthStates.deleteExpired('2026-01-01T00:10:00.000Z', 2);
        expect(await removed()).toBe(2);
        expect(await removed()).toBe(1);
        expect(await removed()).toBe(0);
        expect(await store.oauthStates.get('s4')).toEqual(expect.anything());
      });
    });

    describe('connectors', () => {
      it('gives back what was created, in its space only', async () => {
        expect(await store.connectors.create(connector())).toBe(true);
        expect(await store.connectors.get('default', 'c1')).toEqual(connector());
        expect(await store.connectors.get('other', 'c1')).toBeUndefined();
        expect(await store.connectors.list('default')).toEqual([connector()]);
        expect(await store.connectors.list('other')).toEqual([]);
      });

      it.each(['default', 'other'])(
        'does not create an id that is taken, in the space %s either',
        async (spaceId) => {
          await store.connectors.create(connector());
          expect(await store.connectors.create(connector({ spaceId, name: 'second' }))).toBe(false);
          expect(await store.connectors.list('default')).toEqual([connector()]);
          expect(await store.connectors.list('other')).toEqual([]);
        },
      );

      it('keeps where a connector comes from and what it refers to', async () => {
        const imported = connector({ originId: 'old', references: [{ name: 'r', type: 'tag', id: 't1' }] });
        await store.connectors.create(imported);
        expect(await store.connectors.get('default', 'c1')).toEqual(imported);
        await store.connectors.update(connector());
        expect(await store.connectors.get('default', 'c1')).toEqual(connector({ version: 2 }));
      });

      it('tells the spaces of ids, however many are asked for', async () => {
        await store.connectors.create(connector());
        await store.connectors.create(connector({ id: 'c2', spaceId: 'other' }));
        const many = Array.from({ length: 2500 }, (_, n) => `x${n}`);
        expect(await store.connectors.spacesOf(['c1', ...many, 'c2'])).toEqual(
          new Map([
            ['c1', 'default'],
            ['c2', 'other'],
          ]),
        );
        expect(await store.connectors.spacesOf([])).toEqual(new Map());
      });

      it('lets one of several creations of an id win', async () => {
        const names = ['a', 'b', 'c', 'd'];
        const created = await Promise.all(names.map((name) => store.connectors.create(connector({ name }))));
        expect(created.filter(Boolean)).toHaveLength(1);
        expect(await store.connectors.list('default')).toHaveLength(1);
      });

      it('refuses a connector in a space that does not exist', async () => {
        await expect(store.connectors.create(connector({ spaceId: 'nowhere' }))).rejects.toThrow();
      });

      it('replaces a connector, counts its version up and keeps the time of its creation', async () => {
        await store.connectors.create(connector());
        const changed = connector({
          name: 'changed',
          config: { url: 'b' },
          secrets: 'sealed anew',
          isMissingSecrets: true,
          createdAt: '2030-01-01T00:00:00.000Z',
          updatedAt: '2030-01-01T00:00:00.000Z',
        });
        expect(await store.connectors.update(changed)).toBe(true);
        expect(await store.connectors.get('default', 'c1')).toEqual({
          ...changed,
          version: 2,
          createdAt: connector().createdAt,
        });
      });

      it('does not replace a connector that has changed since it was read', async () => {
        await store.connectors.create(connector());
        expect(await store.connectors.update(connector({ name: 'first' }))).toBe(true);
        expect(await store.connectors.update(connector({ name: 'second' }))).toBe(false);
        expect(await store.connectors.get('default', 'c1')).toMatchObject({ name: 'first', version: 2 });
      });

      it('lets one of several updates of a version win', async () => {
        await store.connectors.create(connector());
        const names = ['a', 'b', 'c', 'd'];
        const updated = await Promise.all(names.map((name) => store.connectors.update(connector({ name }))));
        expect(updated.filter(Boolean)).toHaveLength(1);
        expect(await store.connectors.get('default', 'c1')).toMatchObject({ version: 2 });
      });

      it('neither updates nor deletes through another space, nor what is not there', async () => {
        await store.connectors.create(connector());
        expect(await store.connectors.update(connector({ spaceId: 'other' }))).toBe(false);
        expect(await store.connectors.update(connector({ id: 'c2' }))).toBe(false);
        expect(await store.connectors.delete('other', 'c1')).toBe(false);
        expect(await store.connectors.delete('default', 'c2')).toBe(false);
        expect(await store.connectors.get('default', 'c1')).toEqual(connector());
      });

      it('deletes a connector, after which its id is free, in any space', async () => {
        await store.connectors.create(connector());
        expect(await store.connectors.delete('default', 'c1')).toBe(true);
        expect(await store.connectors.get('default', 'c1')).toBeUndefined();
        expect(await store.connectors.create(connector({ spaceId: 'other' }))).toBe(true);
      });

      it('gives back any JSON that a config holds', async () => {
        await fc.assert(
          fc.asyncProperty(jsonMap, fc.uuid(), async (config, id) => {
            await store.connectors.create(connector({ id, config }));
            expect((await store.connectors.get('default', id))?.config).toEqual(config);
          }),
          { numRuns: 50 },
        );
      });
    });

    describe('sealed values', () => {
      it('are listed and replaced by the key that sealed them, unless they have changed meanwhile', async () => {
        for (const [id, secrets] of [
          ['c1', 'old.1'],
          ['c2', 'new.2'],
          ['c3', 'old.3'],
        ] as const) {
          await store.connectors.create(connector({ id, secrets }));
          await store.connectorSettings.put('default', { connectorId: id, settings: {}, secrets });
        }
        for (const records of [store.connectors, store.connectorSettings]) {
          const left = async (after = '', limit = 10) =>
            (await records.listSealedOtherwise('new.', after, limit)).map(({ secrets }) => secrets);
          expect(await records.countSealed('new.')).toEqual({ total: 3, otherwise: 2 });
          expect(await left()).toEqual(['old.1', 'old.3']);
          expect(await left('c1')).toEqual(['old.3']);
          expect(await left('', 1)).toEqual(['old.1']);
          await records.reseal([
            { id: 'c1', before: 'old.1', after: 'new.1' },
            { id: 'c3', before: 'something else', after: 'new.3' },
          ]);
          expect(await left()).toEqual(['old.3']);
        }
        expect(await store.connectors.get('default', 'c1')).toEqual(connector({ secrets: 'new.1' }));
      });

      it('are none in an empty store', async () => {
        expect(await store.connectors.countSealed('new.')).toEqual({ total: 0, otherwise: 0 });
      });
    });

    describe('connector settings', () => {
      const settings = (facts = {}) => ({
        connectorId: 'c1',
        settings: { a: [1] },
        secrets: 'sealed',
        ...facts,
      });

      it('are kept for a connector of the space, replaced as a whole and deleted', async () => {
        await store.connectors.create(connector());
        expect(await store.connectorSettings.get('c1')).toBeUndefined();
        expect(await store.connectorSettings.put('other', settings())).toBe(false);
        expect(await store.connectorSettings.put('default', settings({ connectorId: 'c2' }))).toBe(false);
        expect(await store.connectorSettings.put('default', settings())).toBe(true);
        expect(await store.connectorSettings.put('default', settings({ settings: {}, secrets: 'new' }))).toBe(
          true,
        );
        expect(await store.connectorSettings.get('c1')).toEqual(settings({ settings: {}, secrets: 'new' }));
        await store.connectorSettings.delete('c1');
        await store.connectorSettings.delete('c1');
        expect(await store.connectorSettings.get('c1')).toBeUndefined();
      });

      it('go with their connector, and with its space', async () => {
        for (const [id, spaceId] of [
          ['c1', 'default'],
          ['c2', 'other'],
        ] as const) {
          await store.connectors.create(connector({ id, spaceId }));
          await store.connectorSettings.put(spaceId, settings({ connectorId: id }));
        }
        await store.connectors.delete('default', 'c1');
        await store.spaces.delete('other');
        expect(await store.connectorSettings.get('c1')).toBeUndefined();
        expect(await store.connectorSettings.get('c2')).toBeUndefined();
      });
    });

    describe('references', () => {
      it('counts the objects that refer to each target, each once, by space', async () => {
        await store.references.replace('default', rule('1'), [action('a'), action('b'), action('a')]);
        await store.references.replace('default', rule('2'), [action('a'), { type: 'rule', id: 'a' }]);
        await store.references.replace('other', rule('3'), [action('a')]);
        expect(await store.references.countByTarget('default', 'action')).toEqual(
          new Map([
            ['a', 2],
            ['b', 1],
          ]),
        );
        expect(await store.references.countByTarget('other', 'action')).toEqual(new Map([['a', 1]]));
        expect(await store.references.countByTarget('default', 'nothing')).toEqual(new Map());
      });

      it('replaces all references of a source', async () => {
        await store.references.replace('default', rule('1'), [action('a')]);
        await store.references.replace('default', rule('1'), [action('b')]);
        expect(await store.references.countByTarget('default', 'action')).toEqual(new Map([['b', 1]]));
      });

      it('removes the references of a source with an empty list', async () => {
        await store.references.replace('default', rule('1'), [action('a')]);
        await store.references.replace('default', rule('1'), []);
        expect(await store.references.countByTarget('default', 'action')).toEqual(new Map());
      });

      it('keeps the former references when the new ones cannot be written', async () => {
        await store.references.replace('default', rule('1'), [action('a')]);
        await expect(store.references.replace('nowhere', rule('1'), [action('b')])).rejects.toThrow();
        expect(await store.references.countByTarget('default', 'action')).toEqual(new Map([['a', 1]]));
      });
    });

    describe('spaces', () => {
      it('lists what was created, once', async () => {
        expect(await store.spaces.create(space('default', { name: 'again' }))).toBe(false);
        const ids = (await store.spaces.list()).sort((a, b) => a.id.localeCompare(b.id));
        expect(ids).toEqual([space('default'), space('other')]);
      });

      it('replaces the attributes and leaves the rest', async () => {
        const change = { ...space('default', { name: 'New', color: '#aabbcc' }), reserved: false };
        expect(await store.spaces.update(change)).toBe(true);
        expect(await store.spaces.update(space('nowhere'))).toBe(false);
        expect((await store.spaces.list()).find(({ id }) => id === 'default')).toEqual({
          ...change,
          reserved: true,
        });
      });

      it('deletes a space with its connectors and references and leaves those of the others', async () => {
        await store.connectors.create(connector());
        await store.connectors.create(connector({ id: 'c2', spaceId: 'other' }));
        await store.references.replace('other', rule('1'), [action('c2')]);
        await store.references.replace('default', rule('2'), [action('c1')]);
        expect(await store.spaces.delete('other')).toBe(true);
        expect(await store.spaces.delete('other')).toBe(false);
        expect(await store.spaces.list()).toEqual([space('default')]);
        expect(await store.connectors.get('other', 'c2')).toBeUndefined();
        expect(await store.references.countByTarget('other', 'action')).toEqual(new Map());
        expect(await store.connectors.list('default')).toHaveLength(1);
        expect(await store.references.countByTarget('default', 'action')).toEqual(new Map([['c1', 1]]));
      });
    });

    describe('users', () => {
      it('creates and replaces users by name', async () => {
        await store.users.put(user());
        await store.users.put(user({ username: 'other', fullName: null, email: null, enabled: false }));
        await store.users.put(user({ roles: [], fullName: 'New' }));
        expect(await store.users.get('ann')).toEqual(user({ roles: [], fullName: 'New' }));
        expect(await store.users.get('other')).toMatchObject({ fullName: null, email: null, enabled: false });
        expect(await store.users.get('nobody')).toBeUndefined();
        expect(await store.users.list()).toHaveLength(2);
      });

      it('creates a user whose name is free, once of several times', async () => {
        const names = ['a', 'b', 'c', 'd'];
        const created = await Promise.all(names.map((fullName) => store.users.create(user({ fullName }))));
        expect(created.filter(Boolean)).toHaveLength(1);
        expect(await store.users.list()).toEqual([user({ fullName: names[created.indexOf(true)] ?? null })]);
      });

      it('deletes a user once', async () => {
        await store.users.put(user());
        expect(await store.users.delete('ann')).toBe(true);
        expect(await store.users.delete('ann')).toBe(false);
        expect(await store.users.list()).toEqual([]);
      });
    });

    describe('roles', () => {
      it('says whether a role was created or replaced', async () => {
        expect(await store.roles.put({ name: 'ops', body: { a: 1 } })).toBe(true);
        expect(await store.roles.put({ name: 'ops', body: { b: [2] } })).toBe(false);
        expect(await store.roles.list()).toEqual([{ name: 'ops', body: { b: [2] } }]);
      });

      it('deletes a role once', async () => {
        await store.roles.put({ name: 'ops', body: {} });
        expect(await store.roles.delete('ops')).toBe(true);
        expect(await store.roles.delete('ops')).toBe(false);
      });
    });

    describe('API keys', () => {
      it('gives back a key by its id', async () => {
        const key = apiKey({ metadata: { team: 'a' }, expiresAt: '2026-02-01T00:00:00.000Z' });
        await store.apiKeys.create(key);
        expect(await store.apiKeys.get('k1')).toEqual(key);
        expect(await store.apiKeys.get('k2')).toBeUndefined();
      });

      it('refuses a second key of the same id', async () => {
        await store.apiKeys.create(apiKey());
        await expect(store.apiKeys.create(apiKey({ name: 'second' }))).rejects.toThrow();
        expect(await store.apiKeys.get('k1')).toEqual(apiKey());
      });

      it('lists a user’s keys, or everybody’s', async () => {
        await store.apiKeys.create(apiKey());
        await store.apiKeys.create(apiKey({ id: 'k3', invalidatedAt: '2026-02-01T00:00:00.000Z' }));
        await store.apiKeys.create(apiKey({ id: 'k2', username: 'bob' }));
        const idsOf = async (username?: string) => (await store.apiKeys.list(username)).map(({ id }) => id);
        expect(await idsOf()).toEqual(['k1', 'k2', 'k3']);
        expect(await idsOf('ann')).toEqual(['k1', 'k3']);
        expect(await idsOf('nobody')).toEqual([]);
        expect(await store.apiKeys.list('bob')).toEqual([apiKey({ id: 'k2', username: 'bob' })]);
      });

      it('changes what a key may and when it ends, and nothing of an invalidated one', async () => {
        await store.apiKeys.create(apiKey());
        const changed = apiKey({
          privileges: [],
          descriptors: {},
          metadata: { a: 1 },
          expiresAt: '2026-02-01T00:00:00.000Z',
        });
        const other = { ...changed, name: 'other', username: 'bob', keyHash: 'cd' };
        expect(await store.apiKeys.update(other)).toBe(true);
        expect(await store.apiKeys.get('k1')).toEqual(changed);
        await store.apiKeys.invalidate('k1', '2026-03-01T00:00:00.000Z');
        expect(await store.apiKeys.update(apiKey())).toBe(false);
        expect(await store.apiKeys.update(apiKey({ id: 'k2' }))).toBe(false);
        expect(await store.apiKeys.get('k1')).toEqual({
          ...changed,
          invalidatedAt: '2026-03-01T00:00:00.000Z',
        });
      });

      it('invalidates a key once and keeps the time of it', async () => {
        await store.apiKeys.create(apiKey());
        expect(await store.apiKeys.invalidate('k1', '2026-03-01T00:00:00.000Z')).toBe(true);
        expect(await store.apiKeys.invalidate('k1', '2026-04-01T00:00:00.000Z')).toBe(false);
        expect(await store.apiKeys.invalidate('k2', '2026-04-01T00:00:00.000Z')).toBe(false);
        expect(await store.apiKeys.get('k1')).toEqual(apiKey({ invalidatedAt: '2026-03-01T00:00:00.000Z' }));
      });
    });

    describe('facts about the installation', () => {
      it('keeps the first value of a name that is set once, and gives it to all', async () => {
        const given = await Promise.all(['1', '2', '3'].map((value) => store.meta.setOnce('uuid', value)));
        expect(new Set(given).size).toBe(1);
        expect(await store.meta.get('uuid')).toBe(given[0]);
        expect(await store.meta.setOnce('uuid', '4')).toBe(given[0]);
      });

      it('loses no change that several make at once', async () => {
        const more = (before = '0') => String(Number(before) + 1);
        await Promise.all(Array.from({ length: 10 }, () => store.meta.change('count', more)));
        expect(await store.meta.get('count')).toBe('10');
        expect(await store.meta.change('count', () => undefined)).toBe('10');
        expect(await store.meta.change('nothing', () => undefined)).toBeUndefined();
      });

      it('keeps the last value of each name', async () => {
        expect(await store.meta.get('uuid')).toBeUndefined();
        await store.meta.set('uuid', '1');
        await store.meta.set('uuid', '2');
        await store.meta.set('salt', '');
        expect(await store.meta.get('uuid')).toBe('2');
        expect(await store.meta.get('salt')).toBe('');
      });
    });
  });
}

/** A map as it is after one trip through JSON: without the negative zero. */
const jsonMap = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((map) => JSON.parse(JSON.stringify(map)) as Record<string, unknown>);

const rule = (id: string) => ({ type: 'alert', id });
const action = (id: string) => ({ type: 'action', id });

function space(id: string, attributes: Record<string, unknown> = { name: id }): SpaceRecord {
  return { id, reserved: id === 'default', attributes };
}

function connector(facts: Partial<ConnectorRecord> = {}): ConnectorRecord {
  return {
    id: 'c1',
    spaceId: 'default',
    typeId: '.webhook',
    name: 'My hook',
    config: { url: 'https://a.example', headers: null },
    secrets: 'sealed',
    isMissingSecrets: false,
    authMode: 'shared',
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...facts,
  };
}

function tokenOf(connectorId: string): ConnectorTokenRecord {
  return {
    id: 't1',
    connectorId,
    profileUid: null,
    secrets: 'sealed',
    expiresAt: null,
    refreshTokenExpiresAt: '2026-02-01T00:00:00.000Z',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
}

function user(facts: Partial<UserRecord> = {}): UserRecord {
  return {
    username: 'ann',
    passwordHash: 'hash',
    roles: ['viewer'],
    fullName: 'Ann',
    email: 'ann@a.example',
    enabled: true,
    profileUid: 'u_1',
    ...facts,
  };
}

function apiKey(facts: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  return {
    id: 'k1',
    name: 'ci',
    username: 'ann',
    keyHash: 'ab12',
    privileges: [{ superuser: true, grants: [] }],
    descriptors: { limited: { cluster: [] } },
    metadata: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: null,
    invalidatedAt: null,
    ...facts,
  };
}

/** As it is appended. */

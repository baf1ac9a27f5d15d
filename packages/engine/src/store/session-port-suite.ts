import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreUnderTest } from './port-suite.ts';
import type { Store, UserRecord } from './ports.ts';
import type { SessionRecord } from './session-port.ts';

const T0 = '2026-01-01T00:00:00.000Z';
const T1 = '2026-01-02T00:00:00.000Z';
const T2 = '2026-01-03T00:00:00.000Z';

const user = (facts: Partial<UserRecord> = {}): UserRecord => ({
  username: 'ann',
  passwordHash: 'hash',
  roles: [],
  fullName: null,
  email: null,
  enabled: true,
  profileUid: 'u_1',
  ...facts,
});

const session = (facts: Partial<SessionRecord> = {}): SessionRecord => ({
  id: 's1',
  username: 'ann',
  passwordMark: 'mark',
  provider: 'basic',
  createdAt: T0,
  expiresAt: T2,
  idleExpiresAt: T1,
  ...facts,
});

/** What every driver must do for sessions. */
export function sessionPortSuite(driver: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the session port on ${driver}`, () => {
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.users.put(user());
      await store.users.put(user({ username: 'bob' }));
    });
    afterEach(() => opened.remove());

    const left = async (...ids: string[]) => {
      const found = await Promise.all(ids.map((id) => store.sessions.get(id)));
      return ids.filter((_, place) => found[place] !== undefined);
    };

    it('gives a session back, extends and deletes it', async () => {
      await store.sessions.create(session());
      await store.sessions.create(session({ id: 's2', expiresAt: null, idleExpiresAt: null }));
      expect(await store.sessions.get('s1')).toEqual(session());
      expect(await store.sessions.get('s2')).toMatchObject({ expiresAt: null, idleExpiresAt: null });
      expect(await store.sessions.get('s3')).toBeUndefined();
      expect(await store.sessions.extend('s1', T2)).toBe(true);
      expect(await store.sessions.extend('s3', T2)).toBe(false);
      expect(await store.sessions.get('s1')).toEqual(session({ idleExpiresAt: T2 }));
      expect(await store.sessions.delete('s1')).toBe(true);
      expect(await store.sessions.delete('s1')).toBe(false);
      expect(await left('s1', 's2')).toEqual(['s2']);
    });

    it('has none of a user who is not there', async () => {
      await expect(store.sessions.create(session({ username: 'nobody' }))).rejects.toThrow();
    });

    it('deletes those of a user, of a provider, and all', async () => {
      await store.sessions.create(session());
      await store.sessions.create(session({ id: 's2', provider: 'other' }));
      await store.sessions.create(session({ id: 's3', username: 'bob' }));
      expect(await store.sessions.deleteAll({ username: 'ann', provider: 'basic' })).toBe(1);
      expect(await left('s1', 's2', 's3')).toEqual(['s2', 's3']);
      expect(await store.sessions.deleteAll({ username: 'ann' })).toBe(1);
      expect(await store.sessions.deleteAll({ provider: 'other' })).toBe(0);
      expect(await store.sessions.deleteAll({})).toBe(1);
    });

    it('removes those that have ended, some at a time', async () => {
      await store.sessions.create(session({ expiresAt: T1, idleExpiresAt: null }));
      await store.sessions.create(session({ id: 's2' }));
      await store.sessions.create(session({ id: 's3', idleExpiresAt: T2 }));
      await store.sessions.create(session({ id: 's4', expiresAt: null, idleExpiresAt: null }));
      expect(await store.sessions.deleteExpired(T0, 10)).toBe(0);
      expect(await store.sessions.deleteExpired(T1, 1)).toBe(1);
      expect(await store.sessions.deleteExpired(T1, 10)).toBe(1);
      expect(await left('s1', 's2', 's3', 's4')).toEqual(['s3', 's4']);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['gets another password', () => store.users.put(user({ passwordHash: 'other' }))],
      ['is disabled', () => store.users.put(user({ enabled: false }))],
      ['is deleted', () => store.users.delete('ann')],
    ])('ends those of a user who %s, and no others', async (_what, change) => {
      await store.sessions.create(session());
      await store.sessions.create(session({ id: 's2', username: 'bob' }));
      await store.users.put(user({ roles: ['viewer'], fullName: 'Ann' }));
      expect(await left('s1', 's2')).toEqual(['s1', 's2']);
      await change();
      expect(await left('s1', 's2')).toEqual(['s2']);
    });
  });
}

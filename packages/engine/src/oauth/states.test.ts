import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../store/index.ts';
import { tempFolder } from '../testing/index.ts';
import { openVault } from '../vault/index.ts';
import { createStates } from './states.ts';

const begun = {
  connectorId: 'c1',
  spaceId: 'default',
  createdBy: 'u_1',
  returnUrl: null,
  redirectUri: 'https://a.example/back',
};

async function withStates(
  test: (
    states: ReturnType<typeof createStates>,
    store: ReturnType<typeof openSqliteStore>,
    turn: (minutes: number) => void,
  ) => Promise<void>,
) {
  using folder = tempFolder();
  const store = openSqliteStore(folder.file('patchbay.sqlite'));
  let time = Date.parse('2026-01-01T00:00:00Z');
  try {
    const vault = await openVault({
      meta: store.meta,
      encryptionKey: 'k'.repeat(32),
      decryptionOnlyKeys: [],
    });
    await store.spaces.create({ id: 'default', reserved: false, attributes: {} });
    await store.connectors.create({
      id: 'c1',
      spaceId: 'default',
      typeId: '.x',
      name: 'x',
      config: {},
      secrets: '',
      isMissingSecrets: false,
      authMode: 'shared',
      version: 1,
      createdAt: '',
      updatedAt: '',
    });
    const states = createStates({ store: store.oauthStates, vault, now: () => new Date(time) });
    await test(states, store, (minutes) => {
      time += minutes * 60_000;
    });
  } finally {
    await store.close();
  }
}

it('keeps a verifier sealed, bound to what it was begun for, and the state as a hash only', () =>
  withStates(async (states, store) => {
    const { state, codeChallenge } = await states.begin(begun);
    const record = await states.find(state);
    if (record === undefined) throw new Error('nothing was stored');
    expect(JSON.stringify(record)).not.toContain(state);
    const sealed = await states.end(record);
    expect(sealed).toMatchObject({ redirectUri: begun.redirectUri });
    expect(sealed?.codeVerifier).toMatch(/^[\w-]{128}$/);
    expect(codeChallenge).toBe(hash('sha256', sealed?.codeVerifier ?? '', 'base64url'));
    expect(JSON.stringify(record)).not.toContain(sealed?.codeVerifier);
    expect(await states.end(record)).toBeUndefined();
    for (const change of [{ createdBy: 'u_2' }, { returnUrl: 'https://elsewhere.example' }]) {
      await store.oauthStates.create({ ...record, ...change });
      await expect(states.end({ ...record, ...change })).rejects.toThrow('Unable to decrypt');
    }
  }));

it('knows no state after ten minutes, and removes all that nobody came back for', () =>
  withStates(async (states, store, turn) => {
    const { state } = await states.begin(begun);
    const expired = await Promise.all(Array.from({ length: 250 }, () => states.begin(begun)));
    turn(9);
    const { state: later } = await states.begin(begun);
    expect(await states.find(state)).toBeDefined();
    turn(1);
    expect(await states.find(state)).toBeUndefined();
    await states.removeExpired();
    expect(await store.oauthStates.deleteExpired('9999', 1000)).toBe(1);
    expect(expired).toHaveLength(250);
    expect(await states.find(later)).toBeUndefined();
  }));

import { createLogger } from '@patchbay/kit';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../store/index.ts';
import { logLines, tempFolder } from '../testing/index.ts';
import { openVault } from '../vault/index.ts';
import { createTokens, passingTokens } from './tokens.ts';

const owner = { id: 'c1', spaceId: 'default', version: 1, isStored: true, profileUid: null };
const log = createLogger(() => {});

async function withTokens(
  test: (tokens: ReturnType<typeof createTokens>, store: ReturnType<typeof openSqliteStore>) => Promise<void>,
) {
  using folder = tempFolder();
  const store = openSqliteStore(folder.file('patchbay.sqlite'));
  try {
    const vault = await openVault({
      meta: store.meta,
      encryptionKey: 'k'.repeat(32),
      decryptionOnlyKeys: [],
    });
    await store.spaces.create({ id: 'default', reserved: false, attributes: {} });
    const at = '2026-01-01T00:00:00.000Z';
    const record = { id: 'c1', spaceId: 'default', typeId: '.x', name: 'x', config: {}, secrets: '' };
    await store.connectors.create({
      ...record,
      isMissingSecrets: false,
      authMode: 'shared',
      version: 1,
      createdAt: at,
      updatedAt: at,
    });
    await test(createTokens({ store: store.connectorTokens, vault, now: () => new Date(at) }), store);
  } finally {
    await store.close();
  }
}

it('keeps tokens encrypted, bound to the version and the expiry of what they are for', () =>
  withTokens(async (tokens, store) => {
    const seen: string[] = [];
    const run = {
      log,
      signal: new AbortController().signal,
      onToken: (token: string) => void seen.push(token),
    };
    const kept = tokens.of(owner, run);
    expect(await kept.get()).toBeUndefined();
    const expiresAt = new Date('2026-01-02T00:00:00Z');
    await kept.updateOrReplace({ token: 'Bearer abc', expiresAt });
    expect(await kept.get()).toEqual({
      token: 'Bearer abc',
      expiresAt,
      storedAt: new Date('2026-01-01T00:00:00.000Z'),
    });
    const record = await store.connectorTokens.get('c1', null);
    if (record === undefined) throw new Error('nothing was stored');
    expect(JSON.stringify(record)).not.toContain('abc');
    expect(await tokens.of({ ...owner, version: 2 }, run).get()).toBeUndefined();
    await store.connectorTokens.put({ ...record, expiresAt: '2099-01-01T00:00:00.000Z' }, 1);
    expect(await kept.get()).toBeUndefined();
    await expect(tokens.of({ ...owner, version: 2 }, run).updateOrReplace({ token: 'x' })).rejects.toThrow();
    expect(seen).toContain('Bearer abc');
  }));

it('asks on behalf of a run that waited for one that was given up, and shares a failure otherwise', () =>
  withTokens(async (tokens) => {
    const givenUp = new AbortController();
    const run = (signal: AbortSignal) => tokens.of(owner, { log, signal, onToken: () => {} });
    const first = Promise.withResolvers<string>();
    const leading = run(givenUp.signal).shared(() => first.promise);
    const waiting = run(new AbortController().signal).shared(async () => 'Bearer own');
    givenUp.abort();
    first.reject(new Error('aborted'));
    await expect(leading).rejects.toThrow('aborted');
    expect(await waiting).toBe('Bearer own');

    const failing = run(new AbortController().signal).shared(() => Promise.reject(new Error('refused')));
    const joined = run(new AbortController().signal).shared(async () => 'never asked');
    await expect(failing).rejects.toThrow('refused');
    await expect(joined).rejects.toThrow('refused');
  }));

it('keeps a user’s own tokens apart, refresh tokens with them, and has none for a run of nobody', () =>
  withTokens(async (tokens, store) => {
    const { lines, logger } = logLines();
    const seen: string[] = [];
    const run = {
      log: logger('x'),
      signal: new AbortController().signal,
      onToken: (token: string) => void seen.push(token),
    };
    const of = (profileUid: string | null | undefined) => tokens.of({ ...owner, profileUid }, run);
    const refreshTokenExpiresAt = new Date('2026-03-01T00:00:00Z');
    await tokens.put(
      { ...owner, profileUid: 'u_1' },
      { token: 'Bearer mine', refreshToken: 'renews mine', refreshTokenExpiresAt },
    );
    expect(await of('u_1').get()).toMatchObject({
      token: 'Bearer mine',
      expiresAt: undefined,
      refreshToken: 'renews mine',
      refreshTokenExpiresAt,
    });
    expect(await of('u_2').get()).toBeUndefined();
    expect(await of(null).get()).toBeUndefined();
    expect(seen).toEqual(['Bearer mine', 'renews mine']);
    expect(await tokens.connectorsOf('u_1')).toEqual(['c1']);

    const record = await store.connectorTokens.get('c1', 'u_1');
    if (record === undefined) throw new Error('nothing was stored');
    expect(JSON.stringify(record)).not.toContain('mine');
    await store.connectorTokens.put({ ...record, id: 'other', profileUid: 'u_2' }, 1);
    expect(await of('u_2').get()).toBeUndefined();

    expect(await of(undefined).get()).toBeUndefined();
    await expect(of(undefined).updateOrReplace({ token: 'x' })).rejects.toThrow();
    expect(lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'Per-user authMode requires a profileUid for connectorId: c1. Cannot retrieve token.',
    });
    await tokens.delete('c1', 'u_1');
    expect(await of('u_1').get()).toBeUndefined();
  }));

it('does not bring back a token that was forgotten, nor overwrite one that was consented to anew', () =>
  withTokens(async (tokens) => {
    const run = { log, signal: new AbortController().signal, onToken: () => {} };
    for (const change of [
      () => tokens.delete('c1', null),
      () => tokens.put(owner, { token: 'Bearer consented' }),
    ]) {
      await tokens.put(owner, { token: 'Bearer old', refreshToken: 'renews' });
      const kept = tokens.of(owner, run);
      await kept.get();
      await kept.updateOrReplace({ token: 'Bearer second' });
      expect(await tokens.of(owner, run).get()).toMatchObject({ token: 'Bearer second' });
      await change();
      const before = await tokens.of(owner, run).get();
      await expect(kept.updateOrReplace({ token: 'Bearer late' })).rejects.toThrow('removed or replaced');
      expect(await tokens.of(owner, run).get()).toEqual(before);
    }
  }));

it('of a run that leaves no trace are kept for that run alone', () =>
  withTokens(async (tokens) => {
    const seen: string[] = [];
    const run = {
      log,
      signal: new AbortController().signal,
      onToken: (token: string) => void seen.push(token),
    };
    const kept = tokens.of(owner, run);
    await kept.updateOrReplace({ token: 'Bearer kept' });
    const passing = passingTokens(run, kept);
    expect(await passing.get()).toMatchObject({ token: 'Bearer kept' });
    await passing.updateOrReplace({ token: 'Bearer passing', refreshToken: 'renews' });
    expect(await passing.get()).toEqual({ token: 'Bearer passing', refreshToken: 'renews' });
    expect(await passingTokens(run, kept).get()).toMatchObject({ token: 'Bearer kept' });
    expect(seen).toEqual(expect.arrayContaining(['Bearer passing', 'renews']));
  }));

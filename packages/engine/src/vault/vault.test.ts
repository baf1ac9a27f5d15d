import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InternalError, StartupError } from '../errors/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { type Descriptor, isVaultInUse, openVault } from './vault.ts';

const KEY = 'k'.repeat(32);
const OTHER = 'o'.repeat(32);
const THIRD = 't'.repeat(32);

const connector: Descriptor = {
  type: 'action',
  id: 'c1',
  spaceId: 'default',
  attributes: { actionTypeId: '.webhook', config: { url: 'a', auth: { b: 1, a: [2, null] } } },
};

describe('the vault', () => {
  let folder: TempFolder;
  let store: Store;

  beforeEach(() => {
    folder = tempFolder();
    store = openSqliteStore(folder.file('patchbay.sqlite'));
  });
  afterEach(async () => {
    await store.close();
    folder[Symbol.dispose]();
  });

  const open = (encryptionKey = KEY, decryptionOnlyKeys: string[] = []) =>
    openVault({ meta: store.meta, encryptionKey, decryptionOnlyKeys });

  it('opens what it sealed, also after a restart', async () => {
    const [first, again] = [await open(), await open()];
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const secrets = JSON.parse(JSON.stringify({ value }));
        expect(again.open(connector, first.seal(connector, secrets))).toEqual(secrets);
      }),
    );
  });

  it('never seals the same secret to the same text', async () => {
    const vault = await open();
    const sealed = Array.from({ length: 50 }, () => vault.seal(connector, { token: 'x' }));
    expect(new Set(sealed).size).toBe(50);
  });

  it.each<[string, Partial<Descriptor>]>([
    ['type', { type: 'connector_token' }],
    ['id', { id: 'c2' }],
    ['space', { spaceId: 'other' }],
    ['config', { attributes: { ...connector.attributes, config: { url: 'b' } } }],
    ['connector type', { attributes: { ...connector.attributes, actionTypeId: '.slack' } }],
    ['attributes', { attributes: { ...connector.attributes, isMissingSecrets: false } }],
  ])('does not open a secret that was moved to another %s', async (_what, change) => {
    const vault = await open();
    const sealed = vault.seal(connector, { token: 'x' });
    const moved = { ...connector, ...change };
    expect(() => vault.open(moved, sealed)).toThrow(
      new InternalError(`Unable to decrypt attribute "secrets" of saved object "${moved.type},${moved.id}"`),
    );
    expect(vault.open(connector, sealed)).toEqual({ token: 'x' });
  });

  it('does not mind the order of attributes, at any depth', async () => {
    const vault = await open();
    const turned: Descriptor = {
      ...connector,
      attributes: { config: { auth: { a: [2, null], b: 1 }, url: 'a' }, actionTypeId: '.webhook' },
    };
    expect(vault.open(turned, vault.seal(connector, { token: 'x' }))).toEqual({ token: 'x' });
  });

  it('minds the order of a list', async () => {
    const vault = await open();
    const list = (values: number[]): Descriptor => ({ ...connector, attributes: { values } });
    expect(() => vault.open(list([2, 1]), vault.seal(list([1, 2]), 'x'))).toThrow(InternalError);
  });

  it('says nothing of the secret when it does not open', async () => {
    const vault = await open();
    const sealed = vault.seal(connector, { token: 'x' });
    for (const text of ['', 'nonsense', `${sealed}A`, sealed.slice(0, -4)]) {
      expect(() => vault.open(connector, text)).toThrow(InternalError);
    }
  });

  it('is refused another key and has changed nothing', async () => {
    const vault = await open();
    const sealed = vault.seal(connector, { token: 'x' });
    const facts = () => Promise.all([store.meta.get('vault.salt'), store.meta.get('vault.check')]);
    const before = await facts();
    await expect(open(OTHER)).rejects.toThrow(StartupError);
    await expect(open(OTHER, [THIRD])).rejects.toThrow(
      /^The encryption key is not the one that the stored secrets were encrypted with\. Nothing was changed\./,
    );
    expect(await facts()).toEqual(before);
    expect((await open()).open(connector, sealed)).toEqual({ token: 'x' });
  });

  it('opens old secrets with former keys, in whichever order, and seals with the new one', async () => {
    const sealed = (await open(KEY)).seal(connector, { token: 'old' });
    const sealedLater = (await open(OTHER, [KEY])).seal(connector, { token: 'later' });
    const vault = await open(THIRD, [OTHER, KEY]);
    expect(vault.open(connector, sealed)).toEqual({ token: 'old' });
    expect(vault.open(connector, sealedLater)).toEqual({ token: 'later' });
    const sealedNow = vault.seal(connector, { token: 'now' });
    expect((await open(THIRD)).open(connector, sealedNow)).toEqual({ token: 'now' });
  });

  it('does not open old secrets once their key is no longer named', async () => {
    const sealed = (await open(KEY)).seal(connector, { token: 'old' });
    await open(OTHER, [KEY]);
    const vault = await open(OTHER);
    expect(() => vault.open(connector, sealed)).toThrow(InternalError);
  });

  it('is in use from its first opening on', async () => {
    expect(await isVaultInUse(store.meta)).toBe(false);
    await open();
    expect(await isVaultInUse(store.meta)).toBe(true);
  });

  it('derives other keys from the same text in another installation', async () => {
    const vault = await open();
    const elsewhere = openSqliteStore(folder.file('elsewhere.sqlite'));
    const stranger = await openVault({
      meta: elsewhere.meta,
      encryptionKey: KEY,
      decryptionOnlyKeys: [],
    });
    expect(() => stranger.open(connector, vault.seal(connector, 'x'))).toThrow(InternalError);
    await elsewhere.close();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BadRequestError, ConflictError, NotFoundError } from '../errors/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { createSpaces, type SpacesOptions } from './spaces.ts';

describe('spaces', () => {
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

  const spaces = (options: Partial<SpacesOptions> = {}) =>
    createSpaces({ store: store.spaces, changes: store.changes, maxSpaces: 1000, ...options });
  const space = (id: string, name = id) => ({ id, name, disabledFeatures: [] });

  it('start with the default one, which is reserved', async () => {
    const { list, has } = await spaces();
    expect(list()).toEqual([
      {
        id: 'default',
        name: 'Default',
        description: 'This is your default space!',
        color: '#00bfb3',
        disabledFeatures: [],
        isReserved: true,
      },
    ]);
    expect([has('default'), has('other')]).toEqual([true, false]);
  });

  it('are there again after a restart, also a renamed default one', async () => {
    const first = await spaces();
    await first.create({ ...space('team'), initials: 'T', solution: 'es' });
    await first.update('default', space('default', 'Ours'));
    const again = await spaces();
    expect(again.list()).toEqual(first.list());
    expect(again.get('team')).toEqual({ ...space('team'), initials: 'T', solution: 'es', isReserved: false });
    expect(again.get('default')).toEqual({ ...space('default', 'Ours'), isReserved: true });
  });

  it('are listed by name, which is trimmed', async () => {
    const { create, list } = await spaces();
    await create(space('b', ' alpha '));
    await create(space('a', 'Omega'));
    expect(list().map(({ name }) => name)).toEqual(['alpha', 'Default', 'Omega']);
  });

  it('have one owner of an id, also of two at once', async () => {
    const { create } = await spaces();
    const both = await Promise.allSettled([create(space('team', 'A')), create(space('team', 'B'))]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(create(space('team'))).rejects.toThrow(
      new ConflictError('A space with the identifier team already exists.'),
    );
  });

  it('are no more than the settings allow', async () => {
    const { create } = await spaces({ maxSpaces: 2 });
    await create(space('a'));
    await expect(create(space('b'))).rejects.toThrow(
      new BadRequestError(
        'Unable to create Space, this exceeds the maximum number of spaces set by the xpack.spaces.maxSpaces setting',
      ),
    );
    await expect(create(space('a'))).rejects.toThrow(ConflictError);
  });

  it('are replaced as a whole by an update; the id in the path selects', async () => {
    const { create, update, get, has } = await spaces();
    await create({ ...space('team'), initials: 'T', color: '#aabbcc' });
    await update('team', { ...space('elsewhere', ' New '), description: 'd' });
    expect(get('team')).toEqual({ ...space('team', 'New'), description: 'd', isReserved: false });
    expect(has('elsewhere')).toBe(false);
  });

  it('are not found when they are not there', async () => {
    const { get, update, delete: remove } = await spaces();
    expect(() => get('nowhere')).toThrow(new NotFoundError('Not Found'));
    await expect(update('nowhere', space('nowhere'))).rejects.toThrow(NotFoundError);
    await expect(remove('nowhere')).rejects.toThrow(NotFoundError);
  });

  it('go with everything in them, and somebody is told', async () => {
    const deleted: string[] = [];
    const { create, delete: remove, has } = await spaces({ onDeleted: (id) => deleted.push(id) });
    await create(space('team'));
    await remove('team');
    expect(has('team')).toBe(false);
    expect(await store.spaces.list()).toHaveLength(1);
    expect(deleted).toEqual(['team']);
    await create(space('team'));
  });

  it('do not go when they are reserved', async () => {
    const { delete: remove, has } = await spaces();
    await expect(remove('default')).rejects.toThrow(
      new BadRequestError('The default space cannot be deleted because it is reserved.'),
    );
    expect(has('default')).toBe(true);
  });
});
